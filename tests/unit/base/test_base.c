/* SPDX-License-Identifier: Apache-2.0 */
/* base/: the small things every room stands on. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/map.h"
#include "base/secret.h"
#include "base/sieve.h"
#include "base/wire.h"
#include "testing.h"

static void str_splits_and_reads_numbers(void **state)
{
    (void)state;
    struct str rest = STR("a,,b");
    struct str piece;
    assert_true(str_split(&rest, ',', &piece) && str_eq(piece, STR("a")));
    assert_true(str_split(&rest, ',', &piece) && piece.n == 0);
    assert_true(str_split(&rest, ',', &piece) && str_eq(piece, STR("b")));
    assert_false(str_split(&rest, ',', &piece));

    uint64_t v;
    assert_int_equal(str_to_u64(&v, STR("18446744073709551615")), OK);
    assert_true(v == UINT64_MAX);
    assert_int_equal(str_to_u64(&v, STR("18446744073709551616")), ERR_INVALID);
    assert_int_equal(str_to_u64(&v, STR("")), ERR_INVALID);
    assert_int_equal(str_to_u64(&v, STR("-1")), ERR_INVALID);

    int64_t cents;
    assert_int_equal(str_to_hundredths(&cents, STR("12.5")), OK);
    assert_int_equal(cents, 1250);
    assert_int_equal(str_to_hundredths(&cents, STR("-0.07")), OK);
    assert_int_equal(cents, -7);
    assert_int_equal(str_to_hundredths(&cents, STR("1.234")), ERR_INVALID);
    assert_int_equal(str_to_hundredths(&cents, STR(".5")), ERR_INVALID);
}

static void credits_are_whole_or_have_two_decimals(void **state)
{
    (void)state;
    static const struct {
        int64_t hundredths;
        const char *text;
    } cases[] = {{100700, "1007"},
                 {8595, "85.95"},
                 {23050, "230.50"},
                 {0, "0"},
                 {5, "0.05"},
                 {-50, "-0.50"},
                 {-100, "-1"},
                 {INT64_MAX, "92233720368547758.07"},
                 {INT64_MIN, "-92233720368547758.08"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[STR_HUNDREDTHS_SIZE];
        str_of_hundredths(out, cases[i].hundredths);
        assert_string_equal(out, cases[i].text);
    }
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (size_t size = 1; size < 100000; size *= 3) {
        uint8_t *p = arena_alloc(a, size);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size);
    }
    struct str s = arena_printf(a, "%s-%d", "x", 7);
    assert_true(str_eq(s, STR("x-7")));
    assert_int_equal(s.p[s.n], 0);
    arena_free(a);
}

static void count_drop(void *what)
{
    ++*(int *)what;
}

static void arena_drops_what_hangs_on_it_once(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    int dropped = 0;
    arena_at_end(a, count_drop, &dropped);
    arena_at_end(a, count_drop, &dropped);
    arena_reset(a);
    assert_int_equal(dropped, 2);
    arena_at_end(a, count_drop, &dropped);
    arena_free(a);
    assert_int_equal(dropped, 3);
}

static void arena_reset_keeps_the_first_block_and_gives_zeroes_again(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    void *first = arena_alloc(a, 100);
    for (int round = 0; round < 3; round++) {
        memset(arena_alloc(a, 300000), 0xff, 300000);
        arena_reset(a);
        uint8_t *p = arena_alloc(a, 100);
        assert_ptr_equal(p, first);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, 100);
    }
    arena_free(a);
}

static void buf_keeps_its_limit_and_its_first_error(void **state)
{
    (void)state;
    struct buf b = buf_limited(8);
    buf_add_u32(&b, 0x01020304);
    buf_add_u16(&b, 0x0506);
    assert_int_equal(b.err, OK);
    buf_add(&b, "xyz", 3);
    assert_int_equal(b.err, ERR_TOO_LARGE);
    buf_add_u8(&b, 1);
    assert_int_equal(b.n, 6);
    assert_memory_equal(b.p, "\1\2\3\4\5\6", 6);
    buf_clear(&b);
    buf_printf(&b, "%s", "12345678");
    assert_int_equal(b.err, OK);
    buf_consume(&b, 3);
    assert_true(str_eq(buf_str(&b), STR("45678")));
    buf_free(&b);
}

static void wire_first_error_sticks(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3, 'a', 'b', 0, 9};
    struct wire w = wire_over(bytes, sizeof(bytes));
    assert_int_equal(wire_u8(&w), 1);
    assert_int_equal(wire_u16(&w), 0x0203);
    assert_true(str_eq(wire_cstr(&w, 3), STR("ab")));
    assert_int_equal(wire_u32(&w), 0);
    assert_int_equal(w.err, ERR_TRUNCATED);
    assert_int_equal(wire_u8(&w), 0);

    w = wire_over("abcd", 4);
    assert_int_equal(wire_cstr(&w, 3).n, 0);
    assert_int_equal(w.err, ERR_TOO_LONG);
    w = wire_over("abcd", 4);
    assert_int_equal(wire_cstr(&w, 9).n, 0);
    assert_int_equal(w.err, ERR_TRUNCATED);
}

static void a_sieve_never_says_no_wrongly_and_seldom_yes(void **state)
{
    (void)state;
    enum { KEYS = 200000 };
    struct sieve *s = sieve_new();
    size_t wrong = 0;
    assert_false(sieve_has(s, 0));
    for (uint64_t key = 0; key < KEYS; key++)
        sieve_add(s, UINT64_C(33600000000) + 2 * key);
    for (uint64_t key = 0; key < KEYS; key++) {
        assert_true(sieve_has(s, UINT64_C(33600000000) + 2 * key));
        wrong += sieve_has(s, UINT64_C(33600000001) + 2 * key);
    }
    assert_true(wrong < KEYS / 100);
    sieve_free(s);
}

static void map_forgets_the_oldest(void **state)
{
    (void)state;
    struct map *m = map_new(16);
    uint64_t v;
    for (uint64_t k = 1; k <= 20; k++)
        map_put(m, k, k * 10);
    assert_int_equal(map_count(m), 16);
    assert_false(map_get(m, 4, &v));
    assert_true(map_get(m, 5, &v) && v == 50);
    map_remove(m, 5);
    assert_false(map_get(m, 5, &v));
    map_put(m, 20, 1);
    assert_true(map_get(m, 20, &v) && v == 1);
    for (uint64_t k = 100; k < 10000; k++) {
        map_put(m, k, k);
        if (k % 3 == 0)
            map_remove(m, k);
    }
    assert_true(map_count(m) <= 16);
    assert_true(map_get(m, 9998, &v) && v == 9998);
    map_free(m);
}

struct numbered {
    struct letter letter;
    int number;
};

static int delivered[8];
static int delivered_n;

static void note_number(struct letter *letter)
{
    delivered[delivered_n++] = ((struct numbered *)letter)->number;
}

static void mailbox_keeps_order_and_its_limit(void **state)
{
    (void)state;
    struct mailbox *box = mailbox_new();
    struct numbered n[5];
    delivered_n = 0;
    for (int i = 0; i < 5; i++) {
        n[i] = (struct numbered){.letter.deliver = note_number, .number = i};
        mailbox_post(box, &n[i].letter);
    }
    assert_int_equal(mailbox_deliver(box, 3), 3);
    assert_int_equal(mailbox_deliver(box, 8), 2);
    assert_int_equal(mailbox_deliver(box, 8), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(delivered[i], i);
    mailbox_free(box);
}

static void clock_can_stand_still(void **state)
{
    (void)state;
    clock_set_virtual(1795269900123456);
    char text[CLOCK_ISO_SIZE];
    clock_iso(text, clock_now_us());
    assert_string_equal(text, "2026-11-21T14:05:00.123456Z");
    clock_advance(HOUR_US);
    assert_true(clock_mono_us() == 1795269900123456 + HOUR_US);
    clock_set_virtual(0);
    assert_true(clock_now_us() > 1795269900123456 - 10 * 365 * DAY_US);
}

static void log_hides_numbers_and_control_characters(void **state)
{
    (void)state;
    char number[LOG_NUMBER_SIZE];
    assert_string_equal(log_number(number, 33612345678), "+3361234****");
    char safe[LOG_SAFE_SIZE];
    assert_string_equal(log_safe(safe, STR("a\nb\"c")), "\"a?b?c\"");
    char big[500];
    memset(big, 'x', sizeof(big));
    assert_true(strlen(log_safe(safe, (struct str){big, sizeof(big)})) < LOG_SAFE_SIZE);
}

static void passwords_verify_only_themselves(void **state)
{
    (void)state;
    assert_int_equal(secret_init(), OK);
    char hash[SECRET_PASSWORD_SIZE];
    assert_int_equal(secret_password_hash(hash, STR("s3cret")), OK);
    assert_int_equal(secret_password_verify(str_of(hash), STR("s3cret")), OK);
    assert_int_equal(secret_password_verify(str_of(hash), STR("S3cret")), ERR_UNAUTHORIZED);
    assert_int_equal(secret_password_verify(STR(""), STR("no user has this password")),
                     ERR_UNAUTHORIZED);
    uint8_t one[SECRET_DIGEST_SIZE];
    uint8_t two[SECRET_DIGEST_SIZE];
    secret_digest(one, (struct str[]){STR("ab"), STR("c")}, 2);
    secret_digest(two, (struct str[]){STR("a"), STR("bc")}, 2);
    assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(str_splits_and_reads_numbers),
        cmocka_unit_test(arena_drops_what_hangs_on_it_once),
        cmocka_unit_test(credits_are_whole_or_have_two_decimals),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_reset_keeps_the_first_block_and_gives_zeroes_again),
        cmocka_unit_test(buf_keeps_its_limit_and_its_first_error),
        cmocka_unit_test(wire_first_error_sticks),
        cmocka_unit_test(map_forgets_the_oldest),
        cmocka_unit_test(a_sieve_never_says_no_wrongly_and_seldom_yes),
        cmocka_unit_test(mailbox_keeps_order_and_its_limit),
        cmocka_unit_test(clock_can_stand_still),
        cmocka_unit_test(log_hides_numbers_and_control_characters),
        cmocka_unit_test(passwords_verify_only_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
