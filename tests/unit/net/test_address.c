/* SPDX-License-Identifier: Apache-2.0 */
/* net/address: which hosts are addresses. */
#include "net/address.h"
#include "testing.h"

static void an_address_is_told_from_a_name_and_from_its_zone(void **state)
{
    (void)state;
    static const char *const literals[][2] = {{"192.0.2.1", "192.0.2.1"},
                                              {"2001:db8::1", "2001:db8::1"},
                                              {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
                                              {"fe80::1%eth0", "fe80::1"}};
    static const char *const names[] = {"",
                                        "smsc.example",
                                        "192.0.2",
                                        "192.0.2.1.example",
                                        "192.0.2.1%eth0",
                                        "%eth0",
                                        "[::1]",
                                        "0000000000000000000000000000000000000000000000000000000000"
                                        "0000000000000000::1"};
    char out[NET_ADDRESS_SIZE];
    for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
        assert_true(net_address_literal(out, literals[i][0]));
        assert_string_equal(out, literals[i][1]);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(net_address_literal(out, names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_told_from_a_name_and_from_its_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
