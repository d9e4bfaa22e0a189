/* SPDX-License-Identifier: Apache-2.0 */
/* text/septets: packed septets. Source: TS 23.038 6.1.2, TS 23.040 9.2.3.24. */
#include "testing.h"
#include "text/septets.h"

#include <stdlib.h>

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

static struct arena *arena;

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_str_is(struct str got, struct str want)
{
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

/* From a copy that ends where its memory does, so that a read beyond is caught. */
static struct str unpack_tight(struct str octets, size_t header)
{
    char *copy = malloc(octets.n ? octets.n : 1);
    assert_non_null(copy);
    if (octets.n)
        memcpy(copy, octets.p, octets.n);
    struct str out = septets_unpack(arena, (struct str){copy, octets.n}, header);
    free(copy);
    return out;
}

static void assert_packs(struct str septets, size_t header, struct str octets)
{
    assert_str_is(septets_pack(arena, septets, header), octets);
    assert_int_equal(septets_packed_size(septets.n, header), octets.n);
    assert_str_is(unpack_tight(octets, header), septets);
}

static void septets_are_packed_as_the_standard_packs_them(void **state)
{
    (void)state;
    assert_packs(BYTES("hellohello"), 0, BYTES("\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"));
    assert_packs(BYTES(""), 0, BYTES(""));
    assert_packs(BYTES("A"), 0, BYTES("\x41"));
}

static void fill_bits_lead_to_the_septet_boundary_behind_a_header(void **state)
{
    (void)state;
    assert_packs(BYTES("Hello"), 6, BYTES("\x90\x65\x36\xFB\x0D"));
    assert_packs(BYTES("Hello"), 7, BYTES("\xC8\x32\x9B\xFD\x06"));
}

static void a_carriage_return_fills_seven_bits_that_are_left(void **state)
{
    (void)state;
    assert_packs(BYTES("1234567"), 0, BYTES("\x31\xD9\x8C\x56\xB3\xDD\x1A"));
    /* One fill bit, nine septets: 64 bits, nothing is left. */
    assert_int_equal(septets_packed_size(9, 6), 8);
    assert_packs(BYTES("12345678"), 0, BYTES("\x31\xD9\x8C\x56\xB3\xDD\x70"));
}

static void an_at_sign_at_the_end_stays(void **state)
{
    (void)state;
    assert_packs((struct str){"1234567\0", 8}, 0, BYTES("\x31\xD9\x8C\x56\xB3\xDD\x00"));
    assert_packs((struct str){"\0", 1}, 0, BYTES("\x00"));
}

static void what_was_packed_is_unpacked_at_any_length_behind_any_header(void **state)
{
    (void)state;
    char septets[170];
    for (size_t i = 0; i < sizeof(septets); i++)
        septets[i] = (char)(i * 37 % 128 == '\r' ? 'r' : i * 37 % 128);
    for (size_t header = 0; header < 15; header++)
        for (size_t n = 0; n <= sizeof(septets); n++) {
            struct str packed = septets_pack(arena, (struct str){septets, n}, header);
            assert_int_equal(packed.n, septets_packed_size(n, header));
            assert_str_is(unpack_tight(packed, header), (struct str){septets, n});
        }
}

/* TS 23.040 9.2.3.24.1: 140 octets hold 160, 153 and 152 septets. */
static void a_full_part_takes_140_octets(void **state)
{
    (void)state;
    assert_int_equal(septets_packed_size(160, 0), 140);
    assert_int_equal(6 + septets_packed_size(153, 6), 140);
    assert_int_equal(7 + septets_packed_size(152, 7), 140);
}

static void any_octets_unpack_without_reading_beyond_them(void **state)
{
    (void)state;
    assert_int_equal(unpack_tight(BYTES(""), 6).n, 0);
    assert_int_equal(unpack_tight(BYTES("\xFF"), 1).n, 0); /* six fill bits, two of a septet */
    assert_str_is(unpack_tight(BYTES("\xFF"), 0), BYTES("\x7F"));
    assert_str_is(unpack_tight(BYTES("\xFF\xFF"), 0), BYTES("\x7F\x7F"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(septets_are_packed_as_the_standard_packs_them),
        cmocka_unit_test(fill_bits_lead_to_the_septet_boundary_behind_a_header),
        cmocka_unit_test(a_carriage_return_fills_seven_bits_that_are_left),
        cmocka_unit_test(an_at_sign_at_the_end_stays),
        cmocka_unit_test(what_was_packed_is_unpacked_at_any_length_behind_any_header),
        cmocka_unit_test(a_full_part_takes_140_octets),
        cmocka_unit_test(any_octets_unpack_without_reading_beyond_them),
    };
    return cmocka_run_group_tests(tests, new_arena, free_arena);
}
