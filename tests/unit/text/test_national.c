/* SPDX-License-Identifier: Apache-2.0 */
/* text/national: the tables of annex A of TS 23.038, written here as whole lines of the standard
 * and not made from what they check; and how a part names them in its user data header. */
#include "base/buf.h"
#include "testing.h"
#include "text/text.h"
#include "text/udh.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* All 128 septets without the escape, in order. */
static struct str whole_table(uint8_t language)
{
    char septets[127];
    size_t n = 0;
    for (int septet = 0; septet < 128; septet++)
        if (septet != 0x1B)
            septets[n++] = (char)septet;
    return text_from_national(arena, (struct str){septets, n},
                              (struct national_shift){.locking = language});
}

static void assert_text(struct str got, const char *wanted)
{
    if (!str_eq(got, str_of(wanted)))
        fail_msg("%.*s\nis not\n%s", STR_FMT(got), wanted);
}

#define DIGITS  "0123456789"
#define CAPITAL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL   "abcdefghijklmnopqrstuvwxyz"

static void the_locking_tables_are_those_of_annex_A_3(void **state)
{
    (void)state;
    assert_text(whole_table(NATIONAL_TURKISH),
                "@£$¥€éùıòÇ\nĞğ\nÅåΔ_ΦΓΛΩΠΨΣΘΞŞşßÉ !\"#¤%&'()*+,-./" DIGITS ":;<=>?İ" CAPITAL
                "ÄÖÑÜ§ç" SMALL "äöñüà");
    assert_text(whole_table(NATIONAL_PORTUGUESE),
                "@£$¥êéúíóç\nÔô\nÁáΔ_ªÇÀ∞^\\€Ó|ÂâÊÉ !\"#º%&'()*+,-./" DIGITS ":;<=>?Í" CAPITAL
                "ÃÕÚÜ§~" SMALL "ãõ`üà");
    struct str plain = whole_table(0);
    assert_text(plain, "@£$¥èéùìòÇ\nØø\nÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./" DIGITS ":;<=>?¡" CAPITAL
                       "ÄÖÑÜ§¿" SMALL "äöñüà");
    assert_true(str_eq(whole_table(NATIONAL_SPANISH), plain)); /* it has none */
    assert_true(str_eq(whole_table(4), plain));                /* one that we do not have */
    assert_true(str_eq(whole_table(255), plain));
}

/* What stands behind each escape, a dot where that is nothing but the alphabet's character. */
static struct str extension(uint8_t language)
{
    struct buf out = buf_limited(1000);
    for (int septet = 0; septet < 128; septet++) {
        const char escaped[] = {0x1B, (char)septet};
        const char bare[] = {(char)septet};
        struct national_shift shift = {.single = language};
        struct str got = text_from_national(arena, (struct str){escaped, 2}, shift);
        struct str alone = text_from_national(arena, (struct str){bare, 1}, shift);
        if (!str_eq(got, alone))
            buf_add_str(&out, str_eq(got, STR("\f")) ? STR("FF") : got);
    }
    struct str text = arena_str(arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static void the_single_tables_are_those_of_annex_A_2(void **state)
{
    (void)state;
    assert_text(extension(0), "FF^{}\\[~]|€");
    assert_text(extension(NATIONAL_TURKISH), "FF^{}\\[~]|ĞİŞç€ğış");
    assert_text(extension(NATIONAL_SPANISH), "çFF^{}\\[~]|ÁÍÓÚá€íóú");
    assert_text(extension(NATIONAL_PORTUGUESE), "êçFFÔôÁá^Ê{}\\[~]|ÀÍÓÚÃÕÂ€íóúãõâ");
    assert_text(extension(13), "FF^{}\\[~]|€");
    /* Greek stands in both of its tables. */
    assert_text(text_from_national(arena,
                                   STR("\x1b\x12\x1b\x13\x1b\x15\x1b\x16\x1b\x17\x1b\x18\x1b\x19"),
                                   (struct national_shift){3, 3}),
                "ΦΓΩΠΨΣΘ");
}

static void a_part_names_its_tables(void **state)
{
    (void)state;
    struct national_shift shift = udh_read_shift(STR("\x03\x24\x01\x01x"));
    assert_int_equal(shift.single, 1);
    assert_int_equal(shift.locking, 0);
    /* Beside others: concatenation, ports, an unknown one; the last of two counts. */
    shift = udh_read_shift(
        STR("\x14\x00\x03\x07\x02\x01\x25\x01\x01\x05\x04\x0b\x84\x23\xf0\x25\x01\x03"
            "\x24\x01\x02x"));
    assert_int_equal(shift.locking, 3);
    assert_int_equal(shift.single, 2);
    /* Of a wrong length, or in a header that is cut. */
    shift = udh_read_shift(STR("\x04\x24\x02\x01\x01x"));
    assert_int_equal(shift.single, 0);
    shift = udh_read_shift(STR("\x06\x24\x01\x01\x25\x07\x01x"));
    assert_int_equal(shift.single, 0);
    shift = udh_read_shift(STR("\x09\x24\x01\x01"));
    assert_int_equal(shift.single, 0);
    shift = udh_read_shift((struct str){0});
    assert_int_equal(shift.single, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_locking_tables_are_those_of_annex_A_3),
        cmocka_unit_test(the_single_tables_are_those_of_annex_A_2),
        cmocka_unit_test(a_part_names_its_tables),
    };
    return cmocka_run_group_tests_name("text/national", tests, set_up, tear_down);
}
