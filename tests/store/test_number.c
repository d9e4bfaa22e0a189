/* SPDX-License-Identifier: Apache-2.0 */
/* store/number and store/conversation: a number has one open conversation with a phone, whoever
 * draws it. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/conversation.h"
#include "store/id.h"
#include "store/number.h"
#include "testing.h"

#include <pthread.h>

enum { CARRIER = 5, ACCOUNT = 1, WINDOW_MIN = 2880 };

static struct fixture f;
static struct store_tx tx;
static const struct number_pool pool = {
    .carrier_id = CARRIER, .country = {"FR", 2}, .kind = NUMBER_SHORT, .account_id = ACCOUNT};

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = INT64_C(1795269900) * SEC_US};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static void add(int64_t id, const char *digits, enum number_kind kind)
{
    struct number n = {.id = id,
                       .carrier_id = CARRIER,
                       .digits = str_of(digits),
                       .country = STR("FR"),
                       .kind = kind,
                       .enabled = true};
    assert_int_equal(store_number_insert(&tx, &n), OK);
}

static enum err draw(struct number_slot *s, struct store_tx *t, uint64_t phone, int64_t id)
{
    *s = (struct number_slot){
        .recipient = phone, .conversation_id = id, .until_at_us = t->now_us + WINDOW_MIN * MIN_US};
    return store_slot_draw(s, t, &pool);
}

static bool is_free(uint64_t phone)
{
    bool found;
    assert_int_equal(store_slot_free(&found, &tx.view, &pool, phone, tx.now_us), OK);
    return found;
}

static void P4_2_only_enabled_numbers_of_the_pool_are_drawn_and_each_once(void **state)
{
    (void)state;
    struct number_slot a, b, c;
    assert_false(is_free(7));
    assert_int_equal(draw(&a, &tx, 7, 100), ERR_CONFLICT);
    add(1, "38000", NUMBER_SHORT);
    add(2, "38001", NUMBER_SHORT);
    add(3, "0756000000", NUMBER_LOW_COST);
    add(4, "38003", NUMBER_SHORT);
    struct number off = {.id = 4, .enabled = false};
    assert_int_equal(store_number_update(&tx, &off), OK);
    assert_int_equal(draw(&a, &tx, 7, 100), OK);
    assert_int_equal(draw(&b, &tx, 7, 101), OK);
    assert_int_equal(a.number_id + b.number_id, 3);
    assert_int_equal(a.digits.n, 5);
    assert_false(is_free(7));
    assert_int_equal(draw(&c, &tx, 7, 102), ERR_CONFLICT);
    assert_int_equal(draw(&c, &tx, 8, 103), OK);
}

static void P4_5_a_slot_that_has_ended_is_drawn_again_and_not_extended(void **state)
{
    (void)state;
    struct number_slot a, b, there;
    int64_t n;
    add(1, "38000", NUMBER_SHORT);
    assert_int_equal(draw(&a, &tx, 7, 100), OK);
    assert_int_equal(store_slot_extend(&tx, &a, a.until_at_us + 5), OK);
    assert_int_equal(store_slot_extend(&tx, &a, a.until_at_us), OK); /* never sooner */
    tx.now_us = a.until_at_us + 4;
    assert_int_equal(draw(&b, &tx, 7, 101), ERR_CONFLICT);
    tx.now_us++;
    assert_int_equal(store_slot_extend(&tx, &a, tx.now_us + 9), ERR_CONFLICT);
    assert_int_equal(draw(&b, &tx, 7, 101), OK);
    assert_int_equal(store_slot_extend(&tx, &a, tx.now_us + 9), ERR_CONFLICT);
    assert_int_equal(store_slot_get(&there, &tx.view, 7, 1), OK);
    assert_int_equal(there.conversation_id, 101);
    assert_int_equal(store_slot_forget(&n, &tx, 10), OK);
    assert_int_equal(n, 0);
    tx.now_us = there.until_at_us;
    assert_int_equal(store_slot_forget(&n, &tx, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_slot_get(&there, &tx.view, 7, 1), ERR_NOT_FOUND);
}

static void P4_2_an_open_conversation_is_found_by_account_phone_and_pool(void **state)
{
    (void)state;
    struct number_slot a, found;
    add(1, "38000", NUMBER_SHORT);
    assert_int_equal(draw(&a, &tx, 7, 100), OK);
    struct conversation c = {.id = 100,
                             .account_id = ACCOUNT,
                             .carrier_id = CARRIER,
                             .recipient = 7,
                             .number = a.digits,
                             .kind = NUMBER_SHORT,
                             .until_at_us = a.until_at_us,
                             .message_id = 9};
    assert_int_equal(store_conversation_insert(&tx, &c), OK);
    assert_int_equal(store_slot_open(&found, &tx.view, &pool, 7, tx.now_us), OK);
    assert_int_equal(found.conversation_id, 100);
    struct number_pool others = pool;
    others.account_id++;
    assert_int_equal(store_slot_open(&found, &tx.view, &others, 7, tx.now_us), ERR_NOT_FOUND);
    assert_int_equal(store_slot_open(&found, &tx.view, &pool, 8, tx.now_us), ERR_NOT_FOUND);
    assert_int_equal(store_slot_open(&found, &tx.view, &pool, 7, a.until_at_us), ERR_NOT_FOUND);
    assert_int_equal(store_conversation_hear(&tx, 100), OK);
    assert_int_equal(store_conversation_say(&tx, 100, 10, c.until_at_us + 1), OK);
    assert_int_equal(store_conversation_latest(&c, &tx.view, CARRIER, 7, STR("38000"), 0), OK);
    assert_int_equal(c.message_id, 10);
    assert_int_equal(c.unread, 1);
    assert_int_equal(c.until_at_us, a.until_at_us + 1);
    struct conversation_page page;
    struct conversation_filter filter = {
        .account_id = ACCOUNT, .open_at_us = tx.now_us, .limit = 10, .look_at = 10};
    assert_int_equal(store_conversation_list(&page, &tx.view, &filter), OK);
    assert_int_equal(page.n, 1);
    filter.open_at_us = c.until_at_us;
    assert_int_equal(store_conversation_list(&page, &tx.view, &filter), OK);
    assert_int_equal(page.n, 0);
    filter =
        (struct conversation_filter){.account_id = INT64_C(5000000000), .limit = 10, .look_at = 10};
    assert_int_equal(store_conversation_list(&page, &tx.view, &filter), OK);
    assert_int_equal(page.n, 0);
}

static void pages_of_conversations_are_whole_and_in_order(void **state)
{
    (void)state;
    enum { ALL = 700, PAGE = 90 };
    int64_t last = INT64_MAX;
    size_t n = 0;
    for (int64_t i = 1; i <= ALL; i++) {
        struct conversation c = {.id = i,
                                 .account_id = ACCOUNT,
                                 .carrier_id = CARRIER,
                                 .recipient = (uint64_t)i,
                                 .number = STR("38000"),
                                 .kind = NUMBER_SHORT,
                                 .until_at_us = tx.now_us + (i % 9 ? -1 : SEC_US)};
        assert_int_equal(store_conversation_insert(&tx, &c), OK);
    }
    struct conversation_filter filter = {
        .account_id = ACCOUNT, .open_at_us = tx.now_us, .limit = PAGE, .look_at = 300};
    struct conversation_page page = {.more = true};
    while (page.more) {
        assert_int_equal(store_conversation_list(&page, &tx.view, &filter), OK);
        for (size_t i = 0; i < page.n; i++, n++) {
            assert_true(page.rows[i].id < last);
            last = page.rows[i].id;
        }
        filter.after = page.end;
    }
    assert_int_equal(n, ALL / 9);
}

static void P4_1_two_way_is_put_once_and_dropped_by_country_or_whole(void **state)
{
    (void)state;
    struct two_way *list;
    size_t n;
    struct two_way t[] = {{1, STR("FR")}, {1, STR("FR")}, {1, STR("BE")}, {2, STR("FR")}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_two_way_put(&tx, &t[i]), OK);
    assert_int_equal(store_two_way_list(&list, &n, &tx.view), OK);
    assert_int_equal(n, 3);
    assert_int_equal(store_two_way_drop(&tx, &t[2]), OK);
    assert_int_equal(store_two_way_drop(&tx, &t[2]), ERR_NOT_FOUND);
    struct two_way all = {.account_id = 1};
    assert_int_equal(store_two_way_drop(&tx, &all), OK);
    assert_int_equal(store_two_way_list(&list, &n, &tx.view), OK);
    assert_int_equal(n, 1);
}

/* ---- several nodes ---- */

enum { NODES = 3, NUMBERS = 5, PHONES = 40 };

struct node {
    pthread_t thread;
    int number;
    int drawn;
    enum err err;
};

/* As a batch that met another node is run again. */
static enum err draw_one(struct node *n, struct db *db, uint64_t phone, int turn)
{
    struct arena *arena = arena_new();
    struct store_tx t = {.view = {.db = db, .arena = arena}, .now_us = tx.now_us};
    struct number_slot s;
    bool free = true;
    enum err e = db_begin(db);
    if (!e)
        e = store_slot_free(&free, &t.view, &pool, phone, t.now_us);
    if (!e && free)
        e = draw(&s, &t, phone, 1000 * n->number + turn + 1);
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    n->drawn += !e && free;
    arena_free(arena);
    return e;
}

static void *node_main(void *arg)
{
    struct node *n = arg;
    struct db *db;
    n->err = db_open(&db, f.url, DB_READ_WRITE);
    if (n->err)
        return NULL;
    for (int turn = 0; turn < PHONES * NUMBERS && !n->err;) {
        n->err = draw_one(n, db, (uint64_t)(turn % PHONES) + 1, turn);
        if (n->err == ERR_CONFLICT)
            n->err = OK;
        else
            turn++;
    }
    db_close(db);
    return NULL;
}

static void P4_2_of_nodes_that_draw_at_once_each_number_is_one_nodes(void **state)
{
    (void)state;
    struct node nodes[NODES];
    int drawn = 0;
    if (!db_shared(f.db))
        skip();
    for (int i = 0; i < NUMBERS; i++)
        add(i + 1, arena_printf(f.arena, "3800%d", i).p, NUMBER_SHORT);
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.number = i};
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), 0);
    }
    for (int i = 0; i < NODES; i++) {
        pthread_join(nodes[i].thread, NULL);
        assert_int_equal(nodes[i].err, OK);
        drawn += nodes[i].drawn;
    }
    assert_int_equal(drawn, PHONES * NUMBERS);
    for (uint64_t phone = 1; phone <= PHONES; phone++)
        assert_false(is_free(phone));
}

int main(void)
{
#define NUMBER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        NUMBER(P4_1_two_way_is_put_once_and_dropped_by_country_or_whole),
        NUMBER(P4_2_an_open_conversation_is_found_by_account_phone_and_pool),
        NUMBER(P4_2_of_nodes_that_draw_at_once_each_number_is_one_nodes),
        NUMBER(P4_2_only_enabled_numbers_of_the_pool_are_drawn_and_each_once),
        NUMBER(pages_of_conversations_are_whole_and_in_order),
        NUMBER(P4_5_a_slot_that_has_ended_is_drawn_again_and_not_extended),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
