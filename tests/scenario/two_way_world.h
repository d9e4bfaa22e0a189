/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two-way in the world of core_world: accounts "shop" (1), "bank" (31) and "club" (41), each with a
 * user and a sender of its name, which may ask French phones for replies, and numbers of ours.
 */
#ifndef NAVETTE_TESTS_SCENARIO_TWO_WAY_WORLD_H
#define NAVETTE_TESTS_SCENARIO_TWO_WAY_WORLD_H

#include "core_world.h"
#include "store/conversation.h"

enum { SHOP = 1, BANK = 31, CLUB = 41 };

/* cmocka's set-up: with three short numbers, 38000 to 38002. */
int two_way_set_up(void **state);
void two_way_number(const char *digits, enum number_kind kind, int64_t account_id);
/* One statement of an operator. */
void two_way_run(const char *sql);

struct two_way_send {
    int64_t account_id; /* 0: SHOP */
    const char *from;   /* NULL: any number that can be answered to */
    const char *to;     /* several with commas between */
    const char *text;   /* NULL: "Oui ou non?" */
    int64_t due_at_us;
};
/* Prepared, and done unless that was refused: then job->job.err and *why say it. */
struct accept_job *two_way_send(struct two_way_send s, struct refusal *why);
/* The only message, taken. */
const struct message *two_way_sent(struct two_way_send s);

/* What a phone writes to a number; how it is stored. */
struct incoming two_way_hear(const char *from, const char *number);
struct conversation two_way_conversation(int64_t id);

#endif
