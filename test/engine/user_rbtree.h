/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Balanced binary trees with the names of Linux's <linux/rbtree.h>, for a program; included by
 * user.h. Underneath is a treap, which needs no case analysis: each node has a pseudo-random rank
 * and is never above one of higher rank.
 */
#ifndef TEST_ENGINE_USER_RBTREE_H
#define TEST_ENGINE_USER_RBTREE_H

struct rb_node {
	struct rb_node *rb_parent, *rb_left, *rb_right;
	u32 rank;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT			((struct rb_root){ NULL })
#define RB_ROOT_CACHED		((struct rb_root_cached){ { NULL } })
#define RB_EMPTY_ROOT(root)	(!READ_ONCE((root)->rb_node))
#define RB_CLEAR_NODE(node)	((node)->rb_parent = (node))
#define RB_EMPTY_NODE(node)	((node)->rb_parent == (node))

#define rb_parent(node)		((node)->rb_parent)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) ({			\
	__typeof__(ptr) __node = (ptr);				\
	__node ? rb_entry(__node, type, member) : NULL;		\
})

/* Hang @node in as a leaf at @link, a child pointer of @parent; rb_insert_color() must follow. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->rb_parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
void rb_replace_node(struct rb_node *victim, struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost __maybe_unused)
{
	rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	rb_erase(node, &root->rb_root);
}

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *root)
{
	return rb_first(&root->rb_root);
}

#endif
