/* SPDX-License-Identifier: Apache-2.0 */
/* What the first word of a reply does: STOP, START and a carrier's rows. */
#include "base/clock.h"
#include "core/keyword.h"
#include "core_world.h"
#include "store/id.h"
#include "store/quarantine.h"
#include "testing.h"

#define PHONE UINT64_C(33612345678)

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- words ---- */

struct rows_change {
    struct change change;
    const struct reply_rule *rows;
    size_t n;
};

static enum err put_rows(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    struct rows_change *r = (struct rows_change *)change;
    for (size_t i = 0; i < r->n; i++) {
        struct reply_rule row = r->rows[i];
        row.id = store_id_next();
        row.carrier_id = WORLD_CARRIER;
        row.place = (int64_t)i + 1;
        assert_int_equal(store_rule_insert(tx, &row), OK);
    }
    return OK;
}

/* The carrier's rows, in this order. */
static void set_rules(const struct reply_rule *rows, size_t n)
{
    struct rows_change r = {.change = {.apply = put_rows}, .rows = rows, .n = n};
    struct store_view v = world_view();
    core_change(world.core, &r.change, world.home, ignore);
    world_turn();
    assert_int_equal(r.change.job.err, OK);
    assert_int_equal(core_directory_reload(world.core, &v), OK);
}
#define RULES(...)                                      \
    set_rules((const struct reply_rule[]){__VA_ARGS__}, \
              sizeof((const struct reply_rule[]){__VA_ARGS__}) / sizeof(struct reply_rule))

static void hear_from(const char *sender, const char *number, const char *text)
{
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.alphabet = ALPHABET_UTF8;
    job.sender = str_of(sender);
    job.sender_ton = 1;
    job.number = str_of(number);
    job.bytes = str_of(text);
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

static void hear(const char *number, const char *text)
{
    hear_from("33612345678", number, text);
}

/* A message that the phone may answer. */
static void write_to_phone(void)
{
    world_send("+33612345678", 10);
    world_sent(world.arrived[world.arrived_n - 1], 1, "id");
}

static struct quarantine *rows_of(size_t wanted)
{
    struct quarantine *rows;
    size_t n;
    struct store_view v = world_view();
    assert_int_equal(store_quarantine_of(&rows, &n, &v, PHONE), OK);
    if (n != wanted)
        fail_msg("%zu rows, not %zu", n, wanted);
    return rows;
}

static struct quarantine_event newest_event(void)
{
    struct quarantine_event *events;
    size_t n;
    struct store_view v = world_view();
    assert_int_equal(store_quarantine_event_list(&events, &n, &v, PHONE, 0, 1), OK);
    assert_int_equal(n, 1);
    return events[0];
}

/* The row that matches, by its reply. */
static void assert_row(const char *number, const char *text, const char *reply)
{
    const struct directory *d = core_directory(world.core);
    const struct reply_rule *r =
        keyword_match(d, world.arena, WORLD_CARRIER, str_of(number), str_of(text));
    struct str found = r ? arena_str(world.arena, r->reply) : STR("none");
    directory_release(d);
    if (!str_eq(found, str_of(reply)))
        fail_msg("\"%s\" finds %.*s, not %s", text, STR_FMT(found), reply);
}

/* ---- the table ---- */

static void T27_P6_1_the_first_row_that_matches_counts(void **state)
{
    (void)state;
    RULES({.keyword = STR("AD"), .prefix = true, .reply = STR("ad")},
          {.keyword = STR("ADOBE"), .reply = STR("adobe")},
          {.keyword = STR("STOP"), .short_code = STR("36184"), .reply = STR("here")},
          {.keyword = STR("STOP"), .reply = STR("there")}, {.reply = STR("any")});
    assert_row("36184", "adobe", "ad");
    assert_row("36184", "Adapt", "ad");
    assert_row("36184", "  stop!", "here");
    assert_row("36185", "  stop!", "there");
    assert_row("+36184", "stop", "here");
    assert_row("36184", "hello", "any");
    assert_row("36184", "\xF0\x9F\x91\x8D", "any");
    assert_row("36184", "", "any");
}

static void P6_2_a_keyword_is_a_whole_word_unless_it_is_a_prefix(void **state)
{
    (void)state;
    RULES({.keyword = STR("Été"), .reply = STR("summer")},
          {.keyword = STR("win"), .prefix = true, .reply = STR("winter")});
    assert_row("1", "ÉTÉ", "summer");
    assert_row("1", "e\xCC\x81te\xCC\x81 2026", "summer");
    assert_row("1", "étés", "none");
    assert_row("1", "ete", "none");
    assert_row("1", "WINNER", "winter");
    assert_row("1", "I win", "none");
    assert_row("1", "?!", "none");
}

static void T27_P6_3_without_a_reply_a_row_still_acts(void **state)
{
    (void)state;
    RULES({.keyword = STR("BYE"), .action = RULE_QUARANTINE});
    write_to_phone();
    hear("36184", "bye");
    assert_int_equal(rows_of(1)[0].status, QUARANTINE_BLACKLISTED);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message"), 1);
}

static void T27_P6_4_a_row_with_a_short_code_concerns_that_number_alone(void **state)
{
    (void)state;
    RULES({.keyword = STR("STOP"), .short_code = STR("36184"), .action = RULE_QUARANTINE},
          {.keyword = STR("BACK"), .short_code = STR("36184"), .action = RULE_LEAVE});
    write_to_phone();
    hear("36185", "hello");
    rows_of(0);
    hear("36184", "stop");
    const struct quarantine *q = rows_of(1);
    assert_true(str_eq(q->number, STR("36184")));
    assert_int_equal(q->account_id, 1);
    hear("36185", "back");
    rows_of(1);
    world_send("+33612345678", 10); /* its sender is another one */
    hear("36184", "back");
    rows_of(0);
}

static void P6_4_a_row_without_a_short_code_concerns_all_numbers(void **state)
{
    (void)state;
    RULES({.keyword = STR("BYE"), .action = RULE_QUARANTINE},
          {.keyword = STR("BACK"), .action = RULE_LEAVE});
    write_to_phone();
    hear("36184", "bye");
    assert_int_equal(rows_of(1)[0].number.n, 0);
    hear("36199", "back");
    rows_of(0);
}

/* ---- with no row ---- */

static void P6_5_stop_and_its_variants_are_honoured_with_no_row(void **state)
{
    (void)state;
    static const char *const stops[] = {"STOP",   " stop! ", "Arrêt", "ARRET",    "Unsubscribe",
                                        "cancel", "«END».",  "quit",  "STOP SMS", "stop-all"};
    static const char *const starts[] = {"START", "unstop"};
    write_to_phone();
    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        hear("36184", stops[i]);
        const struct quarantine *q = rows_of(1);
        assert_int_equal(q->account_id, 1);
        assert_int_equal(q->number.n, 0);
        assert_int_equal(q->status, QUARANTINE_BLACKLISTED);
        hear("36184", starts[i % 2]);
        rows_of(0);
    }
}

static void P6_5_stop_inside_a_sentence_is_none_unless_a_prefix_row_says_so(void **state)
{
    (void)state;
    static const char *const sentences[] = {"please stop",       "Stop by at nine", "stopper",
                                            "never stop",        "start now",       "the end",
                                            "cancel my order 3", "stop\nit"};
    write_to_phone();
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
        hear("36184", sentences[i]);
    rows_of(0);
    RULES({.keyword = STR("STOP"), .prefix = true, .action = RULE_QUARANTINE});
    hear("36184", "stopper");
    rows_of(1);
    hear("36184", "START");
    hear("36184", "Stop by at nine");
    rows_of(1);
}

static void P6_5_stop_is_honoured_whatever_other_rows_say(void **state)
{
    (void)state;
    RULES({.keyword = STR("STOP"), .action = RULE_NONE, .reply = STR("Bye")},
          {.action = RULE_LEAVE, .reply = STR("Thanks")});
    write_to_phone();
    hear("36184", "STOP");
    rows_of(1);
    hear("36184", "unsubscribe");
    rows_of(1);
    hear("36184", "hello");
    rows_of(0);
}

static void P6_5_a_stop_of_a_phone_that_answers_nobody_is_for_all(void **state)
{
    (void)state;
    hear("36184", "STOP");
    assert_int_equal(rows_of(1)[0].account_id, 0);
    hear("36184", "START");
    rows_of(0);
    hear("36184", "STOP");
    assert_int_equal(rows_of(1)[0].account_id, 0);
}

static void P6_5_who_is_no_phone_enters_nothing(void **state)
{
    (void)state;
    hear_from("Bank", "36184", "STOP");
    hear_from("36000", "36184", "STOP");
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine_event"), 0);
}

/* ---- evidence ---- */

static void P7_4_entry_and_exit_are_events_with_what_the_phone_wrote(void **state)
{
    (void)state;
    write_to_phone();
    hear("36184", "  Stop! ");
    struct quarantine_event in = newest_event();
    assert_int_equal(in.status, QUARANTINE_BLACKLISTED);
    assert_true(str_eq(in.text, STR("  Stop! ")));
    assert_true(str_eq(in.who, STR("reply")));
    assert_int_equal(in.carrier_id, WORLD_CARRIER);
    assert_int_equal(in.at_us, WORLD_START_US);
    assert_int_equal(in.incoming_id, world_count("SELECT id FROM incoming"));
    assert_int_equal(in.message_id, world_count("SELECT id FROM message"));
    hear("36184", "start");
    struct quarantine_event out = newest_event();
    assert_int_equal(out.status, QUARANTINE_VALID);
    assert_true(str_eq(out.text, STR("start")));
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine_event"), 2);
}

static void P8_1_a_text_that_is_not_kept_is_no_evidence_but_for_a_stop(void **state)
{
    (void)state;
    RULES({.keyword = STR("enough"), .action = RULE_QUARANTINE});
    world_settings("\"store_incoming\":false");
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = STR("33612345678");
    job.sender_ton = 1;
    job.number = STR("36184");
    job.keep_text = false;
    job.bytes = STR("enough, I am ill");
    world_do(&job.job);
    assert_int_equal(newest_event().text.n, 0);
    assert_true(str_eq(newest_event().who, STR("rule")));
    job.bytes = STR("stop");
    world_do(&job.job);
    assert_true(str_eq(newest_event().text, STR("stop")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(T27_P6_1_the_first_row_that_matches_counts),
        TEST(P6_2_a_keyword_is_a_whole_word_unless_it_is_a_prefix),
        TEST(T27_P6_3_without_a_reply_a_row_still_acts),
        TEST(T27_P6_4_a_row_with_a_short_code_concerns_that_number_alone),
        TEST(P6_4_a_row_without_a_short_code_concerns_all_numbers),
        TEST(P6_5_stop_and_its_variants_are_honoured_with_no_row),
        TEST(P6_5_stop_inside_a_sentence_is_none_unless_a_prefix_row_says_so),
        TEST(P6_5_stop_is_honoured_whatever_other_rows_say),
        TEST(P6_5_a_stop_of_a_phone_that_answers_nobody_is_for_all),
        TEST(P6_5_who_is_no_phone_enters_nothing),
        TEST(P7_4_entry_and_exit_are_events_with_what_the_phone_wrote),
        TEST(P8_1_a_text_that_is_not_kept_is_no_evidence_but_for_a_stop),
    };
    return world_begin() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
