/* SPDX-License-Identifier: Apache-2.0 */
/* sim/submit_log: what arrived, as CSV. */
#include "sim/submit_log.h"
#include "testing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct submit_entry entry = {
    .at_us = 1700000000000001,
    .bind = 3,
    .system_id = {"demo", 4},
    .sequence = 12,
    .message_id = 99,
    .sender = {"Na\"v,\n", 6},
    .recipient = {"33612345678", 11},
    .concat = {.reference = 7, .number = 2, .total = 3},
    .data_coding = 8,
    .text = {"\x00\xe9", 2},
    .status = 0,
};

static void a_line_has_all_columns_and_no_surprise(void **state)
{
    (void)state;
    struct buf line = buf_limited(4096);
    submit_log_format(&line, &entry);
    assert_true(str_eq(buf_str(&line),
                       STR("1700000000000001,3,\"demo\",12,99,\"Na\"\"v,?\",\"33612345678\",7,2,3,"
                           "8,00e9,0x00000000")));
    buf_free(&line);
}

static void a_message_alone_is_part_one_of_one(void **state)
{
    (void)state;
    struct submit_entry alone = entry;
    alone.concat = (struct udh_concat){0};
    alone.text = (struct str){0};
    alone.status = 0x58;
    struct buf line = buf_limited(4096);
    submit_log_format(&line, &alone);
    assert_non_null(memmem(line.p, line.n, ",0,1,1,8,,0x00000058", 20));
    buf_free(&line);
}

static size_t read_file(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    assert_true(n >= 0);
    out[n] = '\0';
    return (size_t)n;
}

static void the_file_begins_with_its_columns_once(void **state)
{
    (void)state;
    char path[] = "/tmp/navette-sim-log-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (int i = 0; i < 2; i++) {
        struct submit_log *log;
        assert_int_equal(submit_log_open(&log, path), OK);
        submit_log_add(log, STR("a,b"), i == 0);
        submit_log_close(log);
    }
    char text[1024];
    read_file(path, text, sizeof(text));
    assert_string_equal(text, "time_us,bind,system_id,sequence,message_id,sender,recipient,"
                              "reference,part,parts,data_coding,text_hex,status,answer\n"
                              "a,b,answered\na,b,unanswered\n");
    unlink(path);
}

static void a_place_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    struct submit_log *log;
    assert_int_equal(submit_log_open(&log, "/nonexistent/submits.csv"), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_all_columns_and_no_surprise),
        cmocka_unit_test(a_message_alone_is_part_one_of_one),
        cmocka_unit_test(the_file_begins_with_its_columns_once),
        cmocka_unit_test(a_place_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
