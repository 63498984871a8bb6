/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer that has keys and attacks with them: beside what its engine sends, packets are forged that
 * are authentic and carry whatever frames the attack consists of. The honest load goes on meanwhile,
 * and the attack has bounds: memory, answers, and how the connection ends.
 */
#ifndef TEST_SIM_ATTACK_H
#define TEST_SIM_ATTACK_H

#include "world.h"

enum attacker {
	EITHER,
	CLIENT,
	SERVER,
};

/**
 * struct attack - what an attacker does, and what the victim may suffer from it
 * @write: the frames of the next packet; number world->attack.sent, from 0
 * @by: who attacks; @level: the level of its packets
 * @packets: how many; @burst: at a time (0: 1), every @pause ns (0: 1 ms)
 * @memory: bytes that both ends may hold together
 * @answers: the victim's datagrams for 100 packets of the attack (0: 60), 100 beside
 * @error: with which the victim must end the connection, 0: it must not
 */
struct attack {
	void (*write)(struct world *world, struct quic_writer *w);
	enum attacker by;
	u8 level;
	u64 packets, burst, pause, memory, answers, error;
};

void attack_begin(struct world *world);
void attack_tick(struct world *world);
/* Called whenever an end has run: measure. */
void attack_observe(struct world *world);
void attack_check(struct world *world);

#endif
