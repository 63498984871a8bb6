// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"
#include "trace.h"

#define DEAD_TIME	(100 * QUIC_MSEC)
#define QUEUED_LEN	1250	/* a datagram with IP and UDP, for the length of the queue */

void net_init(struct net *net, const struct net_config config[DIRECTIONS], u64 seed)
{
	int i;

	memset(net, 0, sizeof(*net));
	net->random.state = seed;
	net->seed = seed;
	for (i = 0; i < DIRECTIONS; i++)
		net->link[i].config = config[i];
}

void net_clear(struct net *net)
{
	int i, j;

	while (net->count)
		free(net->heap[--net->count]);
	for (i = 0; i < DIRECTIONS; i++)
		for (j = 0; j < RECORDED_MAX; j++)
			free(net->link[i].recorded[j]);
	free(net->heap);
	net->heap = NULL;
	net->room = 0;
}

static bool before(const struct net_datagram *a, const struct net_datagram *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct net *net, struct net_datagram *d)
{
	size_t i, parent;

	if (net->count == net->room) {
		net->room = net->room ? 2 * net->room : 64;
		net->heap = realloc(net->heap, net->room * sizeof(*net->heap));
		if (!net->heap)
			abort();
	}
	for (i = net->count++; i; i = parent) {
		parent = (i - 1) / 2;
		if (!before(d, net->heap[parent]))
			break;
		net->heap[i] = net->heap[parent];
	}
	net->heap[i] = d;
}

static struct net_datagram *pop(struct net *net)
{
	struct net_datagram *top = net->heap[0], *last = net->heap[--net->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < net->count) {
		if (child + 1 < net->count && before(net->heap[child + 1], net->heap[child]))
			child++;
		if (!before(net->heap[child], last))
			break;
		net->heap[i] = net->heap[child];
		i = child;
	}
	net->heap[i] = last;
	return top;
}

u64 net_next(const struct net *net)
{
	return net->count ? net->heap[0]->at : QUIC_NEVER;
}

struct net_datagram *net_receive(struct net *net, u64 now)
{
	return net->count && net->heap[0]->at <= now ? pop(net) : NULL;
}

static bool is_lost(struct net *net, struct net_link *link, size_t len, u64 at)
{
	const struct net_config *c = &link->config;

	if (c->mtu && len > c->mtu)
		return true;
	if (c->drop_from && link->count >= c->drop_from && link->count <= c->drop_to)
		return true;
	if (c->up && at % (c->up + c->down) >= c->up)
		return true;
	if (random_mix(net->seed + at / DEAD_TIME) % 10000 < c->dead)
		return true;
	if (link->losing) {
		link->losing--;
		return true;
	}
	if (!random_chance(&net->random, c->loss))
		return false;
	link->losing = random_below(&net->random, c->burst);
	return true;
}

static struct net_datagram *copy_of(const u8 *data, size_t len)
{
	struct net_datagram *d = malloc(sizeof(*d) + len);

	if (!d)
		abort();
	memset(d, 0, sizeof(*d));
	d->len = len;
	memcpy(d->data, data, len);
	return d;
}

/* What somebody who sees every datagram, but has no keys, might send. */
static void forge(struct net *net, int direction, const struct net_route *route, const u8 *data,
		  size_t len, u64 at)
{
	struct random *r = &net->random;
	struct net_link *from = &net->link[random_below(r, 4) ? direction : !direction];
	struct net_datagram *d = from->recorded[random_below(r, RECORDED_MAX)];
	size_t i, keep;

	switch (random_below(r, 4)) {
	case 0:		/* the header of a real one, then garbage */
		d = copy_of(data, len);
		keep = random_below(r, min_t(size_t, len, 40));
		for (i = keep; i < len; i++)
			d->data[i] = random_u64(r);
		break;
	case 1:		/* a part */
		d = copy_of(data, 1 + random_below(r, len));
		break;
	case 2:		/* some bytes of the header changed */
		d = copy_of(data, len);
		for (i = 0; i < 3; i++)
			d->data[random_below(r, min_t(size_t, len, 30))] = random_u64(r);
		break;
	default:	/* an old one, perhaps sent back to where it came from */
		if (!d)
			return;
		d = copy_of(d->data, d->len);
	}
	d->at = at + random_below(r, 2 * net->link[direction].config.delay);
	d->order = net->order++;
	d->direction = direction;
	d->route = *route;
	trace("  (and a forged one of %zu bytes)", d->len);
	push(net, d);
}

static void record(struct net *net, struct net_link *link, const u8 *data, size_t len)
{
	struct net_datagram **slot = &link->recorded[random_below(&net->random, RECORDED_MAX)];

	free(*slot);
	*slot = copy_of(data, len);
}

/* The ECN bits that arrive behind @waiting bytes in the queue. */
static u8 mark(struct net_link *link, u8 ecn, u64 waiting)
{
	const struct net_config *c = &link->config;

	switch (ecn ? c->ecn : NET_ECN_CARRY) {
	case NET_ECN_MARK:
		if (waiting <= (u64)c->mark_from * QUEUED_LEN)
			return ecn;
		link->marked++;
		return 3;
	case NET_ECN_ALL_CE:
		link->marked++;
		return 3;
	case NET_ECN_BLEACH:
		return 0;
	case NET_ECN_ECT1:
		return 1;
	default:
		return ecn;
	}
}

static void deliver(struct net *net, int direction, const struct net_route *route, const u8 *data,
		    size_t len, u8 ecn, u64 at)
{
	const struct net_config *c = &net->link[direction].config;
	struct net_datagram *d;
	unsigned int flips;

	at += c->delay + random_below(&net->random, c->jitter);
	if (random_chance(&net->random, c->reorder))
		at += random_below(&net->random, c->overtaken);
	if (c->batch)
		at = DIV_ROUND_UP(at, c->batch) * c->batch;
	d = copy_of(data, len);
	d->at = at;
	d->order = net->order++;
	d->direction = direction;
	d->route = *route;
	/* A path that marks what asked for nothing must not be believed (RFC 9000, 21.9). */
	d->ecn = random_chance(&net->random, c->forge) ? random_below(&net->random, 4) : ecn;
	if (random_chance(&net->random, c->corrupt)) {
		for (flips = 1 + random_below(&net->random, 3); flips; flips--)
			d->data[random_below(&net->random, len)] ^=
				1 << random_below(&net->random, 8);
		if (!random_below(&net->random, 4))
			d->len = 1 + random_below(&net->random, len);
		trace("  (corrupted)");
	}
	push(net, d);
}

void net_send(struct net *net, int direction, const u8 *data, size_t len, u8 ecn, u64 departure)
{
	struct net_route route = { *net->ends[!direction], *net->ends[direction] };

	net_send_on(net, direction, &route, data, len, ecn, departure);
}

void net_send_on(struct net *net, int direction, const struct net_route *route, const u8 *data,
		 size_t len, u8 ecn, u64 departure)
{
	struct net_link *link = &net->link[direction];
	const struct net_config *c = &link->config;
	u64 at = departure, waiting = 0;

	link->count++;
	link->sent++;
	link->bytes += len;
	if (c->rate) {
		u64 start = max(departure, link->busy_until);

		waiting = (start - departure) * c->rate / QUIC_SEC;
		if (waiting > (u64)c->queue * QUEUED_LEN) {
			link->lost++;
			trace("  #%llu dropped by the queue", (unsigned long long)link->count);
			return;
		}
		at = start + (len + 28) * QUIC_SEC / c->rate;
		link->busy_until = at;
	}
	if (c->forge) {
		record(net, link, data, len);
		if (random_chance(&net->random, c->forge))
			forge(net, direction, route, data, len, at);
	}
	if (is_lost(net, link, len, at) || (ecn && c->ecn == NET_ECN_DROP)) {
		link->lost++;
		trace("  #%llu lost", (unsigned long long)link->count);
		return;
	}
	ecn = mark(link, ecn, waiting);
	deliver(net, direction, route, data, len, ecn, at);
	if (random_chance(&net->random, c->duplicate)) {
		trace("  (twice)");
		deliver(net, direction, route, data, len, ecn, at);
	}
}
