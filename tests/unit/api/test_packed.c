/* SPDX-License-Identifier: Apache-2.0 */
#include "api/packed.h"
#include "testing.h"

extern const struct packed panel_packed;

static void a_file_is_found_by_its_whole_path(void **state)
{
    (void)state;
    assert_non_null(packed_find(panel_packed, STR("index.html")));
    assert_null(packed_find(panel_packed, STR("index.htm")));
    assert_null(packed_find(panel_packed, STR("index.html2")));
    assert_null(packed_find(panel_packed, STR("../index.html")));
    assert_null(packed_find(panel_packed, STR("")));
    for (size_t i = 0; i < panel_packed.n; i++)
        assert_ptr_equal(packed_find(panel_packed, str_of(panel_packed.files[i].path)),
                         &panel_packed.files[i]);
}

static void only_what_is_named_by_its_content_is_kept_for_ever(void **state)
{
    (void)state;
    size_t kept = 0;
    for (size_t i = 0; i < panel_packed.n; i++) {
        const struct packed_file *file = &panel_packed.files[i];
        kept += file->immutable;
        assert_int_equal(file->immutable, str_starts(str_of(file->path), STR("assets/")));
    }
    assert_true(kept > 2);
}

static void gzip_is_sent_to_those_who_take_it(void **state)
{
    (void)state;
    assert_true(packed_takes_gzip(STR("gzip")));
    assert_true(packed_takes_gzip(STR("br, GZIP;q=0.5")));
    assert_true(packed_takes_gzip(STR("deflate,gzip ; q=1")));
    assert_false(packed_takes_gzip(STR("")));
    assert_false(packed_takes_gzip(STR("br, deflate")));
    assert_false(packed_takes_gzip(STR("gzip;q=0")));
    assert_false(packed_takes_gzip(STR("gzip;q=0.000, br")));
    assert_false(packed_takes_gzip(STR("xgzip")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_by_its_whole_path),
        cmocka_unit_test(only_what_is_named_by_its_content_is_kept_for_ever),
        cmocka_unit_test(gzip_is_sent_to_those_who_take_it),
    };
    return cmocka_run_group_tests_name("api/packed", tests, NULL, NULL);
}
