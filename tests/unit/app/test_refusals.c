/* SPDX-License-Identifier: Apache-2.0 */
/* app/cli_text: what the server says of a carrier's settings has its French. */
#include "app/cli_text.h"
#include "core/carrier_settings.h"
#include "testing.h"

#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    setenv("LC_ALL", "fr", 1);
    cli_text_choose();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_french(const char *settings)
{
    struct carrier_settings read;
    struct refusal why = {0};
    json_t *json = json_loads(settings, JSON_ALLOW_NUL, NULL);
    assert_non_null(json);
    if (!carrier_settings_read(&read, arena, json, true, &why))
        fail_msg("not refused: %s", settings);
    json_decref(json);
    struct buf french = buf_limited(1024);
    const char *english = arena_str(arena, why.detail).p; /* ends with a NUL */
    cli_text_add(&french, english);
    if (str_eq(buf_str(&french), why.detail))
        fail_msg("no French for: %s", english);
    buf_free(&french);
}

static void assert_said(const char *english, const char *expected)
{
    struct buf french = buf_limited(1024);
    cli_text_add(&french, english);
    assert_true(str_eq(buf_str(&french), str_of(expected)));
    buf_free(&french);
}

static void a_star_stands_for_whatever_makes_the_rest_fit(void **state)
{
    (void)state;
    assert_said("write at, number, with - before it for the last first",
                "write at, number, précédé de - pour commencer par la fin");
    assert_said("too many requests: 500 are taken at once, then 50 a second; try again in 3 s",
                "trop de requêtes : 500 sont prises d'un coup, puis 50 par seconde ; réessayez "
                "dans 3 s");
    assert_said("\"*\" is not in the 7-bit alphabet", "« * » n'est pas dans l'alphabet 7 bits");
    assert_said("nothing of this kind, whatever it is", "nothing of this kind, whatever it is");
}

static void every_refusal_of_a_carrier_s_settings_has_its_french(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "{}",
        "{\"no_such\":1}",
        "{\"host\":7}",
        "{\"host\":\"a\\u0000b\"}",
        "{\"tls\":1}",
        "{\"bind\":\"rx\"}",
        "{\"port\":0}",
        "{\"password\":\"0123456789abcdefg\"}",
        "{\"host\":\"a b\"}",
        "{\"host\":\"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a\"}",
        "{\"host\":\"a\",\"receiver_password\":\"x\"}",
        "{\"host\":\"a\",\"outbind_listen\":\"2775\"}",
        "{\"host\":\"a\",\"outbind_listen\":\"[::1]:2775\"}",
        "{\"host\":\"a\",\"outbind_listen\":\"[::1]:2775\",\"outbind_system_id\":\"x\"}",
        "{\"host\":\"a\",\"tls_cert\":\"x\"}",
        "{\"host\":\"a\",\"tls_key\":\"x\"}",
        "{\"host\":\"a\",\"reconnect_least_ms\":9000,\"reconnect_most_ms\":8000}",
        "{\"host\":\"a\",\"on_status\":\"x\"}",
        "{\"host\":\"a\",\"encodings\":\"\"}",
        "{\"host\":\"a\",\"encodings\":\"7\"}",
        "{\"host\":\"a\",\"receipt_id_pattern\":\"(\"}",
        "{\"host\":\"a\",\"receipt_tlvs\":\"x\"}",
        "{\"host\":\"a\",\"stat_map\":\"x\"}",
        "{\"host\":\"a\",\"receipts\":\"none\",\"failover_receipt_s\":600}",
        "{\"host\":\"a\",\"release_at\":\"3:00\"}",
        "{\"host\":\"a\",\"on_nodes\":\"32\"}",
        "{\"host\":\"a\",\"on_nodes\":\"0,1\",\"nodes\":3}",
        "{\"host\":\"a\",\"rate\":2,\"nodes\":3}",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_french(refused[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_star_stands_for_whatever_makes_the_rest_fit),
        cmocka_unit_test(every_refusal_of_a_carrier_s_settings_has_its_french),
    };
    return cmocka_run_group_tests_name("app/refusals", tests, set_up, tear_down);
}
