/* SPDX-License-Identifier: Apache-2.0 */
/* store/thread and store/sender_document, on either engine. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/account.h"
#include "store/conversation.h"
#include "store/id.h"
#include "store/incoming.h"
#include "store/list_order.h"
#include "store/sender_document.h"
#include "store/thread.h"
#include "testing.h"
#include "text/phone.h"

enum { SHOP = 1, BANK = 2 };
#define PHONE UINT64_C(33612345678)

static struct fixture f;
static struct store_tx tx;

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

static struct thread get(int64_t account_id, uint64_t phone)
{
    struct thread t;
    assert_int_equal(store_thread_get(&t, &tx.view, account_id, phone), OK);
    return t;
}

static void hear(int64_t account_id, uint64_t phone, int64_t until_us)
{
    const struct thread t = {.account_id = account_id,
                             .phone = phone,
                             .until_at_us = until_us,
                             .conversation_id = until_us ? 7 : 0,
                             .line_id = 50};
    tx.now_us += SEC_US;
    assert_int_equal(store_thread_hear(&tx, &t), OK);
}

/* ---- rows ---- */

static void what_is_heard_is_unread_until_somebody_reads_or_answers(void **state)
{
    (void)state;
    const struct conversation c = {.id = 7,
                                   .account_id = SHOP,
                                   .carrier_id = 1,
                                   .recipient = PHONE,
                                   .number = STR("38001"),
                                   .kind = NUMBER_SHORT,
                                   .until_at_us = 99,
                                   .unread = 2};
    struct conversation read;
    assert_int_equal(store_conversation_insert(&tx, &c), OK);
    hear(SHOP, PHONE, 99);
    hear(SHOP, PHONE, 0);
    struct thread t = get(SHOP, PHONE);
    assert_int_equal(t.unread, 2);
    assert_int_equal(t.until_at_us, 99);
    assert_int_equal(t.conversation_id, 7);
    assert_true(t.line_incoming);

    assert_int_equal(store_thread_read(&tx, SHOP, PHONE, STR("ann@example.org")), OK);
    t = get(SHOP, PHONE);
    assert_int_equal(t.unread, 0);
    assert_true(str_eq(t.seen_by, STR("ann@example.org")));
    assert_int_equal(t.seen_at_us, tx.now_us);
    assert_int_equal(store_conversation_get(&read, &tx.view, 7), OK);
    assert_int_equal(read.unread, 0);
    assert_int_equal(store_thread_read(&tx, BANK, PHONE, STR("x")), ERR_NOT_FOUND);

    hear(SHOP, PHONE, 0);
    struct thread said = {.account_id = SHOP, .phone = PHONE, .until_at_us = 120};
    said.conversation_id = 8;
    said.line_id = 60;
    assert_int_equal(store_thread_say(&tx, &said), OK);
    assert_int_equal(get(SHOP, PHONE).unread, 1);
    said.answered_by = STR("bob");
    assert_int_equal(store_thread_say(&tx, &said), OK);
    t = get(SHOP, PHONE);
    assert_int_equal(t.unread, 0);
    assert_int_equal(t.until_at_us, 120);
    assert_int_equal(t.conversation_id, 8);
    assert_false(t.line_incoming);
    assert_true(str_eq(t.answered_by, STR("bob")));
}

static size_t list(uint64_t *phones, const struct thread_filter *filter)
{
    struct thread *rows, behind;
    size_t n, looked;
    assert_int_equal(store_thread_list(&rows, &n, &looked, &behind, &tx.view, filter), OK);
    for (size_t i = 0; i < n; i++)
        phones[i] = rows[i].phone;
    return n;
}

static size_t unread(size_t most)
{
    size_t n;
    assert_int_equal(store_thread_unread(&n, &tx.view, SHOP, most), OK);
    return n;
}

static void lists_are_by_the_latest_line_and_hold_what_is_asked(void **state)
{
    (void)state;
    uint64_t phones[10];
    for (uint64_t i = 0; i < 5; i++)
        hear(SHOP, PHONE + i, i == 2 ? 0 : 1000);
    hear(BANK, PHONE + 9, 1000);
    hear(SHOP, PHONE, 0);
    assert_int_equal(store_thread_read(&tx, SHOP, PHONE + 4, STR("ann")), OK);
    struct thread_filter filter = {.account_id = SHOP, .look_at = 10, .limit = 10};
    assert_int_equal(list(phones, &filter), 5);
    assert_int_equal(phones[0], PHONE);
    assert_int_equal(phones[1], PHONE + 4);
    assert_int_equal(phones[4], PHONE + 1);
    assert_int_equal(unread(10), 4);
    assert_int_equal(unread(3), 3);
    filter.unread = true;
    assert_int_equal(list(phones, &filter), 4);
    assert_int_equal(phones[1], PHONE + 3);
    filter.unread = false;
    filter.open_at_us = 500;
    assert_int_equal(list(phones, &filter), 4);
    filter.open_at_us = 0;
    filter.digits = STR("5679");
    assert_int_equal(list(phones, &filter), 1);
    assert_int_equal(phones[0], PHONE + 1);
    filter.digits = STR("");
    struct thread last = get(SHOP, PHONE + 4);
    filter.before_at_us = last.last_at_us;
    filter.before_phone = last.phone;
    assert_int_equal(list(phones, &filter), 3);
    assert_int_equal(phones[0], PHONE + 3);
}

/* ---- lines ---- */

static int64_t add_message(uint64_t recipient)
{
    const struct message m = {.id = store_id_next(),
                              .account_id = SHOP,
                              .carrier_id = 1,
                              .state = MESSAGE_DELIVERED,
                              .sender = STR("Shop"),
                              .recipient = recipient,
                              .text = STR("Hello"),
                              .parts = 1,
                              .class = -1,
                              .created_at_us = tx.now_us,
                              .due_at_us = tx.now_us,
                              .expires_at_us = tx.now_us + DAY_US};
    const struct message *rows[] = {&m};
    assert_int_equal(store_message_insert(&tx, rows, 1), OK);
    return m.id;
}

static int64_t add_incoming(uint64_t phone, const char *text)
{
    char number[PHONE_SIZE];
    const struct incoming i = {.id = store_id_next(),
                               .account_id = SHOP,
                               .carrier_id = 1,
                               .sender = phone_format(number, phone),
                               .number = STR("38001"),
                               .text = str_of(text),
                               .kept = true,
                               .class = -1,
                               .parts = 1,
                               .received_at_us = tx.now_us,
                               .released_at_us = tx.now_us,
                               .started = STR("")};
    assert_int_equal(store_incoming_insert(&tx, &i), OK);
    return i.id;
}

enum { LINES = 12, PAGE = 5 };

static void expect_all(const struct thread_line wanted[LINES])
{
    int64_t before_id = 0;
    size_t seen = 0;
    for (;;) {
        struct thread_line *lines;
        size_t n;
        assert_int_equal(store_thread_lines(&lines, &n, &tx.view, SHOP, PHONE, before_id, PAGE),
                         OK);
        for (size_t i = 0; i < n; i++, seen++) {
            assert_true(seen < LINES);
            assert_int_equal(lines[i].id, wanted[LINES - 1 - seen].id);
            assert_int_equal(lines[i].incoming, wanted[LINES - 1 - seen].incoming);
        }
        if (n < PAGE)
            break;
        before_id = lines[n - 1].id;
    }
    assert_int_equal(seen, LINES);
}

/* Whatever part of them the clock has put in order. */
static void lines_of_both_sides_come_each_once_the_latest_first(void **state)
{
    (void)state;
    struct thread_line wanted[LINES];
    size_t seen;
    for (size_t i = 0; i < LINES; i++) {
        bool incoming = i % 3 == 1;
        wanted[i].incoming = incoming;
        wanted[i].id = incoming ? add_incoming(PHONE, "Yes") : add_message(PHONE);
        (void)add_message(PHONE + 1);
        (void)add_incoming(PHONE + 1, "No");
    }
    expect_all(wanted);
    int64_t later_us = clock_now_us() + HOUR_US;
    assert_int_equal(store_list_slice(&seen, &tx, later_us, 9), OK);
    assert_int_equal(seen, 9);
    expect_all(wanted);
    assert_int_equal(store_list_slice(&seen, &tx, later_us, 30), OK);
    expect_all(wanted);
    assert_int_equal(store_list_slice(&seen, &tx, later_us, 100), OK);
    expect_all(wanted);
}

static void a_word_is_found_in_what_phones_wrote(void **state)
{
    (void)state;
    uint64_t *phones;
    size_t n;
    int64_t behind;
    (void)add_incoming(PHONE, "My boarding pass");
    (void)add_incoming(PHONE + 1, "100% sure");
    (void)add_incoming(PHONE, "the BOARDING gate");
    assert_int_equal(
        store_thread_find(&phones, &n, &behind, &tx.view, SHOP, STR("Boarding"), 0, 100, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(phones[0], PHONE);
    assert_int_equal(behind, 0);
    assert_int_equal(
        store_thread_find(&phones, &n, &behind, &tx.view, SHOP, STR("0% S"), 0, 100, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(phones[0], PHONE + 1);
    assert_int_equal(store_thread_find(&phones, &n, &behind, &tx.view, SHOP, STR("%"), 0, 1, 10),
                     OK);
    assert_int_equal(n, 0);
    assert_true(behind != 0);
}

/* ---- documents ---- */

static void pieces_of_a_document_come_in_their_order(void **state)
{
    (void)state;
    struct sender_document d = {
        .id = 5, .sender_id = 3, .name = STR("x.pdf"), .type = STR("application/pdf"), .size = 6};
    struct str bytes;
    assert_int_equal(store_document_insert(&tx, &d), OK);
    assert_int_equal(store_document_add(&tx, 5, 0, STR("abc")), OK);
    assert_int_equal(store_document_bytes(&bytes, &tx.view, &d), ERR_NOT_FOUND);
    assert_int_equal(store_document_add(&tx, 5, 0, STR("abc")), ERR_CONFLICT);
    assert_int_equal(store_document_add(&tx, 5, 3, STR("defg")), ERR_CONFLICT);
    assert_int_equal(store_document_add(&tx, 5, 3,
                                        ((struct str){"\0\xFF"
                                                      "f",
                                                      3})),
                     OK);
    assert_int_equal(store_document_bytes(&bytes, &tx.view, &d), OK);
    assert_true(str_eq(bytes, ((struct str){"abc\0\xFF"
                                            "f",
                                            6})));
    assert_int_equal(store_document_get(&d, &tx.view, 5), OK);
    assert_int_equal(d.received, 6);
    assert_int_equal(store_document_delete(&tx, 5), OK);
    assert_int_equal(store_document_get(&d, &tx.view, 5), ERR_NOT_FOUND);
}

static void a_sender_keeps_what_was_asked_and_decided(void **state)
{
    (void)state;
    struct sender s = {.id = 9,
                       .account_id = SHOP,
                       .name = STR("Boutique"),
                       .state = SENDER_WAITING,
                       .origin = SENDER_BY_HAND,
                       .description = STR("Offers"),
                       .reason = STR("Ours")};
    struct sender *rows;
    size_t n;
    assert_int_equal(store_sender_insert(&tx, &s), OK);
    s.state = SENDER_REFUSED;
    s.comment = STR("Whose?");
    s.decided_at_us = tx.now_us;
    assert_int_equal(store_sender_update(&tx, &s), OK);
    assert_int_equal(store_sender_list(&rows, &n, &tx.view), OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].state, SENDER_REFUSED);
    assert_true(str_eq(rows[0].comment, STR("Whose?")));
    assert_true(str_eq(rows[0].reason, STR("Ours")));
    assert_int_equal(rows[0].decided_at_us, tx.now_us);
    assert_int_equal(store_sender_delete(&tx, 9), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_heard_is_unread_until_somebody_reads_or_answers,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_are_by_the_latest_line_and_hold_what_is_asked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lines_of_both_sides_come_each_once_the_latest_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_word_is_found_in_what_phones_wrote, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pieces_of_a_document_come_in_their_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_sender_keeps_what_was_asked_and_decided, set_up,
                                        tear_down),
    };
    assert_int_equal(secret_init(), OK);
    phone_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
