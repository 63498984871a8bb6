// SPDX-License-Identifier: GPL-2.0-only
/* The tests' own tools: a tree that is wrong would hide errors of the engine. */
#include "check.h"

struct item {
	struct rb_node node;
	unsigned int key;
};

static void insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < rb_entry(parent, struct item, node)->key ? &parent->rb_left :
		       &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_color(&item->node, root);
}

static unsigned int depth(const struct rb_node *node)
{
	unsigned int left, right;

	if (!node)
		return 0;
	CHECK(!node->rb_left || node->rb_left->rb_parent == node);
	CHECK(!node->rb_right || node->rb_right->rb_parent == node);
	left = depth(node->rb_left);
	right = depth(node->rb_right);
	return 1 + max(left, right);
}

TEST("trees stay ordered and flat")
{
	static struct item items[4096];
	struct rb_root root = RB_ROOT;
	unsigned int i, n;
	struct rb_node *node;

	for (i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].key = i;
		insert(&root, &items[i]);
	}
	CHECK(depth(root.rb_node) < 64);
	for (i = 0; i < ARRAY_SIZE(items); i += 3)
		rb_erase(&items[i].node, &root);
	for (node = rb_first(&root), i = 0, n = 0; node; node = rb_next(node), i++, n++) {
		i += i % 3 == 0;
		CHECK_EQ(rb_entry(node, struct item, node)->key, i);
		CHECK(!rb_prev(node) || rb_next(rb_prev(node)) == node);
	}
	CHECK_EQ(n, 2730);
	CHECK_EQ(rb_entry(rb_last(&root), struct item, node)->key, 4094);
	depth(root.rb_node);
	while ((node = rb_first(&root)))
		rb_erase(node, &root);
	CHECK(RB_EMPTY_ROOT(&root));
}

TEST("accounts have limits")
{
	struct quic_mem mem = { .limit = 100 };
	void *a = quic_alloc(&mem, 60);

	CHECK(a);
	CHECK(!quic_alloc(&mem, 41));
	CHECK_EQ(mem.used, 60);
	CHECK_EQ(host_blocks(), 1);
	quic_free(&mem, a, 60);
	quic_free(&mem, NULL, 60);
	CHECK_EQ(mem.used, 0);
}

TEST("one allocation fails")
{
	struct quic_mem mem = HOST_MEM_UNLIMITED;
	void *a, *c;

	host_fail_alloc_after(1);
	a = quic_alloc(&mem, 1);
	CHECK(a && !quic_alloc_data(&mem, 1, true));
	c = quic_alloc_data(&mem, 1, true);
	CHECK(c);
	CHECK(host_alloc_failed());
	CHECK(!host_alloc_failed());
	quic_free(&mem, a, 1);
	quic_free(&mem, c, 1);
}

TEST("random bytes follow the seed")
{
	u8 a[21], b[21];

	host_seed(7);
	quic_random(a, sizeof(a));
	quic_random(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)));
	host_seed(7);
	quic_random(b, sizeof(b));
	CHECK_MEM(a, b, sizeof(a));
}
