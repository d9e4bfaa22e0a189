/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shop, its carrier and the real store, with the network of carrier_net.h, in virtual time.
 */
#ifndef NAVETTE_TESTS_SCENARIO_CARRIER_WORLD_H
#define NAVETTE_TESTS_SCENARIO_CARRIER_WORLD_H

#include "base/clock.h"
#include "carrier/carrier.h"
#include "carrier_net.h"
#include "core/accept.h"
#include "testing.h"

#define START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */
enum { CARRIER_ID = 5, IDS_MAX = 12000 };

struct world {
    char dir[64];
    char url[128];
    char settings[1024];
    struct core *core;
    struct net_loop *loop;
    struct carriers *carriers;
    struct mailbox *home;
    struct arena *arena;
    struct db *reader;
    bool writer_stands;
    bool enabled;
    bool ended;
    int64_t ids[IDS_MAX];
    size_t ids_n;
};
extern struct world f;

/* cmocka: before and after each test, and before all. */
int world_set_up(void **state);
int world_tear_down(void **state);
int world_start(void **state);
#define CARRIER_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

/* What happens now; and what happens in this time. */
void turn(void);
void wait_us(int64_t us);

/* The world begins with this carrier; `more`: settings as ",\"rate\":1". */
void begin(const char *more);
void set_settings(const char *more);
void change(enum err (*apply)(struct core *, struct store_tx *, struct change *));
/* For change: the carrier gets f.settings and f.enabled. */
enum err reconfigure(struct core *c, struct store_tx *tx, struct change *change);
enum err remove_carrier(struct core *c, struct store_tx *tx, struct change *change);
/* For carriers_stop: sets f.ended. */
void end(void *ctx);

/* For jobs whose end nobody waits for. */
void world_ignore(struct letter *letter);

/* The next message, to this number; "m" and its place in f.ids when `text` is NULL. */
void send_text_to(struct str to, const char *text);
/* So many, to a number each. */
void send_texts(int n, const char *text);
struct message message(size_t nth);
size_t count(enum message_state state);
struct carrier_status status(void);
struct str receipt_for(const struct smsc_submit *s, const char *stat);
/* The submits from `from` on are those of the messages from `first` on. */
void assert_order(size_t from, size_t n, size_t first);

#endif
