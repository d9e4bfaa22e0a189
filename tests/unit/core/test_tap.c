/* SPDX-License-Identifier: Apache-2.0 */
/* core/tap: who looks on never holds up what he looks at. */
#include "core/tap.h"
#include "testing.h"

#include <string.h>

static struct mailbox *box;
static struct tap *tap;
static int told;

static void on_ready(void *ctx)
{
    (void)ctx;
    told++;
}

static void open_tap(struct tap_filter filter)
{
    told = 0;
    tap = tap_new(7, &filter, box, on_ready, NULL);
}

static int set_up(void **state)
{
    (void)state;
    box = mailbox_new();
    open_tap((struct tap_filter){.in = true, .out = true});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mailbox_deliver(box, 100);
    mailbox_free(box);
    return 0;
}

/* A header with this command_id; `n` bytes. */
static void put(uint32_t command, bool out, size_t n)
{
    static char bytes[4096];
    uint8_t id[4] = {(uint8_t)(command >> 24), (uint8_t)(command >> 16), (uint8_t)(command >> 8),
                     (uint8_t)command};
    memcpy(bytes + 4, id, 4);
    struct tap_head head = {.at_us = 5, .out = out, .length = (uint32_t)n};
    tap_put(tap, &head, (struct str){bytes, n});
}

static size_t count(const struct buf *b)
{
    size_t n = 0;
    struct tap_head head;
    for (size_t at = 0; at < b->n; at += sizeof(head) + head.length, n++)
        memcpy(&head, b->p + at, sizeof(head));
    return n;
}

static void what_passes_is_seen_in_order_and_told_once(void **state)
{
    (void)state;
    struct buf out = buf_limited(TAP_BYTES);
    uint64_t lost;
    put(4, true, 16);
    put(0x80000004, false, 20);
    mailbox_deliver(box, 100);
    assert_int_equal(told, 1);
    assert_true(tap_take(tap, &out, &lost));
    assert_int_equal(count(&out), 2);
    assert_int_equal(lost, 0);
    put(5, false, 16);
    mailbox_deliver(box, 100);
    assert_int_equal(told, 2);
    assert_true(tap_take(tap, &out, &lost));
    assert_int_equal(count(&out), 1);
    tap_leave(tap);
    assert_true(tap_is_left(tap));
    tap_close(tap);
    buf_free(&out);
}

static void a_slow_reader_loses_and_is_told_how_many(void **state)
{
    (void)state;
    struct buf out = buf_limited(TAP_BYTES);
    uint64_t lost;
    for (int i = 0; i < 1000; i++)
        put(4, true, 1024);
    assert_true(tap_take(tap, &out, &lost));
    assert_true(out.n <= TAP_BYTES);
    assert_int_equal(count(&out) + lost, 1000);
    assert_true(lost > 0);
    put(4, true, 1024);
    assert_true(tap_take(tap, &out, &lost));
    assert_int_equal(count(&out), 1);
    assert_int_equal(lost, 0);
    tap_leave(tap);
    tap_close(tap);
    buf_free(&out);
}

static void a_filter_keeps_the_request_and_its_response(void **state)
{
    (void)state;
    struct buf out = buf_limited(TAP_BYTES);
    uint64_t lost;
    tap_leave(tap);
    tap_close(tap);
    open_tap((struct tap_filter){.in = true, .command = 4});
    put(4, true, 16); /* the other direction */
    put(0x80000004, false, 16);
    put(4, false, 16);
    put(5, false, 16);
    assert_true(tap_take(tap, &out, &lost));
    assert_int_equal(count(&out), 2);
    tap_leave(tap);
    tap_close(tap);
    buf_free(&out);
}

static void what_was_there_is_read_after_the_end(void **state)
{
    (void)state;
    struct buf out = buf_limited(TAP_BYTES);
    uint64_t lost;
    tap_begin(tap, 9);
    put(4, true, 16);
    tap_close(tap);
    assert_true(tap_take(tap, &out, &lost));
    assert_int_equal(count(&out), 2);
    assert_false(tap_take(tap, &out, &lost));
    tap_leave(tap);
    buf_free(&out);
}

static void who_left_is_not_called_any_more(void **state)
{
    (void)state;
    put(4, true, 16);
    tap_leave(tap);
    put(4, true, 16);
    tap_close(tap);
    mailbox_deliver(box, 100);
    assert_int_equal(told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_passes_is_seen_in_order_and_told_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_slow_reader_loses_and_is_told_how_many, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_filter_keeps_the_request_and_its_response, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_there_is_read_after_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_left_is_not_called_any_more, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
