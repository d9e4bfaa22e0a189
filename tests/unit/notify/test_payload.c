/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"
#include "notify/payload.h"
#include "testing.h"

#include <jansson.h>

static struct arena *a;

static int begin(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

/* The example of standardwebhooks' own libraries. */
static void P5_4_signatures_are_those_of_standard_webhooks(void **state)
{
    (void)state;
    struct str s = payload_signature(a, STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                     STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                                     STR("{\"test\": 2432232314}"));
    assert_string_equal(s.p, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void a_secret_that_is_none_signs_nothing(void **state)
{
    (void)state;
    assert_int_equal(payload_signature(a, STR("whsec_***"), STR("x"), 1, STR("")).n, 0);
    assert_int_equal(payload_signature(a, STR("MfKQ"), STR("x"), 1, STR("")).n, 0);
    struct str secret = errand_secret_new(a);
    assert_int_not_equal(payload_signature(a, secret, STR("x"), 1, STR("")).n, 0);
    assert_false(str_eq(secret, errand_secret_new(a)));
}

static void P5_6_pairs_go_behind_the_query_and_before_the_fragment(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"https://a.example", "https://a.example?id=1"},
        {"https://a.example/x", "https://a.example/x?id=1"},
        {"https://a.example/x?", "https://a.example/x?id=1"},
        {"https://a.example/x?k=v", "https://a.example/x?k=v&id=1"},
        {"https://a.example/x?k=v&", "https://a.example/x?k=v&id=1"},
        {"https://a.example/x#top", "https://a.example/x?id=1"},
        {"https://a.example/x?k=v#top", "https://a.example/x?k=v&id=1"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_string_equal(payload_url(a, str_of(table[i][0]), STR("id=1")).p, table[i][1]);
}

static struct net_call fill(enum errand_kind kind, enum callback_profile profile, const char *event)
{
    static struct errand e;
    struct net_call call = {0};
    e = (struct errand){.id = 9,
                        .kind = kind,
                        .profile = profile,
                        .target = STR("https://a.example/?k=1"),
                        .events = 1};
    struct payload_for what = {.errand = &e,
                               .secret = STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                               .timezone = STR("Europe/Paris"),
                               .mail_from = "navette@a.example",
                               .now_us = INT64_C(1614265330) * SEC_US};
    assert_int_equal(payload_fill(&call, a, &what, str_of(event)), OK);
    return call;
}

#define REPLY                                                                         \
    "{\"id\":\"reply_5\",\"incoming_id\":5,\"message_id\":4,\"at\":1795269900000000," \
    "\"phone\":\"+33612345678\",\"number\":\"38080\",\"text\":\"oui & merci\",\"tag\":\"t\"}"

static void P5_2_a_cgi_call_is_a_form_with_ovh_s_fields(void **state)
{
    (void)state;
    struct net_call call = fill(ERRAND_CGI, PROFILE_OVH, REPLY);
    assert_true(call.post && call.keep_answer);
    assert_string_equal(call.url, "https://a.example/?k=1");
    assert_string_equal(call.headers[0], "content-type: application/x-www-form-urlencoded");
    assert_string_equal(call.body.p, "id=5&senderid=%2B33612345678&message=oui%20%26%20merci&"
                                     "keyword=oui&shortcode=38080&tag=t");
}

static void P5_4_octopush_s_fields_tell_a_reply_from_a_stop(void **state)
{
    (void)state;
    assert_string_equal(fill(ERRAND_REPLY, PROFILE_OCTOPUSH, REPLY).body.p,
                        "{\"message_id\":\"4\",\"number\":\"+33612345678\","
                        "\"text\":\"oui & merci\",\"sim_card_number\":\"38080\","
                        "\"reception_date\":\"2026-11-21 15:05:00\"}");
    assert_string_equal(fill(ERRAND_STOP, PROFILE_OCTOPUSH, REPLY).body.p,
                        "{\"message_id\":\"4\",\"number\":\"+33612345678\","
                        "\"text\":\"oui & merci\",\"stop_date\":\"2026-11-21 15:05:00\"}");
}

static void P5_4_our_own_profile_is_signed_and_known_by_the_event_s_id(void **state)
{
    (void)state;
    struct net_call call = fill(ERRAND_REPLY, PROFILE_NAVETTE, REPLY);
    assert_string_equal(call.headers[0], "content-type: application/json");
    assert_string_equal(call.headers[1], "webhook-id: reply_5");
    assert_string_equal(call.headers[2], "webhook-timestamp: 1614265330");
    struct str signature = payload_signature(a, STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                             STR("reply_5"), 1614265330, call.body);
    assert_string_equal(call.headers[3], arena_printf(a, "webhook-signature: %s", signature.p).p);
    json_t *json = json_loads(call.body.p, 0, NULL);
    json_t *event = json_array_get(json_object_get(json, "events"), 0);
    assert_string_equal(json_string_value(json_object_get(event, "type")), "reply");
    assert_string_equal(json_string_value(json_object_get(event, "timestamp")),
                        "2026-11-21T14:05:00.000000Z");
    json_decref(json);
}

static void P5_3_a_mail_says_who_wrote_what_in_its_language(void **state)
{
    (void)state;
    struct net_call call =
        fill(ERRAND_MAIL_REPLY, PROFILE_NAVETTE,
             "{\"id\":\"mail_5_1\",\"message_id\":4,\"at\":1795269900000000,"
             "\"from\":\"shop@b.example\",\"language\":\"fr\","
             "\"account\":\"shop\",\"phone\":\"+33612345678\","
             "\"number\":\"38080\",\"text\":\"d'accord\",\"question\":\"Ok ?\"}");
    assert_non_null(call.mail);
    assert_string_equal(call.mail->from, "shop@b.example");
    assert_string_equal(call.mail->id, "<mail_5_1@b.example>");
    assert_string_equal(call.mail->subject.p, "Réponse de +33612345678");
    assert_string_equal(call.mail->text.p,
                        "De : +33612345678\nÀ : 38080\nReçu : 2026-11-21 15:05:00\nCompte : "
                        "shop\n\nd'accord\n\n-- \nEn réponse au message 4:\nOk ?\n");
}

static void a_text_with_a_nul_is_told_too(void **state)
{
    (void)state;
    struct net_call call =
        fill(ERRAND_REPLY, PROFILE_OVH, "{\"id\":\"reply_5\",\"text\":\"a\\u0000b\"}");
    assert_non_null(strstr(call.body.p, "message=a%00b&"));
}

static void what_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    static const enum callback_profile profiles[] = {PROFILE_OVH, PROFILE_OCTOPUSH,
                                                     PROFILE_NAVETTE};
    for (size_t i = 0; i < 3; i++) {
        struct errand e = {.kind = ERRAND_REPLY,
                           .profile = profiles[i],
                           .target = STR("https://a.example/"),
                           .events = 1};
        struct payload_for what = {.errand = &e, .timezone = STR("UTC")};
        struct net_call call = {0};
        assert_int_equal(payload_fill(&call, a, &what, STR("{\"id\":")), ERR_MALFORMED);
    }
}

#define PAYLOAD(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAYLOAD(P5_4_signatures_are_those_of_standard_webhooks),
        PAYLOAD(a_secret_that_is_none_signs_nothing),
        PAYLOAD(P5_6_pairs_go_behind_the_query_and_before_the_fragment),
        PAYLOAD(P5_2_a_cgi_call_is_a_form_with_ovh_s_fields),
        PAYLOAD(P5_4_octopush_s_fields_tell_a_reply_from_a_stop),
        PAYLOAD(P5_4_our_own_profile_is_signed_and_known_by_the_event_s_id),
        PAYLOAD(P5_3_a_mail_says_who_wrote_what_in_its_language),
        PAYLOAD(a_text_with_a_nul_is_told_too),
        PAYLOAD(what_cannot_be_read_is_an_error),
    };
    if (secret_init())
        return 1;
    return cmocka_run_group_tests_name("notify/payload", tests, NULL, NULL);
}
