/* SPDX-License-Identifier: Apache-2.0 */
/* store/search: every order and filter, page by page, beside a plain sort of all rows. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/account.h"
#include "store/id.h"
#include "store/queue.h"
#include "store/search.h"
#include "testing.h"
#include "text/word.h"

#include <stdlib.h>

enum { MESSAGES = 400, REPLIES = 200, PAGE = 7, ALL = 4096 };

static struct fixture f;
static struct store_tx tx;
static uint64_t seed;

static unsigned any(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    clock_set_virtual(INT64_C(1795269900) * SEC_US);
    seed = 7;
    tx = fixture_tx(&f);
    assert_int_equal(db_begin(f.db), OK); /* all in one: nothing here is about the disk */
    fixture_account(&tx, 1, STR("shop"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set_virtual(0);
    db_rollback(f.db);
    fixture_close(&f);
    return 0;
}

static const char *const senders[] = {"Shop", "ShopNorthAB", "ShopNorthAA", "36123",
                                      "+33700000001"};
static const char *const texts[] = {"Rendez-vous demain", "R\xc3\x89PONDEZ OUI", "hello WORLD", ""};

/* Two of them begin and end alike. */
static const char *const tags[] = {"", "x", "spring-2026-05-01", "spring-2025-05-01"};
enum { TAGS = sizeof(tags) / sizeof(tags[0]) };

static int64_t add_message(void)
{
    static const enum message_state states[] = {
        MESSAGE_QUEUED,      MESSAGE_SENT,      MESSAGE_DELIVERED, MESSAGE_DELIVERED,
        MESSAGE_UNDELIVERED, MESSAGE_SCHEDULED, MESSAGE_IN_DOUBT,  MESSAGE_REFUSED};
    clock_advance(SEC_US);
    tx.now_us = clock_now_us();
    struct message m = {.id = store_id_next(),
                        .account_id = 1 + any(2),
                        .user_id = 2,
                        .carrier_id = 5,
                        .state = states[any(8)],
                        .sender = str_of(senders[any(5)]),
                        .recipient = 33600000000 + any(20),
                        .text = str_of(texts[any(4)]),
                        .parts = 1 + any(3),
                        .class = -1,
                        .tag = str_of(tags[any(TAGS)]),
                        .credits = any(3) * 50,
                        .conversation_id = any(4) ? 0 : 1 + any(3),
                        .created_at_us = tx.now_us,
                        .due_at_us = tx.now_us,
                        .expires_at_us = tx.now_us + DAY_US};
    const struct message *row = &m;
    assert_int_equal(store_message_insert(&tx, &row, 1), OK);
    return m.id;
}

static void add_incoming(void)
{
    clock_advance(SEC_US);
    tx.now_us = clock_now_us();
    struct incoming i = {.id = store_id_next(),
                         .account_id = any(3),
                         .carrier_id = 5,
                         .sender = arena_printf(f.arena, "+336%u", any(9)),
                         .number = arena_printf(f.arena, "3612%u", any(3)),
                         .text = str_of(texts[any(4)]),
                         .kept = any(5) > 0,
                         .class = -1,
                         .parts = 1,
                         .received_at_us = tx.now_us,
                         .released_at_us = tx.now_us,
                         .conversation_id = any(4) ? 0 : 1 + any(3),
                         .standing = (enum standing)any(4)};
    assert_int_equal(store_incoming_insert(&tx, &i), OK);
}

static void list_half(size_t n)
{
    size_t seen = 1, all = 0;
    while (seen && all < n) {
        assert_int_equal(store_list_slice(&seen, &tx, clock_now_us() - 10 * SEC_US, 50), OK);
        all += seen;
    }
}

/* ---- what a plain reading gives ---- */

static struct message all_messages[ALL];
static struct incoming all_incoming[ALL];
static size_t messages_n, incoming_n;

static size_t ids_of(int64_t ids[ALL], struct db_query *query)
{
    size_t n = 0;
    struct db_rows rows = db_rows_open(f.db, query, DB_NO_ARGS);
    while (n < ALL && db_rows_next(&rows))
        ids[n++] = db_rows_int(&rows, 0);
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static void read_all(void)
{
    static struct db_query messages = DB_QUERY("SELECT id FROM message ORDER BY id");
    static struct db_query incoming = DB_QUERY("SELECT id FROM incoming ORDER BY id");
    static int64_t ids[ALL];
    struct store_view v = fixture_view(&f);
    struct message *m;
    struct incoming *i;
    messages_n = ids_of(ids, &messages);
    assert_int_equal(store_message_rows(&m, &v, ids, messages_n), OK);
    memcpy(all_messages, m, messages_n * sizeof(*m));
    incoming_n = ids_of(ids, &incoming);
    assert_int_equal(store_incoming_rows(&i, &v, ids, incoming_n), OK);
    memcpy(all_incoming, i, incoming_n * sizeof(*i));
}

static int compare_texts(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int64_t number_by(const struct message *m, enum list_by by)
{
    return by == LIST_RECIPIENT ? (int64_t)m->recipient
           : by == LIST_STATE   ? list_key_state(m->state).first
           : by == LIST_PARTS   ? m->parts
           : by == LIST_CREDITS ? m->credits
                                : 0;
}

static const struct search *sorting;

static int message_order(const void *a, const void *b)
{
    const struct message *x = a, *y = b;
    int64_t p = number_by(x, sorting->by), q = number_by(y, sorting->by);
    int c = sorting->by == LIST_SENDER ? compare_texts(x->sender, y->sender) : (p > q) - (p < q);
    c = c ? c : (x->id > y->id) - (x->id < y->id);
    return sorting->descending ? -c : c;
}

static int incoming_order(const void *a, const void *b)
{
    const struct incoming *x = a, *y = b;
    int c = sorting->by == LIST_PHONE      ? compare_texts(x->sender, y->sender)
            : sorting->by == LIST_NUMBER   ? compare_texts(x->number, y->number)
            : sorting->by == LIST_STANDING ? (int)x->standing - (int)y->standing
                                           : 0;
    c = c ? c : (x->id > y->id) - (x->id < y->id);
    return sorting->descending ? -c : c;
}

static bool in_time(const struct search *s, int64_t at_us)
{
    return (!s->since_us || at_us >= s->since_us) && (!s->until_us || at_us < s->until_us);
}

static bool wants(const struct message_search *s, const struct message *m)
{
    return (!s->search.account_id || m->account_id == s->search.account_id) &&
           (!s->recipient || m->recipient == s->recipient) &&
           (!s->sender.n || str_eq(m->sender, s->sender)) &&
           (!s->states || s->states >> m->state & 1) && (!s->tag.n || str_eq(m->tag, s->tag)) &&
           (!s->parts || m->parts == s->parts) &&
           (!s->search.conversation_id || m->conversation_id == s->search.conversation_id) &&
           (!s->search.text.n || str_eq(m->text, str_of(texts[1]))) &&
           in_time(&s->search, m->created_at_us);
}

static bool wants_reply(const struct incoming_search *s, const struct incoming *i)
{
    return (!s->search.account_id || i->account_id == s->search.account_id) &&
           (!s->sender.n || str_eq(i->sender, s->sender)) &&
           (!s->number.n || str_eq(i->number, s->number)) &&
           (!s->standings || s->standings >> i->standing & 1) &&
           (!s->search.conversation_id || i->conversation_id == s->search.conversation_id) &&
           (!s->search.text.n || (i->kept && str_eq(i->text, str_of(texts[1])))) &&
           in_time(&s->search, i->received_at_us);
}

static size_t plain_messages(int64_t ids[ALL], const struct message_search *s)
{
    static struct message kept[ALL];
    size_t n = 0;
    for (size_t i = 0; i < messages_n; i++)
        if (wants(s, &all_messages[i]))
            kept[n++] = all_messages[i];
    sorting = &s->search;
    qsort(kept, n, sizeof(*kept), message_order);
    for (size_t i = 0; i < n; i++)
        ids[i] = kept[i].id;
    return n;
}

static size_t plain_incoming(int64_t ids[ALL], const struct incoming_search *s)
{
    static struct incoming kept[ALL];
    size_t n = 0;
    for (size_t i = 0; i < incoming_n; i++)
        if (wants_reply(s, &all_incoming[i]))
            kept[n++] = all_incoming[i];
    sorting = &s->search;
    qsort(kept, n, sizeof(*kept), incoming_order);
    for (size_t i = 0; i < n; i++)
        ids[i] = kept[i].id;
    return n;
}

/* ---- page by page ---- */

static void (*between_pages)(void);

/* s->search.by of messages, or of incoming; `search` is what the verb takes. */
static size_t paged(int64_t ids[ALL], struct search *s, void *search, bool incoming)
{
    size_t n = 0, pages = 0;
    struct list_page page = {.more = true};
    s->limit = PAGE;
    s->has_after = false;
    while (page.more) {
        struct store_view v = {.db = f.db, .arena = arena_new()};
        enum err e = incoming ? store_incoming_search(&page, &v, search)
                              : store_message_search(&page, &v, search);
        assert_int_equal(e, OK);
        assert_true(page.n <= PAGE);
        assert_true(!page.partial || page.more);
        for (size_t i = 0; i < page.n && n < ALL; i++)
            ids[n++] = incoming ? ((struct incoming *)page.rows)[i].id
                                : ((struct message *)page.rows)[i].id;
        s->after = page.end;
        s->has_after = true;
        arena_free(v.arena);
        assert_true(++pages < ALL);
        if (between_pages)
            between_pages();
    }
    return n;
}

static void same(const int64_t *a, size_t a_n, const int64_t *b, size_t b_n)
{
    assert_int_equal(a_n, b_n);
    for (size_t i = 0; i < a_n; i++)
        assert_int_equal(a[i], b[i]);
}

static void check_messages(struct message_search s)
{
    static int64_t found[ALL], plain[ALL];
    static const size_t few[] = {0, ALL};
    for (size_t i = 0; i < 4; i++) {
        s.search.descending = i & 1;
        s.search.budget = (struct list_budget){.rows = 40, .few = few[i / 2]};
        size_t n = paged(found, &s.search, &s, false);
        same(found, n, plain, plain_messages(plain, &s));
    }
}

static void check_incoming(struct incoming_search s)
{
    static int64_t found[ALL], plain[ALL];
    static const size_t few[] = {0, ALL};
    for (size_t i = 0; i < 4; i++) {
        s.search.descending = i & 1;
        s.search.budget = (struct list_budget){.rows = 40, .few = few[i / 2]};
        size_t n = paged(found, &s.search, &s, true);
        same(found, n, plain, plain_incoming(plain, &s));
    }
}

static void fill(size_t listed)
{
    for (size_t i = 0; i < MESSAGES; i++)
        add_message();
    for (size_t i = 0; i < REPLIES; i++)
        add_incoming();
    list_half(listed);
    read_all();
}

static const unsigned some_states = 1u << MESSAGE_QUEUED | 1u << MESSAGE_UNDELIVERED;

static void check_filters(enum list_by by, int64_t middle_us)
{
    struct search base = {.account_id = 1, .by = by};
    check_messages((struct message_search){.search = base});
    check_messages((struct message_search){.search = base, .recipient = 33600000003});
    check_messages((struct message_search){.search = base, .sender = STR("ShopNorthAA")});
    check_messages((struct message_search){.search = base, .states = some_states});
    check_messages((struct message_search){.search = base, .states = 1u << MESSAGE_DELIVERED});
    for (size_t i = 1; i < TAGS; i++)
        check_messages((struct message_search){.search = base, .tag = str_of(tags[i])});
    check_messages((struct message_search){.search = base, .parts = 2, .tag = str_of(tags[1])});
    check_messages((struct message_search){.search = base, .parts = 1});
    base.text = text_fold(f.arena, STR("r\xc3\xa9pondez"));
    check_messages((struct message_search){.search = base});
    base.text = STR("");
    base.conversation_id = 2;
    check_messages((struct message_search){.search = base});
    base.conversation_id = 0;
    base.since_us = middle_us;
    check_messages((struct message_search){.search = base});
    base.until_us = middle_us + 50 * SEC_US;
    check_messages((struct message_search){.search = base, .states = some_states});
}

static void check_all(void)
{
    int64_t middle_us = clock_now_us() - (REPLIES + MESSAGES / 2) * SEC_US;
    for (int by = LIST_TIME; by <= (int)LIST_CREDITS; by++)
        check_filters((enum list_by)by, middle_us);
    check_messages((struct message_search){.recipient = 33600000003});
    check_messages((struct message_search){.states = some_states});
    check_messages((struct message_search){.search = {.account_id = 0}});
}

static void every_order_and_filter_is_as_a_plain_sort(void **state)
{
    (void)state;
    fill(0);
    check_all();
    list_half(MESSAGES / 2);
    check_all();
    list_half(MESSAGES + REPLIES);
    check_all();
}

static void incoming_too(void **state)
{
    (void)state;
    fill(MESSAGES + REPLIES / 2);
    for (int by = LIST_STANDING; by >= (int)LIST_PHONE - 1; by--) {
        struct search base = {.account_id = 1,
                              .by = by < (int)LIST_PHONE ? LIST_TIME : (enum list_by)by};
        check_incoming((struct incoming_search){.search = base});
        check_incoming((struct incoming_search){.search = base, .sender = STR("+3363")});
        check_incoming((struct incoming_search){.search = base, .number = STR("36121")});
        check_incoming((struct incoming_search){.search = base, .standings = 1 << STANDING_LATE});
        base.text = text_fold(f.arena, STR("\xc3\x89PON"));
        check_incoming((struct incoming_search){.search = base});
        base.text = STR("");
        base.conversation_id = 2;
        check_incoming((struct incoming_search){.search = base});
    }
    check_incoming((struct incoming_search){.search = {.account_id = 0}});
}

/* Out of doubt, into the queue again. */
static void send_again(const struct message *m)
{
    struct queue_return back = {.message_id = m->id,
                                .carrier_id = m->carrier_id,
                                .from = MESSAGE_IN_DOUBT,
                                .due_at_us = tx.now_us};
    assert_int_equal(store_queue_return(&tx, &back, 1), OK);
}

static void end_some(void)
{
    static size_t next;
    for (size_t i = 0; i < 5; i++) {
        const struct message *m = &all_messages[next++ % messages_n];
        struct message_move move = {
            .id = m->id, .from = MESSAGE_SENT, .to = MESSAGE_DELIVERED, .at_us = tx.now_us};
        assert_int_equal(store_message_move(&tx, &move, NULL), OK);
        assert_int_equal(store_message_free_of_charge(&tx, m->id), OK);
        send_again(m);
    }
    int64_t due;
    assert_int_equal(store_queue_due(&due, &tx, 1), OK);
    assert_int_equal(store_list_settle(&tx), OK);
    tx.ended = NULL;
}

static void one_that_ends_is_found_at_its_new_place(void **state)
{
    (void)state;
    fill(MESSAGES / 2);
    for (size_t i = 0; i < MESSAGES / 5; i++)
        end_some();
    read_all();
    check_all();
    list_half(MESSAGES + REPLIES);
    check_all();
}

static void fail_with(const char *receipt)
{
    int64_t id = 0;
    for (size_t i = 0; i < messages_n && !id; i++)
        if (all_messages[i].state == MESSAGE_SENT && all_messages[i].account_id == 1) {
            id = all_messages[i].id;
            all_messages[i].state = MESSAGE_UNDELIVERED;
        }
    clock_advance(SEC_US);
    tx.now_us = clock_now_us();
    struct message_move move = {.id = id,
                                .from = MESSAGE_SENT,
                                .to = MESSAGE_UNDELIVERED,
                                .at_us = tx.now_us,
                                .receipt = str_of(receipt)};
    int64_t changed = 0;
    assert_int_equal(store_message_move(&tx, &move, &changed), OK);
    assert_int_equal(changed, 1);
}

static size_t found(struct message_search s)
{
    static int64_t ids[ALL];
    s.search.account_id = 1;
    s.search.descending = true;
    s.search.budget = (struct list_budget){.rows = 40};
    return paged(ids, &s.search, &s, false);
}

static void failures_are_found_under_the_word_that_counts_them(void **state)
{
    (void)state;
    fill(0);
    fail_with("UNDELIV 012");
    int64_t second_us = clock_now_us() + SEC_US;
    fail_with("UNDELIV 012 (of a second carrier)");
    fail_with("UNDELIV 027");
    fail_with("ABSENT\x01 \xc3\xa9");
    assert_int_equal(found((struct message_search){.word = STR("UNDELIV 012")}), 2);
    assert_int_equal(found((struct message_search){.word = STR("UNDELIV 027")}), 1);
    assert_int_equal(found((struct message_search){.word = STR("UNDELIV")}), 0);
    assert_int_equal(found((struct message_search){.word = STR("ABSENT? ??")}), 1);
    assert_int_equal(found((struct message_search){.states = 1u << MESSAGE_DELIVERED,
                                                   .word = STR("UNDELIV 012")}),
                     0);
    assert_int_equal(found((struct message_search){.done_since_us = second_us}), 3);
    assert_int_equal(found((struct message_search){.done_since_us = second_us + 1}), 2);
    assert_int_equal(found((struct message_search){.done_since_us = second_us,
                                                   .done_until_us = second_us + SEC_US}),
                     1);
    assert_int_equal(
        found((struct message_search){.word = STR("UNDELIV 012"), .done_until_us = second_us}), 1);
}

static void life_goes_on(void)
{
    add_message();
    end_some();
    list_half(50);
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += ids[i] == id;
    assert_true(found <= 1);
    return found == 1;
}

/* What was there from the beginning and whose key stays comes once, whatever happens meanwhile. */
static void pages_are_whole_while_rows_come_and_change(void **state)
{
    (void)state;
    static int64_t found[ALL];
    static const enum list_by steady[] = {LIST_TIME, LIST_RECIPIENT, LIST_SENDER, LIST_PARTS};
    fill(MESSAGES / 2);
    for (size_t i = 0; i < 8; i++) {
        struct message_search s = {.search = {.account_id = 1,
                                              .by = steady[i / 2],
                                              .descending = i & 1,
                                              .budget = {.rows = 40, .few = 0}}};
        read_all();
        between_pages = life_goes_on;
        size_t n = paged(found, &s.search, &s, false);
        between_pages = NULL;
        for (size_t k = 0; k < messages_n; k++)
            if (all_messages[k].account_id == 1)
                assert_true(has(found, n, all_messages[k].id));
        for (size_t k = 1; k < n && s.search.by == LIST_TIME; k++)
            assert_true((found[k - 1] > found[k]) == s.search.descending);
    }
}

static void a_row_under_old_keys_is_passed_by(void **state)
{
    (void)state;
    static struct db_query stale =
        DB_QUERY("INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                 "SELECT account_id, 3, 7, 0, id FROM message WHERE state <> 7 "
                 "ON CONFLICT DO NOTHING");
    fill(MESSAGES + REPLIES);
    assert_int_equal(db_run(f.db, &stale, DB_NO_ARGS, NULL), OK);
    check_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_order_and_filter_is_as_a_plain_sort, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(incoming_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_are_found_under_the_word_that_counts_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_ends_is_found_at_its_new_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_are_whole_while_rows_come_and_change, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_row_under_old_keys_is_passed_by, set_up, tear_down),
    };
    assert_int_equal(secret_init(), OK);
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
