/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies over a core_world: whom they answer is given in `match` (that is core/conversation's),
 * all that follows is the real thing. The account is shop (id 1).
 */
#ifndef NAVETTE_TESTS_SCENARIO_REPLY_WORLD_H
#define NAVETTE_TESTS_SCENARIO_REPLY_WORLD_H

#include "core/reply.h"
#include "core_world.h"
#include "store/reply.h"

#define PHONE "+33612345678"
enum { HEARD_MAX = 8 };

extern struct reply_match match; /* of all that is heard from now on */
extern struct incoming heard[HEARD_MAX];
extern size_t heard_n;
extern bool fails; /* the commit fails, at its end */

/* cmocka's set-up. */
int reply_set_up(void **state);

/* What the account's replies start. */
void action(struct reply_setting s);
void action_text(const char *text);
void action_cgi(void);
/* Of the account's purse, in hundredths. */
void balance_is(int64_t hundredths);
int64_t balance(void);
/* A statement as a change of configuration. */
void sql(const char *text);

/* A reply as core/incoming would make it, for heard[]. */
struct incoming of(const char *sender, const char *text);
/* Stores heard[] in one commit. */
enum err hear_all(void);
/* Stores one; as it stands in the store then. */
struct incoming hear_row(struct incoming row);
struct incoming hear(const char *text);
/* What the customer's program answers. */
void cgi_says(int64_t incoming_id, const char *text);

struct incoming read_back(int64_t id);
void assert_started(struct incoming i, const char *started);
/* All messages, of which there must be so many, newest first. */
struct message *newest_messages(size_t wanted);

#endif
