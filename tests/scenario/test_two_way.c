/* SPDX-License-Identifier: Apache-2.0 */
/* Reply numbers and conversations, against the real store in virtual time. */
#include "base/clock.h"
#include "store/id.h"
#include "testing.h"
#include "two_way_world.h"

#include <stdio.h>

#define PHONE "33612345678"
#define OTHER "33698765432"

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void assert_refused(struct two_way_send s, enum err err, const char *field,
                           const char *words)
{
    struct refusal why;
    int64_t rows = world_count("SELECT COUNT(*) FROM message") +
                   world_count("SELECT COUNT(*) FROM conversation") +
                   world_count("SELECT COUNT(*) FROM number_slot") +
                   world_count("SELECT COUNT(*) FROM ledger");
    int64_t balance = world_count("SELECT SUM(balance) FROM account");
    struct accept_job *job = two_way_send(s, &why);
    if (job->job.err != err)
        fail_msg("%s is not %s: %.*s", err_name(job->job.err), err_name(err), STR_FMT(why.detail));
    if (field)
        assert_string_equal(why.field, field);
    if (words && !memmem(why.detail.p, why.detail.n, words, strlen(words)))
        fail_msg("\"%.*s\" does not say \"%s\"", STR_FMT(why.detail), words);
    assert_int_equal(rows, world_count("SELECT COUNT(*) FROM message") +
                               world_count("SELECT COUNT(*) FROM conversation") +
                               world_count("SELECT COUNT(*) FROM number_slot") +
                               world_count("SELECT COUNT(*) FROM ledger"));
    assert_int_equal(balance, world_count("SELECT SUM(balance) FROM account"));
}

static void assert_reply(struct incoming i, const struct message *question, enum standing standing)
{
    assert_int_equal(i.standing, standing);
    assert_int_equal(i.account_id, question ? question->account_id : 0);
    assert_int_equal(i.message_id, question ? question->id : 0);
    assert_int_equal(i.conversation_id, question ? question->conversation_id : 0);
}

/* ---- P4.1 ---- */

static void P4_1_two_way_is_switched_on_by_account_and_country(void **state)
{
    (void)state;
    two_way_run("DELETE FROM two_way WHERE account_id = 1");
    assert_refused((struct two_way_send){.to = PHONE}, ERR_FORBIDDEN, "reply",
                   "navette twoway enable");
    two_way_run("INSERT INTO two_way (account_id, country) VALUES (1, 'BE')");
    assert_refused((struct two_way_send){.to = PHONE}, ERR_FORBIDDEN, "reply", "--country");
    two_way_run("INSERT INTO two_way (account_id, country) VALUES (1, 'FR')");
    two_way_sent((struct two_way_send){.to = PHONE});
}

static void P4_1_only_mobile_phones_of_metropolitan_france_are_france(void **state)
{
    (void)state;
    static const char *const others[] = {"+33142685300", "+590690001234", "+32470123456"};
    struct refusal why;
    for (size_t i = 0; i < 3; i++)
        assert_refused((struct two_way_send){.to = others[i]}, ERR_FORBIDDEN, "reply", "mobile");
    const struct accept_job *job =
        two_way_send((struct two_way_send){.to = "+33142685300," PHONE}, &why);
    assert_int_equal(job->job.err, OK);
    assert_int_equal(job->messages_n, 1);
    assert_int_equal(job->invalid_n, 1);
}

/* ---- P4.2 ---- */

static void P4_2_a_message_with_reply_leaves_with_a_number_of_the_pool(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    assert_int_equal(m->sender.n, 5);
    assert_true(str_starts(m->sender, STR("3800")));
    assert_int_equal(world.arrived_n, 1);
    assert_true(str_eq(world.arrived[0]->sender, m->sender));
    struct message stored = world_message(m->id);
    assert_true(str_eq(stored.sender, m->sender));
    assert_int_equal(stored.conversation_id, m->conversation_id);
    struct conversation c = two_way_conversation(m->conversation_id);
    assert_true(str_eq(c.number, m->sender));
    assert_int_equal(c.account_id, SHOP);
    assert_int_equal(c.message_id, m->id);
    assert_int_equal(c.until_at_us, WORLD_START_US + 48 * HOUR_US);
    m = two_way_sent((struct two_way_send){.from = "12345", .to = OTHER});
    assert_true(str_starts(m->sender, STR("3800")));
    m = two_way_sent((struct two_way_send){.from = "Shop", .to = PHONE});
    assert_true(str_eq(m->sender, STR("Shop")));
    assert_int_equal(m->conversation_id, 0);
}

static void P4_2_two_open_conversations_of_a_phone_never_share_a_number(void **state)
{
    (void)state;
    static const int64_t accounts[] = {SHOP, BANK, CLUB};
    const struct message *sent[3];
    for (size_t i = 0; i < 3; i++)
        sent[i] = two_way_sent((struct two_way_send){.account_id = accounts[i], .to = PHONE});
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(sent[i]->sender, sent[k]->sender));
    for (size_t i = 0; i < 3; i++)
        assert_reply(two_way_hear(PHONE, sent[i]->sender.p), sent[i], STANDING_IN_TIME);
}

static void P4_2_an_open_conversation_keeps_its_number_and_its_window_moves(void **state)
{
    (void)state;
    const struct message *first = two_way_sent((struct two_way_send){.to = PHONE});
    for (int day = 0; day < 5; day++) {
        clock_advance(DAY_US);
        const struct message *next = two_way_sent((struct two_way_send){.to = PHONE});
        assert_int_equal(next->conversation_id, first->conversation_id);
        assert_true(str_eq(next->sender, first->sender));
        assert_reply(two_way_hear(PHONE, first->sender.p), next, STANDING_IN_TIME);
    }
    assert_int_equal(world_count("SELECT COUNT(*) FROM number_slot"), 1);
    struct conversation c = two_way_conversation(first->conversation_id);
    assert_int_equal(c.until_at_us, WORLD_START_US + 7 * DAY_US);
    assert_int_equal(c.unread, 5);
    assert_int_equal(c.last_at_us, WORLD_START_US + 5 * DAY_US);
}

static void P4_2_any_number_of_the_pool_is_drawn(void **state)
{
    (void)state;
    bool seen[3] = {false};
    for (int i = 0; i < 60; i++) {
        char to[16];
        snprintf(to, sizeof(to), "336123456%02d", i);
        const struct message *m = two_way_sent((struct two_way_send){.to = to});
        seen[m->sender.p[4] - '0'] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

static void P4_2_a_pool_that_is_used_up_takes_nothing(void **state)
{
    (void)state;
    struct refusal why;
    two_way_run("DELETE FROM number WHERE digits = '38002'");
    two_way_sent((struct two_way_send){.account_id = SHOP, .to = PHONE});
    two_way_sent((struct two_way_send){.account_id = BANK, .to = PHONE});
    assert_refused((struct two_way_send){.account_id = CLUB, .to = PHONE}, ERR_NO_NUMBER, NULL,
                   NULL);
    two_way_sent((struct two_way_send){.account_id = SHOP, .to = PHONE});
    const struct accept_job *job =
        two_way_send((struct two_way_send){.account_id = CLUB, .to = PHONE "," OTHER}, &why);
    assert_int_equal(job->job.err, OK);
    assert_int_equal(job->messages_n, 1);
    assert_int_equal(job->messages[0].recipient, 33698765432);
    assert_int_equal(job->invalid_n, 1);
    assert_true(str_eq(job->invalid[0], STR("+" PHONE)));
    assert_int_equal(job->cost, job->messages[0].credits);
    clock_advance(48 * HOUR_US);
    two_way_sent((struct two_way_send){.account_id = CLUB, .to = PHONE});
}

#define CLOSE(id, account, number)                                                              \
    "INSERT INTO quarantine (id, phone, account_id, number, status, reason, errors, since_at) " \
    "VALUES (" #id ", " PHONE ", " #account ", '" #number "', 1, 'STOP', 0, 0)"

static void P7_3_a_number_that_a_phone_has_closed_is_not_drawn_for_it(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    assert_true(m->sender.n > 0);
    two_way_run(CLOSE(1, 1, 38000));
    two_way_run(CLOSE(2, 0, 38002));
    for (int i = 0; i < 10; i++) {
        m = two_way_sent((struct two_way_send){.to = PHONE});
        assert_true(str_eq(m->sender, STR("38001")));
        clock_advance(48 * HOUR_US);
    }
    two_way_run(CLOSE(3, 31, 38001)); /* to another account */
    two_way_sent((struct two_way_send){.to = PHONE});
    two_way_run(CLOSE(4, 1, 38001));
    assert_refused((struct two_way_send){.to = PHONE}, ERR_NO_NUMBER, NULL, NULL);
    two_way_sent((struct two_way_send){.to = OTHER});
}

/* In one batch too, where the first takes the last number. */
static void P4_2_two_requests_of_a_batch_do_not_share_the_last_number(void **state)
{
    (void)state;
    two_way_run("DELETE FROM number WHERE digits <> '38000'");
    struct accept_job jobs[2];
    struct accept_request requests[2];
    struct refusal why;
    struct str to = STR(PHONE);
    for (size_t i = 0; i < 2; i++) {
        int64_t account_id = i ? BANK : SHOP;
        requests[i] =
            (struct accept_request){.directory = world.directory,
                                    .account = directory_account_by_id(world.directory, account_id),
                                    .user = directory_user(world.directory, account_id, STR("u")),
                                    .with_reply = true,
                                    .recipients = &to,
                                    .recipients_n = 1,
                                    .text = STR("?"),
                                    .class = -1,
                                    .no_stop = true};
        assert_int_equal(accept_prepare(&jobs[i], world.arena, &requests[i], &why), OK);
        assert_int_equal(accept_post(world.core, &jobs[i], world.home, ignore), OK);
    }
    writer_run_once(core_writer(world.core));
    mailbox_deliver(world.wire, SIZE_MAX);
    mailbox_deliver(world.home, SIZE_MAX);
    assert_int_equal(jobs[0].job.err, OK);
    assert_int_equal(jobs[1].job.err, ERR_NO_NUMBER);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message"), 1);
}

static void P4_2_ten_thousand_conversations_are_open_over_one_pool(void **state)
{
    (void)state;
    enum { REQUESTS = 10, EACH = 1000, SIZE = 12 };
    struct refusal why;
    char *to = arena_alloc(world.arena, (size_t)EACH * SIZE + 1);
    for (int r = 0; r < REQUESTS; r++) {
        for (int i = 0; i < EACH; i++)
            snprintf(to + i * SIZE, SIZE + 1, "3361234%04d,", r * EACH + i);
        to[EACH * SIZE - 1] = '\0';
        for (size_t a = 0; a < 3; a++) {
            static const int64_t accounts[] = {SHOP, BANK, CLUB};
            struct accept_job *job =
                two_way_send((struct two_way_send){.account_id = accounts[a], .to = to}, &why);
            assert_int_equal(job->job.err, OK);
            assert_int_equal(job->messages_n, EACH);
        }
    }
    assert_int_equal(world_count("SELECT COUNT(*) FROM number_slot"), 3 * REQUESTS * EACH);
    assert_int_equal(world_count("SELECT COUNT(*) FROM (SELECT recipient, number FROM conversation "
                                 "GROUP BY recipient, number HAVING COUNT(*) > 1)"),
                     0);
    clock_advance(48 * HOUR_US);
    world_tick(0);
    world_tick(0);
    for (int i = 0; i < 10; i++)
        world_tick(SEC_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM number_slot"), 0);
}

static void P4_2_a_message_with_a_conversation_stays_with_its_carrier(void **state)
{
    (void)state;
    two_way_run("INSERT INTO carrier (id, name, settings, enabled, created_at) "
                "SELECT 55, 'sfr', settings, 1, 0 FROM carrier;"
                "INSERT INTO route (id, prefix, sender_kind, grade, days, from_min, until_min, "
                "turn, weight, draining, carrier_id, created_at) "
                "SELECT 56, prefix, sender_kind, grade, days, from_min, until_min, 9, weight, "
                "draining, 55, 0 FROM route");
    for (int with = 0; with < 2; with++) {
        const struct message *m =
            two_way_sent((struct two_way_send){.from = with ? NULL : "Shop", .to = PHONE});
        struct outcome_job job = {0};
        outcome_job_init(&job, world.home, ignore);
        job.kind = OUTCOME_REJECTED;
        job.slot = world.slot;
        job.message_id = m->id;
        job.at_us = clock_now_us();
        job.part = job.parts = 1;
        job.status = 0x0B;
        job.other = true;
        world_do(&job.job);
        assert_int_equal(job.job.err, OK);
        struct message now = world_message(m->id);
        assert_int_equal(now.carrier_id, with ? WORLD_CARRIER : 55);
        assert_int_equal(now.state, with ? MESSAGE_REJECTED : MESSAGE_QUEUED);
    }
}

static void P4_2_carriers_without_such_numbers_are_passed_by(void **state)
{
    (void)state;
    two_way_run("INSERT INTO carrier (id, name, settings, enabled, created_at) "
                "SELECT 55, 'sfr', settings, 1, 0 FROM carrier;"
                "INSERT INTO route (id, prefix, sender_kind, grade, days, from_min, until_min, "
                "turn, weight, draining, carrier_id, created_at) "
                "SELECT 56, prefix, sender_kind, grade, days, from_min, until_min, 9, weight, "
                "draining, 55, 0 FROM route;"
                "UPDATE route SET turn = 10 WHERE id = 6");
    assert_int_equal(two_way_sent((struct two_way_send){.from = "Shop", .to = PHONE})->carrier_id,
                     55);
    assert_int_equal(two_way_sent((struct two_way_send){.to = PHONE})->carrier_id, WORLD_CARRIER);
    two_way_run("UPDATE number SET enabled = 0");
    assert_refused((struct two_way_send){.to = PHONE}, ERR_NO_NUMBER, "reply",
                   "navette number add");
}

/* ---- P4.3 ---- */

static void P4_3_where_the_carrier_picks_the_number_a_reply_is_matched_by_phone(void **state)
{
    (void)state;
    world_settings("\"reply_numbers\":\"carrier\",\"reply_sender\":\"98765\"");
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    assert_true(str_eq(m->sender, STR("98765")));
    assert_int_equal(two_way_conversation(m->conversation_id).kind, NUMBER_PICKED);
    assert_reply(two_way_hear(PHONE, "36111"), m, STANDING_IN_TIME);
    assert_reply(two_way_hear(OTHER, "36111"), NULL, STANDING_NONE);
    const struct message *later =
        two_way_sent((struct two_way_send){.account_id = BANK, .to = PHONE});
    assert_reply(two_way_hear(PHONE, "36222"), later, STANDING_IN_TIME);
    clock_advance(48 * HOUR_US);
    assert_reply(two_way_hear(PHONE, "36222"), later, STANDING_LATE);
    assert_int_equal(world_count("SELECT COUNT(*) FROM number_slot"), 0);
}

/* ---- P4.4 ---- */

static void P4_4_XXXXX_becomes_the_number_before_the_text_is_counted(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){
        .from = "Shop", .to = PHONE, .text = "Repondez au XXXXX, oui: au XXXXX."});
    struct conversation c = two_way_conversation(m->conversation_id);
    assert_true(str_eq(m->sender, STR("Shop")));
    struct str want = arena_printf(world.arena, "Repondez au %.*s, oui: au %.*s.",
                                   STR_FMT(c.number), STR_FMT(c.number));
    assert_true(str_eq(world_message(m->id).text, want));
    assert_true(str_eq(world.arrived[0]->text, want));
    assert_reply(two_way_hear(PHONE, c.number.p), m, STANDING_IN_TIME);
    m = two_way_sent((struct two_way_send){
        .from = "Shop", .to = OTHER, .text = "XXXXXX XXXXX1 aXXXXX 1XXXXX XXXX xxxxx"});
    assert_int_equal(m->conversation_id, 0);
}

static void P4_4_a_longer_number_may_cost_another_part(void **state)
{
    (void)state;
    char text[200];
    two_way_run("UPDATE account SET grade = 2 WHERE id = 1");
    two_way_number("0033756000001", NUMBER_LOW_COST, 0);
    snprintf(text, sizeof(text), "%0155d", 0);
    memcpy(text, "XXXXX ", 6);
    const struct message *m =
        two_way_sent((struct two_way_send){.from = "Shop", .to = PHONE, .text = text});
    assert_int_equal(m->parts, 2);
    assert_int_equal(m->text.n, 163);
    assert_true(str_starts(m->text, STR("0033756000001 0000")));
}

/* ---- P4.5 ---- */

static void P4_5_a_reply_after_the_window_is_late(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    clock_advance(48 * HOUR_US - 1000);
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_IN_TIME);
    clock_advance(1000);
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_LATE);
    world_tick(0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM number_slot"), 0);
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_LATE);
    assert_int_equal(two_way_conversation(m->conversation_id).unread, 3);
    assert_reply(two_way_hear(OTHER, m->sender.p), NULL, STANDING_NONE);
}

static void P4_5_the_window_is_a_setting_of_the_carrier(void **state)
{
    (void)state;
    world_settings("\"reply_window_min\":1");
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    clock_advance(MIN_US);
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_LATE);
    const struct message *again = two_way_sent((struct two_way_send){.to = PHONE});
    assert_int_not_equal(again->conversation_id, m->conversation_id);
    assert_reply(two_way_hear(PHONE, again->sender.p), again, STANDING_IN_TIME);
}

static void P4_5_of_a_deferred_message_the_window_begins_when_it_is_due(void **state)
{
    (void)state;
    int64_t due_us = WORLD_START_US + 72 * HOUR_US;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE, .due_at_us = due_us});
    clock_advance(72 * HOUR_US + 47 * HOUR_US);
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_IN_TIME);
    /* one that is due now does not shorten it */
    two_way_sent((struct two_way_send){.to = PHONE, .due_at_us = clock_now_us() + 24 * HOUR_US});
    two_way_sent((struct two_way_send){.to = PHONE});
    assert_int_equal(two_way_conversation(m->conversation_id).until_at_us,
                     clock_now_us() + 72 * HOUR_US);
}

/* An answer has its conversation before it is accepted. */
static void answer_in(int64_t conversation_id)
{
    struct accept_job job;
    struct refusal why;
    struct str to = STR(PHONE);
    struct accept_request request = {
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, SHOP, STR("u")),
        .sender = STR("Shop"),
        .recipients = &to,
        .recipients_n = 1,
        .text = STR("Merci"),
        .class = -1,
        .no_stop = true,
    };
    assert_int_equal(accept_prepare(&job, world.arena, &request, &why), OK);
    job.messages[0].conversation_id = conversation_id;
    assert_int_equal(accept_post(world.core, &job, world.home, ignore), OK);
    writer_run_once(core_writer(world.core));
    mailbox_deliver(world.wire, SIZE_MAX);
    mailbox_deliver(world.home, SIZE_MAX);
    assert_int_equal(job.job.err, OK);
    assert_int_equal(two_way_conversation(conversation_id).message_id, job.messages[0].id);
}

static void P4_5_an_answer_is_the_last_message_and_moves_the_window(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    clock_advance(DAY_US);
    answer_in(m->conversation_id);
    assert_int_equal(two_way_conversation(m->conversation_id).until_at_us,
                     clock_now_us() + 48 * HOUR_US);
    assert_int_equal(world_count("SELECT until_at FROM number_slot"),
                     clock_now_us() + 48 * HOUR_US);
    clock_advance(48 * HOUR_US);
    answer_in(m->conversation_id);
    assert_int_equal(two_way_conversation(m->conversation_id).until_at_us, clock_now_us());
    assert_int_equal(two_way_hear(PHONE, m->sender.p).standing, STANDING_LATE);
}

/* ---- P4.6 ---- */

static void P4_6_a_virtual_number_has_no_window(void **state)
{
    (void)state;
    two_way_number("33756000000", NUMBER_VIRTUAL, SHOP);
    const struct message *m = two_way_sent(
        (struct two_way_send){.from = "+33756000000", .to = PHONE, .text = "https://exemple.fr"});
    assert_true(str_eq(m->sender, STR("33756000000")));
    clock_advance(90 * DAY_US);
    assert_reply(two_way_hear(PHONE, "+33756000000"), m, STANDING_IN_TIME);
    const struct message *next =
        two_way_sent((struct two_way_send){.from = "33756000000", .to = PHONE});
    assert_int_equal(next->conversation_id, m->conversation_id);
    assert_reply(two_way_hear(PHONE, "33756000000"), next, STANDING_IN_TIME);
    /* nobody wrote to this phone: it begins */
    struct incoming i = two_way_hear(OTHER, "33756000000");
    assert_int_equal(i.account_id, SHOP);
    assert_int_equal(i.message_id, 0);
    assert_int_equal(i.standing, STANDING_IN_TIME);
    struct conversation c = two_way_conversation(i.conversation_id);
    assert_int_equal(c.unread, 1);
    assert_int_equal(c.until_at_us, 0);
    assert_int_equal(two_way_hear(OTHER, "33756000000").conversation_id, c.id);
    m = two_way_sent((struct two_way_send){.from = "33756000000", .to = OTHER});
    assert_int_equal(m->conversation_id, c.id);
}

static void P4_6_a_virtual_number_is_its_accounts_alone(void **state)
{
    (void)state;
    two_way_number("33756000000", NUMBER_VIRTUAL, SHOP);
    two_way_run("INSERT INTO sender (id, account_id, name, state, created_at) "
                "VALUES (99, 31, '33756000000', 2, 0)");
    assert_refused((struct two_way_send){.account_id = BANK, .from = "33756000000", .to = PHONE},
                   ERR_BAD_SENDER, "sender", NULL);
    const struct message *m =
        two_way_sent((struct two_way_send){.from = "33756000000", .to = PHONE});
    two_way_run("UPDATE number SET account_id = 31 WHERE digits = '33756000000'");
    assert_int_equal(two_way_hear(PHONE, "33756000000").account_id, BANK);
    two_way_run("UPDATE number SET account_id = NULL WHERE digits = '33756000000'");
    assert_int_equal(two_way_hear(PHONE, "33756000000").standing, STANDING_LATE);
    assert_refused((struct two_way_send){.from = "33756000000", .to = PHONE}, ERR_BAD_SENDER,
                   "sender", NULL);
    (void)m;
}

/* ---- P4.8 ---- */

static void P4_8_replies_from_phones_that_two_way_does_not_cover_are_marked(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    two_way_run("DELETE FROM two_way WHERE account_id = 1");
    assert_reply(two_way_hear(PHONE, m->sender.p), m, STANDING_NOT_COVERED);
    assert_int_equal(two_way_hear("36000", m->sender.p).standing, STANDING_NOT_COVERED);
    assert_int_equal(two_way_hear("36000", m->sender.p).account_id, 0);
}

/* Carriers whose numbers we do not know go on as ever. */
static void P4_8_a_number_that_is_not_ours_answers_the_newest_message(void **state)
{
    (void)state;
    const struct message *m = two_way_sent((struct two_way_send){.from = "Shop", .to = PHONE});
    struct incoming i = two_way_hear(PHONE, "36184");
    assert_int_equal(i.standing, STANDING_IN_TIME);
    assert_int_equal(i.message_id, m->id);
    assert_int_equal(i.conversation_id, 0);
    assert_int_equal(two_way_hear(OTHER, "36184").standing, STANDING_NONE);
}

/* ---- P4.9 ---- */

static void P4_9_a_short_number_sends_no_contact_details(void **state)
{
    (void)state;
    assert_refused((struct two_way_send){.to = PHONE, .text = "Voir https://exemple.fr/a"},
                   ERR_INVALID, "text", "a web address (https://");
    assert_refused((struct two_way_send){.to = PHONE, .text = "moi@exemple.fr"}, ERR_INVALID,
                   "text", "an e-mail address (moi@exemple.fr)");
    assert_refused((struct two_way_send){.to = PHONE, .text = "Appelez le 06 12 34 56 78"},
                   ERR_INVALID, "text", "a phone number (06 12 34 56 78)");
    two_way_sent((struct two_way_send){.to = PHONE, .text = "M.Dupont, RDV le 24.12.2026 a 10.30"});
    two_way_sent((struct two_way_send){.from = "Shop", .to = PHONE, .text = "https://exemple.fr"});
}

/* ---- P4.10 ---- */

static void P4_10_low_cost_accounts_draw_from_ten_digit_numbers(void **state)
{
    (void)state;
    two_way_run("UPDATE account SET grade = 2 WHERE id = 1");
    assert_refused((struct two_way_send){.to = PHONE}, ERR_NO_NUMBER, "reply",
                   "navette number add");
    two_way_number("0756000001", NUMBER_LOW_COST, 0);
    const struct message *m = two_way_sent((struct two_way_send){.to = PHONE});
    assert_true(str_eq(m->sender, STR("0756000001")));
    assert_reply(two_way_hear(PHONE, "0756000001"), m, STANDING_IN_TIME);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, two_way_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(P4_1_two_way_is_switched_on_by_account_and_country),
        TEST(P4_1_only_mobile_phones_of_metropolitan_france_are_france),
        TEST(P4_2_a_message_with_reply_leaves_with_a_number_of_the_pool),
        TEST(P4_2_two_open_conversations_of_a_phone_never_share_a_number),
        TEST(P4_2_an_open_conversation_keeps_its_number_and_its_window_moves),
        TEST(P4_2_any_number_of_the_pool_is_drawn),
        TEST(P4_2_a_pool_that_is_used_up_takes_nothing),
        TEST(P7_3_a_number_that_a_phone_has_closed_is_not_drawn_for_it),
        TEST(P4_2_two_requests_of_a_batch_do_not_share_the_last_number),
        TEST(P4_2_ten_thousand_conversations_are_open_over_one_pool),
        TEST(P4_2_a_message_with_a_conversation_stays_with_its_carrier),
        TEST(P4_2_carriers_without_such_numbers_are_passed_by),
        TEST(P4_3_where_the_carrier_picks_the_number_a_reply_is_matched_by_phone),
        TEST(P4_4_XXXXX_becomes_the_number_before_the_text_is_counted),
        TEST(P4_4_a_longer_number_may_cost_another_part),
        TEST(P4_5_a_reply_after_the_window_is_late),
        TEST(P4_5_the_window_is_a_setting_of_the_carrier),
        TEST(P4_5_of_a_deferred_message_the_window_begins_when_it_is_due),
        TEST(P4_5_an_answer_is_the_last_message_and_moves_the_window),
        TEST(P4_6_a_virtual_number_has_no_window),
        TEST(P4_6_a_virtual_number_is_its_accounts_alone),
        TEST(P4_8_replies_from_phones_that_two_way_does_not_cover_are_marked),
        TEST(P4_8_a_number_that_is_not_ours_answers_the_newest_message),
        TEST(P4_9_a_short_number_sends_no_contact_details),
        TEST(P4_10_low_cost_accounts_draw_from_ten_digit_numbers),
    };
    return world_begin() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
