/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/: the life of messages against the real store, in virtual time, on one thread: jobs are
 * posted, the writer runs once, letters are delivered. After each test the ledger must balance.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "core/accept.h"
#include "core/admin_message.h"
#include "store/id.h"
#include "store/incoming.h"
#include "store/ledger.h"
#include "store/queue.h"
#include "store/search.h"
#include "testing.h"
#include "text/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */
enum { CREDITS = 100000, ARRIVED_MAX = 64 };

static struct {
    char dir[64];
    char url[128];
    struct core *core;
    struct mailbox *home; /* where jobs come back */
    struct mailbox *wire; /* the carrier's thread */
    struct outgoing *arrived[ARRIVED_MAX];
    size_t arrived_n;
    struct arena *arena;
    struct db *reader;
    struct outbox_slot *slot;
    const struct directory *directory;
} f;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void arrive(struct outgoing *o)
{
    assert_true(f.arrived_n < ARRIVED_MAX);
    f.arrived[f.arrived_n++] = o;
}

/* One turn of the world: the writer works, everybody reads their post. */
static void look(struct outbox_slot *slot)
{
    (void)slot;
}

static void turn(void)
{
    writer_run_once(core_writer(f.core));
    mailbox_deliver(f.wire, 1000);
    mailbox_deliver(f.home, 1000);
}

static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    const char *settings = "{\"host\":\"127.0.0.1\",\"stop_text\":\"STOP 36184\"}";
    struct account account = {.id = 1,
                              .name = STR("shop"),
                              .timezone = STR("Europe/Paris"),
                              .max_parts = 8,
                              .enabled = true};
    struct api_user plain = {
        .id = 2, .account_id = 1, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct api_user limited = {.id = 3,
                               .account_id = 1,
                               .login = STR("q"),
                               .password = STR("x"),
                               .has_quota = true,
                               .enabled = true};
    struct sender sender = {.id = 4, .account_id = 1, .name = STR("Shop"), .state = SENDER_ENABLED};
    struct carrier_row carrier = {
        .id = 5, .name = STR("orange"), .settings = str_of(settings), .enabled = true};
    struct route route = {.id = 6, .carrier_id = 5};
    struct rate rate = {.prefix = STR("44"), .credits = 250};
    assert_int_equal(store_account_insert(tx, &account), OK);
    assert_int_equal(store_user_insert(tx, &plain), OK);
    assert_int_equal(store_user_insert(tx, &limited), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    assert_int_equal(store_carrier_insert(tx, &carrier), OK);
    assert_int_equal(store_route_insert(tx, &route), OK);
    assert_int_equal(store_rate_set(tx, &rate), OK);
    struct purse account_purse = {.account_id = 1};
    struct purse quota = {.account_id = 1, .user_id = 3};
    assert_int_equal(store_purse_move(tx, account_purse, LEDGER_CREDIT, CREDITS, 0, STR("")), OK);
    assert_int_equal(store_purse_move(tx, account_purse, LEDGER_QUOTA, -500, 0, STR("")), OK);
    return store_purse_move(tx, quota, LEDGER_QUOTA, 500, 0, STR(""));
}

static struct store_view view(void)
{
    return (struct store_view){.db = f.reader, .arena = f.arena};
}

static void open_core(void)
{
    struct core_config config = {.database_url = f.url};
    assert_int_equal(core_open(&f.core, &config), OK);
    f.home = mailbox_new();
    f.wire = mailbox_new();
    f.arrived_n = 0;
    outbox_attach(core_outbox(f.core), f.wire, arrive, look);
    assert_int_equal(core_reader(&f.reader, f.core), OK);
    f.slot = outbox_slot(core_outbox(f.core), 5);
}

static void close_core(void)
{
    for (size_t i = 0; i < f.arrived_n; i++)
        outgoing_free(f.arrived[i]);
    f.arrived_n = 0;
    directory_release(f.directory);
    f.directory = NULL;
    db_close(f.reader);
    core_close(f.core);
    mailbox_free(f.home);
    mailbox_free(f.wire);
}

static void hold_directory(void)
{
    struct store_view v = view();
    assert_int_equal(core_directory_reload(f.core, &v), OK);
    f.directory = core_directory(f.core);
}

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    memset(&f, 0, sizeof(f));
    clock_set_virtual(START_US);
    snprintf(f.dir, sizeof(f.dir), "/tmp/navette-core-XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.url, sizeof(f.url), "sqlite:%s/navette.db", f.dir);
    f.arena = arena_new();
    open_core();
    struct change change = {.apply = configure};
    core_change(f.core, &change, f.home, ignore);
    turn();
    assert_int_equal(change.job.err, OK);
    hold_directory();
    f.slot->ready = true;
    f.slot->backlog = false;
    return 0;
}

static void assert_ledger_balances(void)
{
    struct imbalance *wrong;
    size_t n;
    struct store_view v = view();
    assert_int_equal(store_ledger_check(&wrong, &n, &v), OK);
    assert_int_equal(n, 0);
}

static int64_t one(const char *sql)
{
    struct db_query query = DB_QUERY(sql);
    struct db_rows rows = db_rows_open(f.reader, &query, DB_NO_ARGS);
    int64_t value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

/* What waits has a row of its state, and nothing has one that has left. */
static void assert_queue_agrees(void)
{
    assert_int_equal(one("SELECT COUNT(*) FROM queue AS q LEFT JOIN message AS m "
                         "ON m.id = q.message_id WHERE m.state IS DISTINCT FROM q.state OR "
                         "(m.state = 3 AND m.claimed_by IS DISTINCT FROM q.claimed_by)"),
                     0);
    assert_int_equal(one("SELECT COUNT(*) FROM message WHERE state IN (1, 2) AND "
                         "id NOT IN (SELECT message_id FROM queue)"),
                     0);
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    assert_ledger_balances();
    assert_queue_agrees();
    close_core();
    arena_free(f.arena);
    snprintf(command, sizeof(command), "rm -rf '%s'", f.dir);
    clock_set_virtual(0);
    return system(command);
}

/* ---- words of the tests ---- */

/* A text of so many septets. */
static const char *letters(size_t n)
{
    char *text = arena_alloc(f.arena, n + 1);
    memset(text, 'a', n);
    return text;
}

static struct accept_request request(const char *to, const char *text)
{
    struct str *recipients = ARENA_ARRAY(f.arena, 16, struct str);
    struct str rest = str_of(to);
    size_t n = 0;
    while (n < 16 && str_split(&rest, ',', &recipients[n]))
        n++;
    return (struct accept_request){
        .directory = f.directory,
        .account = directory_account(f.directory, STR("shop")),
        .user = directory_user(f.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = recipients,
        .recipients_n = n,
        .text = str_of(text),
        .class = -1,
        .no_stop = true,
    };
}

static enum err ask(struct accept_job *job, const struct accept_request *r, struct refusal *why)
{
    enum err e = accept_prepare(job, f.arena, r, why);
    if (e)
        return e;
    assert_int_equal(accept_post(f.core, job, f.home, ignore), OK);
    turn();
    return job->job.err;
}

static struct accept_job *send_text(const char *to, const char *text)
{
    struct accept_job *job = ARENA_NEW(f.arena, struct accept_job);
    struct accept_request *r = ARENA_NEW(f.arena, struct accept_request);
    struct refusal why;
    *r = request(to, text);
    assert_int_equal(ask(job, r, &why), OK);
    return job;
}

static struct message message(int64_t id)
{
    struct message m;
    struct store_view v = view();
    assert_int_equal(store_message_get(&m, &v, id), OK);
    return m;
}

static int64_t balance(int64_t user_id)
{
    struct purse_state read = {.purse = {1, user_id}};
    struct store_view v = view();
    assert_int_equal(store_purses_read(&read, 1, &v), OK);
    assert_true(read.exists);
    return read.balance;
}

static struct outcome_job outcome(const struct outgoing *o, enum outcome_kind kind, uint32_t part,
                                  const char *ref)
{
    struct outcome_job job = {.kind = kind};
    outcome_job_init(&job, f.home, ignore);
    job.kind = kind;
    job.slot = f.slot;
    job.message_id = o->id;
    job.due_at_us = o->due_at_us;
    job.retry_at_us = o->due_at_us;
    job.at_us = clock_now_us();
    job.part = part;
    job.parts = o->parts;
    job.queued = o->queued;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    return job;
}

static void report(struct outcome_job *job)
{
    writer_post(core_writer(f.core), &job->job);
    turn();
    assert_int_equal(job->job.err, OK);
}

static void sent(const struct outgoing *o, uint32_t part, const char *ref)
{
    struct outcome_job job = outcome(o, OUTCOME_SENT, part, ref);
    report(&job);
}

static struct receipt_job receipt_of(const char *ref, enum message_state state, const char *text)
{
    struct receipt_job job = {.carrier_id = 5};
    receipt_job_init(&job, f.home, ignore);
    job.carrier_id = 5;
    job.state = state;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    assert_int_equal(str_copy(job.receipt, sizeof(job.receipt), str_of(text)), OK);
    return job;
}

static enum err receipt(const char *ref, enum message_state state, const char *text)
{
    struct receipt_job job = receipt_of(ref, state, text);
    writer_post(core_writer(f.core), &job.job);
    turn();
    return job.job.err;
}

static size_t take(size_t limit)
{
    struct take_job job;
    take_job_init(&job, f.home, ignore);
    job.slot = f.slot;
    job.limit = limit;
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
    return job.found;
}

static void tick(void)
{
    struct clock_tick {
        struct job job;
        bool more;
    } job = {.job = {.letter.deliver = ignore, .home = f.home, .kind = JOB_CLOCK}};
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
}

/* ---- accepting ---- */

static void a_message_is_stored_paid_and_handed_over_in_one_commit(void **state)
{
    (void)state;
    struct accept_job *job = send_text("+33612345678", "Bonjour");
    assert_int_equal(job->messages_n, 1);
    assert_int_equal(job->credits_left, CREDITS - 500 - 100);
    struct message m = message(job->messages[0].id);
    assert_int_equal(m.state, MESSAGE_SENDING);
    assert_int_equal(m.credits, 100);
    assert_true(str_eq(m.text, STR("Bonjour")));
    assert_int_equal(f.arrived_n, 1);
    assert_true(f.arrived[0]->id == m.id);
    assert_int_equal(balance(0), CREDITS - 600);
}

static void without_room_it_waits_in_the_store(void **state)
{
    (void)state;
    f.slot->ready = false;
    struct accept_job *job = send_text("+33612345678", "Bonjour");
    assert_int_equal(message(job->messages[0].id).state, MESSAGE_QUEUED);
    assert_int_equal(f.arrived_n, 0);
    assert_true(f.slot->backlog);
    /* What comes later must not overtake it, even with room. */
    f.slot->ready = true;
    struct accept_job *later = send_text("+33612345678", "Encore");
    assert_int_equal(message(later->messages[0].id).state, MESSAGE_QUEUED);
    assert_int_equal(take(10), 2);
    assert_true(f.arrived[0]->id == job->messages[0].id);
    assert_true(f.arrived[1]->id == later->messages[0].id);
    assert_false(f.slot->backlog);
}

static void prices_follow_the_longest_prefix_and_parts(void **state)
{
    (void)state;
    const char *text = letters(161);
    struct accept_job *job = send_text("+447911123456", text);
    assert_int_equal(job->cost, 500);
    assert_int_equal(message(job->messages[0].id).parts, 2);
}

static void too_little_credit_refuses_the_whole_and_takes_nothing(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    struct accept_request r = request("33612345601,33612345602,33612345603,33612345604,33612345605,"
                                      "33612345606",
                                      "x");
    r.user = directory_user(f.directory, 1, STR("q"));
    assert_int_equal(ask(&job, &r, &why), ERR_NO_QUOTA);
    assert_int_equal(balance(3), 500);
    assert_int_equal(f.arrived_n, 0);
    r.recipients_n = 5;
    assert_int_equal(ask(&job, &r, &why), OK);
    assert_int_equal(job.credits_left, 0);
    assert_int_equal(balance(3), 0);
    assert_int_equal(balance(0), CREDITS - 500);
}

static void requests_of_one_batch_share_the_purse(void **state)
{
    (void)state;
    struct accept_job jobs[6];
    struct accept_request r = request("33612345601", "x");
    struct refusal why;
    int accepted = 0;
    r.user = directory_user(f.directory, 1, STR("q"));
    for (int i = 0; i < 6; i++) {
        assert_int_equal(accept_prepare(&jobs[i], f.arena, &r, &why), OK);
        assert_int_equal(accept_post(f.core, &jobs[i], f.home, ignore), OK);
    }
    turn();
    for (int i = 0; i < 6; i++)
        accepted += jobs[i].job.err == OK;
    assert_int_equal(accepted, 5);
    assert_int_equal(jobs[5].job.err, ERR_NO_QUOTA);
    assert_int_equal(balance(3), 0);
}

static void the_same_ref_gives_the_first_answer_and_sends_nothing(void **state)
{
    (void)state;
    struct accept_job first;
    struct accept_job again;
    struct refusal why;
    struct accept_request r = request("33612345601", "x");
    r.ref = STR("order-7");
    assert_int_equal(ask(&first, &r, &why), OK);
    clock_advance(23 * HOUR_US);
    assert_int_equal(ask(&again, &r, &why), OK);
    assert_true(again.repeated);
    bool deferred;
    int64_t left;
    int64_t *ids;
    size_t n;
    assert_int_equal(accept_answer(again.answer, f.arena, &deferred, &left, &ids, &n), OK);
    assert_int_equal(n, 1);
    assert_true(ids[0] == first.messages[0].id && left == first.credits_left && !deferred);
    assert_int_equal(f.arrived_n, 1);
    clock_advance(2 * HOUR_US);
    assert_int_equal(ask(&again, &r, &why), OK);
    assert_false(again.repeated);
}

static void the_same_ref_twice_in_a_batch_sends_once(void **state)
{
    (void)state;
    struct accept_job jobs[3];
    struct refusal why;
    struct accept_request r = request("33612345601", "x");
    r.ref = STR("order-8");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(accept_prepare(&jobs[i], f.arena, &r, &why), OK);
        assert_int_equal(accept_post(f.core, &jobs[i], f.home, ignore), OK);
    }
    turn();
    assert_false(jobs[0].repeated);
    for (int i = 1; i < 3; i++)
        assert_true(jobs[i].repeated && str_eq(jobs[i].answer, jobs[1].answer));
    assert_int_equal(f.arrived_n, 1);
}

static void a_ref_is_answered_again_after_its_time_has_come(void **state)
{
    (void)state;
    struct accept_job first;
    struct accept_job again;
    struct refusal why;
    struct accept_request r = request("33612345601", "x");
    r.ref = STR("later");
    r.due_at_us = START_US + MIN_US;
    assert_int_equal(ask(&first, &r, &why), OK);
    clock_advance(HOUR_US);
    assert_int_equal(ask(&again, &r, &why), OK);
    assert_true(again.repeated);
    r.ref = STR("new");
    assert_int_equal(ask(&again, &r, &why), ERR_BAD_DATE);
    assert_int_equal(balance(0), CREDITS - 600);
}

static void bad_recipients_are_listed_and_doubles_sent_once(void **state)
{
    (void)state;
    struct accept_job *job = send_text("+33612345678,12,0033612345678,33 6 12 34 56 79", "x");
    assert_int_equal(job->messages_n, 2);
    assert_int_equal(job->invalid_n, 1);
    assert_true(str_eq(job->invalid[0], STR("12")));
    assert_int_equal(job->doubled_n, 1);
}

static void refusals_name_the_field(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    struct accept_request r = request("33612345601", "x");
    r.sender = STR("Nobody");
    assert_int_equal(ask(&job, &r, &why), ERR_BAD_SENDER);
    assert_string_equal(why.field, "sender");
    r = request("12", "x");
    assert_int_equal(ask(&job, &r, &why), ERR_BAD_NUMBER);
    r = request("33612345601", "x");
    r.tag = STR("123456789012345678901");
    assert_int_equal(ask(&job, &r, &why), ERR_TOO_LONG);
    assert_string_equal(why.field, "tag");
    r = request("33612345601", "x");
    r.due_at_us = START_US - 1;
    assert_int_equal(ask(&job, &r, &why), ERR_BAD_DATE);
    r.due_at_us = START_US + 740 * DAY_US;
    assert_int_equal(ask(&job, &r, &why), ERR_BAD_DATE);
    r = request("33612345601", "\xff");
    assert_int_equal(ask(&job, &r, &why), ERR_BAD_UTF8);
    r = request("33612345601", "");
    assert_int_equal(ask(&job, &r, &why), ERR_MISSING);
    r = request("33612345601", "ê");
    r.coding = TEXT_FORCE_GSM7;
    assert_int_equal(ask(&job, &r, &why), ERR_NOT_GSM7);
    assert_true(str_eq(why.detail, STR("\"ê\" is not in the 7-bit alphabet")));
    char *long_text = base_alloc(9 * 153 + 1);
    memset(long_text, 'a', 8 * 153 + 1);
    r = request("33612345601", long_text);
    assert_int_equal(ask(&job, &r, &why), ERR_TOO_LONG);
    assert_string_equal(why.field, "text");
    free(long_text);
    assert_int_equal(balance(0), CREDITS - 500);
}

static void marketing_carries_the_stop_clause_and_pays_for_it(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    const char *text = letters(150);
    struct accept_request r = request("33612345601", text);
    r.no_stop = false;
    assert_int_equal(ask(&job, &r, &why), OK);
    struct message m = message(job.messages[0].id);
    assert_int_equal(m.parts, 2); /* 150 + 11 > 160 */
    assert_true(m.marketing);
    assert_true(str_eq(str_sub(m.text, 150, m.text.n), STR("\nSTOP 36184")));
}

static void line_breaks_become_one_line_feed(void **state)
{
    (void)state;
    struct accept_job *job = send_text("33612345601", "a\rb\r\nc\nd");
    assert_true(str_eq(message(job->messages[0].id).text, STR("a\nb\nc\nd")));
}

/* ---- what becomes of it ---- */

static void a_receipt_ends_it(void **state)
{
    (void)state;
    struct accept_job *job = send_text("+33612345678", "x");
    sent(f.arrived[0], 1, "abc");
    struct message m = message(job->messages[0].id);
    assert_int_equal(m.state, MESSAGE_SENT);
    assert_true(str_eq(m.carrier_ref, STR("abc")));
    assert_int_equal(receipt("abc", MESSAGE_SENT, "ENROUTE 000"), OK);
    assert_int_equal(message(m.id).state, MESSAGE_SENT);
    clock_advance(SEC_US);
    assert_int_equal(receipt("abc", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    m = message(m.id);
    assert_int_equal(m.state, MESSAGE_DELIVERED);
    assert_true(m.done_at_us == START_US + SEC_US);
    assert_true(str_eq(m.receipt, STR("DELIVRD 000")));
    assert_int_equal(receipt("abc", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    assert_int_equal(message(m.id).state, MESSAGE_DELIVERED);
}

static void T15_a_receipt_before_its_response_is_joined(void **state)
{
    (void)state;
    struct accept_job *job = send_text("+33612345678", "x");
    assert_int_equal(receipt("early", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(job->messages[0].id).state, MESSAGE_SENDING);
    sent(f.arrived[0], 1, "early");
    assert_int_equal(message(job->messages[0].id).state, MESSAGE_DELIVERED);
}

static void T15_a_receipt_is_found_after_a_restart(void **state)
{
    (void)state;
    struct accept_job *job = send_text("+33612345678", "x");
    int64_t id = job->messages[0].id;
    const char *long_text = letters(170);
    int64_t long_id = send_text("+33612345679", long_text)->messages[0].id;
    sent(f.arrived[0], 1, "kept");
    sent(f.arrived[1], 1, "p1");
    sent(f.arrived[1], 2, "p2");
    close_core();
    clock_advance(20 * SEC_US);
    open_core();
    hold_directory();
    tick(); /* the clock indexes what memory forgot */
    assert_int_equal(receipt("kept", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    assert_int_equal(message(id).state, MESSAGE_UNDELIVERED);
    assert_int_equal(receipt("p2", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(long_id).state, MESSAGE_SENT);
    assert_int_equal(receipt("p1", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(long_id).state, MESSAGE_DELIVERED);
}

static void T15_a_receipt_right_after_a_restart_finds_what_is_not_indexed(void **state)
{
    (void)state;
    const char *long_text = letters(170);
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    int64_t long_id = send_text("+33612345679", long_text)->messages[0].id;
    sent(f.arrived[0], 1, "new");
    sent(f.arrived[1], 2, "p2");
    sent(f.arrived[1], 1, "p1");
    close_core();
    open_core();
    hold_directory();
    assert_int_equal(receipt("new", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
    assert_int_equal(receipt("p1", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(receipt("p2", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(long_id).state, MESSAGE_DELIVERED);
}

static enum err keep_as_early(struct core *c, struct store_tx *tx, struct change *change)
{
    static struct db_query keep =
        DB_QUERY("INSERT INTO early_receipt (id, carrier_id, carrier_ref, state, receipt, "
                 "received_at) VALUES ($1, 5, $2, 6, 'DELIVRD 000', $3)");
    (void)c;
    (void)change;
    return db_run(tx->view.db, &keep,
                  DB_ARGS(DB_INT(store_id_next()), DB_TEXT(STR("ref")), DB_INT(tx->now_us)), NULL);
}

/* The map is bounded: at a high rate it may have forgotten what is not yet indexed. */
static void T15_a_receipt_that_memory_cannot_place_is_joined_by_the_index(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    sent(f.arrived[0], 1, "ref");
    struct change change = {.apply = keep_as_early};
    core_change(f.core, &change, f.home, ignore);
    turn();
    assert_int_equal(change.job.err, OK);
    close_core();
    open_core(); /* counts the early receipts */
    hold_directory();
    tick();
    assert_int_equal(message(id).state, MESSAGE_SENT);
    clock_advance(20 * SEC_US);
    tick();
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
}

/* Several receipts of one batch. */
static void receipts(struct receipt_job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        writer_post(core_writer(f.core), &jobs[i].job);
    turn();
    for (size_t i = 0; i < n; i++)
        assert_int_equal(jobs[i].job.err, OK);
}

static void T15_of_what_one_batch_tells_twice_the_first_counts(void **state)
{
    (void)state;
    const char *long_text = letters(170);
    int64_t first = send_text("+33612345678", "x")->messages[0].id;
    int64_t second = send_text("+33612345679", "x")->messages[0].id;
    int64_t long_id = send_text("+33612345670", long_text)->messages[0].id;
    sent(f.arrived[0], 1, "a");
    sent(f.arrived[1], 1, "b");
    sent(f.arrived[2], 1, "c1");
    sent(f.arrived[2], 2, "c2");
    struct receipt_job jobs[] = {
        receipt_of("b", MESSAGE_SENT, "ENROUTE 000"),
        receipt_of("c2", MESSAGE_DELIVERED, "DELIVRD 2"),
        receipt_of("a", MESSAGE_DELIVERED, "DELIVRD 000"),
        receipt_of("c1", MESSAGE_DELIVERED, "DELIVRD 1"),
        receipt_of("a", MESSAGE_UNDELIVERED, "UNDELIV 001"),
        receipt_of("a", MESSAGE_SENT, "ENROUTE 000"),
        receipt_of("c1", MESSAGE_UNDELIVERED, "UNDELIV 1"),
        receipt_of("unknown", MESSAGE_DELIVERED, "DELIVRD 000"),
    };
    receipts(jobs, sizeof(jobs) / sizeof(jobs[0]));
    assert_int_equal(message(first).state, MESSAGE_DELIVERED);
    assert_true(str_eq(message(first).receipt, STR("DELIVRD 000")));
    assert_int_equal(message(second).state, MESSAGE_SENT);
    assert_true(str_eq(message(second).receipt, STR("ENROUTE 000")));
    assert_int_equal(message(long_id).state, MESSAGE_DELIVERED);
    assert_true(str_eq(message(long_id).receipt, STR("DELIVRD 2")));
}

static void T15_an_early_receipt_from_before_its_message_is_another_s(void **state)
{
    (void)state;
    assert_int_equal(receipt("again", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    clock_advance(MIN_US);
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    sent(f.arrived[0], 1, "again");
    assert_int_equal(message(id).state, MESSAGE_SENT);
    assert_int_equal(receipt("again", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
}

static void T15_of_a_carrier_of_several_nodes_the_database_knows_all(void **state)
{
    (void)state;
    f.slot->shared = true;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    int64_t early = send_text("+33612345679", "x")->messages[0].id;
    assert_int_equal(receipt("early", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    sent(f.arrived[0], 1, "told");
    sent(f.arrived[1], 1, "early");
    assert_int_equal(message(early).state, MESSAGE_DELIVERED);
    assert_int_equal(one("SELECT COUNT(*) FROM reference_index"), 1);
    assert_int_equal(receipt("told", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
    assert_int_equal(one("SELECT COUNT(*) FROM reference_index"), 0);
}

static void T14_parts_roll_up_to_one_state(void **state)
{
    (void)state;
    const char *text = letters(330);
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    const struct outgoing *o = f.arrived[0];
    assert_int_equal(o->parts, 3);
    sent(o, 3, "c");
    sent(o, 1, "a");
    assert_int_equal(message(id).state, MESSAGE_SENDING);
    assert_int_equal(receipt("c", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(receipt("b", MESSAGE_DELIVERED, "DELIVRD 000"), OK); /* early */
    sent(o, 2, "b");
    assert_int_equal(message(id).state, MESSAGE_SENT);
    assert_int_equal(receipt("a", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);

    id = send_text("+33612345679", text)->messages[0].id;
    o = f.arrived[1];
    sent(o, 1, "d");
    sent(o, 2, "e");
    sent(o, 3, "f");
    assert_int_equal(receipt("e", MESSAGE_UNDELIVERED, "UNDELIV 009"), OK);
    assert_int_equal(message(id).state, MESSAGE_UNDELIVERED);
}

static void a_refusal_by_the_carrier_costs_nothing(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_REJECTED, 1, "");
    job.status = 0x0B;
    report(&job);
    struct message m = message(id);
    assert_int_equal(m.state, MESSAGE_REJECTED);
    assert_int_equal(m.credits, 0);
    assert_true(str_eq(m.receipt, STR("ESME_RINVDSTADR (0x0000000b)")));
    assert_int_equal(balance(0), CREDITS - 500);
}

static void what_the_carrier_took_in_part_is_paid(void **state)
{
    (void)state;
    const char *text = letters(170);
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    sent(f.arrived[0], 1, "a");
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_REJECTED, 2, "");
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_REJECTED);
    assert_int_equal(message(id).credits, 200);
}

static void what_the_carrier_took_in_part_is_paid_though_the_rest_expired(void **state)
{
    (void)state;
    const char *text = letters(170);
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    sent(f.arrived[0], 1, "a");
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_IN_DOUBT, 2, "");
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    clock_advance((ACCEPT_VALIDITY_MIN + 1) * MIN_US);
    assert_int_equal(take(10), 1);
    assert_int_equal(message(id).state, MESSAGE_EXPIRED);
    assert_int_equal(message(id).credits, 200);
}

static void what_may_have_been_taken_in_part_is_paid(void **state)
{
    (void)state;
    const char *text = letters(170);
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_REJECTED, 2, "");
    job.doubt = true;
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_REJECTED);
    assert_int_equal(message(id).credits, 200);
}

static void a_retry_comes_back_at_its_time(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_RETRY, 1, "");
    job.status = 8;
    job.retry_at_us = START_US + MIN_US;
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    assert_int_equal(take(10), 0);
    clock_advance(MIN_US);
    assert_int_equal(take(10), 1);
    assert_int_equal(f.arrived[1]->attempts, 1);
}

static void doubt_is_shown_and_sent_again_or_left_to_a_person(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_IN_DOUBT, 1, "");
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    struct message_event *events;
    size_t n;
    struct store_view v = view();
    assert_int_equal(store_event_list(&events, &n, &v, id), OK);
    assert_int_equal(n, 1);
    assert_true(str_eq(events[0].kind, STR("in_doubt")));
    assert_int_equal(take(10), 1);
    job = outcome(f.arrived[1], OUTCOME_IN_DOUBT, 1, "");
    job.policy = DOUBT_ASK;
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_IN_DOUBT);
}

/* ---- what waits ---- */

static void what_was_taken_from_the_queue_leaves_it_when_it_is_sent(void **state)
{
    (void)state;
    f.slot->ready = false;
    const char *long_text = letters(170);
    send_text("+33612345678", "x");
    send_text("+33612345679", long_text);
    send_text("+33612345670", "x");
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE state = 2"), 3);
    assert_int_equal(take(10), 3);
    assert_true(f.arrived[0]->queued && f.arrived[1]->queued);
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE state = 3"), 3);
    sent(f.arrived[0], 1, "a");
    sent(f.arrived[1], 1, "b1");
    sent(f.arrived[1], 2, "b2");
    struct outcome_job refused = outcome(f.arrived[2], OUTCOME_REJECTED, 1, "");
    report(&refused);
    assert_int_equal(one("SELECT COUNT(*) FROM queue"), 0);
}

static void what_is_sent_late_is_claimed_by_the_clock_and_leaves_no_trace(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    int64_t other = send_text("+33612345679", "x")->messages[0].id;
    assert_false(f.arrived[0]->queued);
    assert_int_equal(one("SELECT COUNT(*) FROM queue"), 0);
    clock_advance(20 * SEC_US);
    tick();
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE state = 3"), 2);
    sent(f.arrived[0], 1, "late");
    struct outcome_job doubt = outcome(f.arrived[1], OUTCOME_IN_DOUBT, 1, "");
    doubt.policy = DOUBT_ASK;
    report(&doubt);
    assert_int_equal(message(other).state, MESSAGE_IN_DOUBT);
    assert_int_equal(one("SELECT COUNT(*) FROM queue"), 0);
    assert_int_equal(one("SELECT COUNT(*) FROM reference_index"), 1);
    assert_int_equal(receipt("late", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
    assert_int_equal(one("SELECT COUNT(*) FROM reference_index"), 0);
}

static void a_restart_finds_what_was_in_flight_before_and_behind_the_index(void **state)
{
    (void)state;
    int64_t indexed = send_text("+33612345678", "x")->messages[0].id;
    clock_advance(20 * SEC_US);
    tick();
    int64_t young = send_text("+33612345679", "x")->messages[0].id;
    f.slot->ready = false;
    int64_t taken = send_text("+33612345670", "x")->messages[0].id;
    assert_int_equal(take(10), 1);
    close_core();
    open_core();
    hold_directory();
    assert_int_equal(message(indexed).state, MESSAGE_QUEUED);
    assert_int_equal(message(young).state, MESSAGE_QUEUED);
    assert_int_equal(message(taken).state, MESSAGE_QUEUED);
    assert_int_equal(take(10), 3);
}

static void a_lost_link_gives_many_back_in_one_batch(void **state)
{
    (void)state;
    struct outcome_job jobs[4];
    int64_t ids[4];
    const enum outcome_kind kinds[] = {OUTCOME_IN_DOUBT, OUTCOME_RELEASED, OUTCOME_SENT,
                                       OUTCOME_RETRY};
    for (size_t i = 0; i < 4; i++) {
        char to[16];
        snprintf(to, sizeof(to), "3361234567%zu", i);
        ids[i] = send_text(to, "x")->messages[0].id;
    }
    for (size_t i = 0; i < 4; i++) {
        jobs[i] = outcome(f.arrived[i], kinds[i], 1, kinds[i] == OUTCOME_SENT ? "ref" : "");
        writer_post(core_writer(f.core), &jobs[i].job);
    }
    turn();
    assert_int_equal(message(ids[0]).state, MESSAGE_QUEUED);
    assert_int_equal(message(ids[0]).attempts, 1);
    assert_int_equal(message(ids[1]).state, MESSAGE_QUEUED);
    assert_int_equal(message(ids[1]).attempts, 0);
    assert_int_equal(message(ids[2]).state, MESSAGE_SENT);
    assert_int_equal(message(ids[3]).state, MESSAGE_QUEUED);
    assert_true(f.slot->backlog);
    assert_int_equal(take(10), 3);
}

struct cancellation {
    struct change change;
    int64_t id;
};

static enum err cancel(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    return admin_message_cancel(tx, ((struct cancellation *)change)->id, &change->why);
}

static enum err cancelled(int64_t id)
{
    struct cancellation job = {.change = {.apply = cancel}, .id = id};
    core_change(f.core, &job.change, f.home, ignore);
    turn();
    return job.change.job.err;
}

static void a_message_of_which_a_part_has_left_is_not_cancelled(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    sent(f.arrived[0], 1, "r1");
    struct outcome_job released = outcome(f.arrived[0], OUTCOME_RELEASED, 1, "");
    report(&released);
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    assert_int_equal(message(id).attempts, 0);
    assert_int_equal(cancelled(id), ERR_CONFLICT);
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
}

static enum err take_row_away(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    return store_queue_seize(tx, ((struct cancellation *)change)->id);
}

static enum err put_row_back(struct core *c, struct store_tx *tx, struct change *change)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO queue (message_id, carrier_id, due_at, state) "
                 "SELECT id, carrier_id, due_at, state FROM message WHERE state = 2");
    (void)c;
    (void)change;
    return db_run(tx->view.db, &put, DB_NO_ARGS, NULL);
}

static void a_message_is_cancelled_only_while_it_waits_here(void **state)
{
    (void)state;
    f.slot->ready = false;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    assert_int_equal(cancelled(id), OK);
    assert_int_equal(message(id).state, MESSAGE_CANCELLED);
    assert_int_equal(balance(0), CREDITS - 500);
    assert_int_equal(cancelled(id), ERR_CONFLICT);

    /* Another node is taking it in this moment. */
    int64_t taken = send_text("+33612345679", "x")->messages[0].id;
    struct cancellation other = {.change = {.apply = take_row_away}, .id = taken};
    core_change(f.core, &other.change, f.home, ignore);
    turn();
    assert_int_equal(cancelled(taken), ERR_CONFLICT);
    assert_int_equal(message(taken).state, MESSAGE_QUEUED);
    assert_int_equal(message(taken).credits, 100);
    struct change back = {.apply = put_row_back};
    core_change(f.core, &back, f.home, ignore);
    turn();
    assert_int_equal(back.job.err, OK);
}

static void a_restart_puts_back_what_was_in_flight(void **state)
{
    (void)state;
    const char *text = letters(170);
    int64_t id = send_text("+33612345678", text)->messages[0].id;
    sent(f.arrived[0], 2, "second");
    close_core();
    open_core();
    hold_directory();
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    assert_int_equal(take(10), 1);
    assert_int_equal(f.arrived[0]->answered[0], 2); /* only part 1 is sent again */
    sent(f.arrived[0], 1, "first");
    assert_int_equal(message(id).state, MESSAGE_SENT);
}

static void ids_go_on_above_what_the_store_holds(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    close_core();
    clock_set_virtual(START_US - DAY_US); /* the wall clock was put back */
    open_core();
    hold_directory();
    assert_true(store_id_next() > id);
}

/* ---- time ---- */

static void a_deferred_message_waits_for_its_time(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    struct accept_request r = request("33612345601", "x");
    r.due_at_us = START_US + HOUR_US;
    assert_int_equal(ask(&job, &r, &why), OK);
    assert_true(job.deferred);
    int64_t id = job.messages[0].id;
    assert_int_equal(message(id).state, MESSAGE_SCHEDULED);
    clock_advance(HOUR_US - 1);
    tick();
    assert_int_equal(message(id).state, MESSAGE_SCHEDULED);
    clock_advance(1);
    tick();
    assert_int_equal(message(id).state, MESSAGE_QUEUED);
    assert_int_equal(take(10), 1);
}

static void what_never_leaves_expires_and_is_refunded(void **state)
{
    (void)state;
    f.slot->ready = false;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    for (int hour = 0; hour < 49; hour++) {
        assert_int_equal(message(id).state,
                         hour * 60 < ACCEPT_VALIDITY_MIN ? MESSAGE_QUEUED : MESSAGE_EXPIRED);
        clock_advance(HOUR_US);
        tick();
        tick();
    }
    assert_int_equal(message(id).state, MESSAGE_EXPIRED);
    assert_int_equal(message(id).credits, 0);
    assert_int_equal(balance(0), CREDITS - 500);
}

static void a_short_validity_is_kept_to_the_tick(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    f.slot->ready = false;
    struct accept_request r = request("33612345601", "x");
    r.validity_us = 10 * MIN_US;
    assert_int_equal(ask(&job, &r, &why), OK);
    clock_advance(10 * MIN_US - 1);
    tick();
    assert_int_equal(message(job.messages[0].id).state, MESSAGE_QUEUED);
    clock_advance(1);
    tick();
    assert_int_equal(message(job.messages[0].id).state, MESSAGE_EXPIRED);
}

static void what_gets_no_receipt_ends_as_unknown(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "x")->messages[0].id;
    sent(f.arrived[0], 1, "silent");
    for (int hour = 0; hour < 74; hour++) {
        clock_advance(HOUR_US);
        tick();
        tick();
    }
    assert_int_equal(message(id).state, MESSAGE_UNKNOWN);
    assert_int_equal(message(id).credits, 100);
}

/* ---- incoming ---- */

static void hear(const char *from, const char *to, struct str bytes, bool udh, uint8_t coding)
{
    struct incoming_job job;
    incoming_job_init(&job, f.home, ignore);
    job.carrier_id = 5;
    job.sender = str_of(from);
    job.sender_ton = 1;
    job.number = str_of(to);
    job.bytes = bytes;
    job.has_udh = udh;
    job.coding = coding;
    job.sar_total = 0;
    job.sar_part = 0;
    job.sar_reference = 0;
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
}

static struct incoming *heard(size_t *n)
{
    struct list_page page;
    struct store_view v = view();
    struct incoming_search newest = {
        .search = {.descending = true, .limit = 10, .budget.rows = 1000}};
    assert_int_equal(store_incoming_search(&page, &v, &newest), OK);
    *n = page.n;
    return page.rows;
}

static void a_reply_finds_the_message_it_answers(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "10 h ?")->messages[0].id;
    sent(f.arrived[0], 1, "r");
    hear("33612345678", "Shop", STR("OK pour 10 h"), false, 0);
    size_t n;
    struct incoming *list = heard(&n);
    assert_int_equal(n, 1);
    assert_true(list[0].message_id == id);
    assert_int_equal(list[0].account_id, 1);
    assert_true(str_eq(list[0].sender, STR("+33612345678")));
    assert_true(str_eq(list[0].text, STR("OK pour 10 h")));
    hear("33699999999", "Shop", STR("who?"), false, 0);
    list = heard(&n);
    assert_int_equal(list[0].message_id, 0);
    assert_int_equal(list[0].account_id, 0);
}

static void addresses_that_are_no_utf8_are_shown_as_latin1(void **state)
{
    (void)state;
    size_t n;
    hear("Caf\xe9", "Zo\xeb", STR("hello"), false, 0);
    const struct incoming *list = heard(&n);
    assert_int_equal(n, 1);
    assert_true(str_eq(list->sender, STR("Café")));
    assert_true(str_eq(list->number, STR("Zoë")));
}

static void a_carriers_id_is_kept_as_ascii(void **state)
{
    (void)state;
    char ref[CARRIER_REF_SIZE];
    assert_int_equal(carrier_ref_copy(ref, STR("id\xff\x01z")), OK);
    assert_string_equal(ref, "id??z");
}

static void a_reply_finds_its_message_after_a_restart(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "10 h ?")->messages[0].id;
    sent(f.arrived[0], 1, "r");
    close_core();
    clock_advance(MIN_US);
    open_core();
    hold_directory();
    tick();
    hear("+33612345678", "Shop", STR("OK"), false, 0);
    size_t n;
    assert_true(heard(&n)[0].message_id == id);
}

static void T16_parts_join_in_any_order_and_doubles_do_not_count(void **state)
{
    (void)state;
    size_t n;
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x00\x03\x03"
             "c"),
         true, 0);
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x00\x03\x01"
             "a"),
         true, 0);
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x00\x03\x01"
             "a"),
         true, 0);
    heard(&n);
    assert_int_equal(n, 0);
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x00\x03\x02"
             "b"),
         true, 0);
    struct incoming *list = heard(&n);
    assert_int_equal(n, 1);
    assert_true(str_eq(list[0].text, STR("abc")));
    assert_int_equal(list[0].parts, 3);
    /* A surrogate pair may straddle two parts. */
    hear("33612345678", "36184", STR("\x06\x08\x04\x01\x02\x02\x01\xd8\x3d"), true, 8);
    hear("33612345678", "36184", STR("\x06\x08\x04\x01\x02\x02\x02\xde\x00"), true, 8);
    list = heard(&n);
    assert_int_equal(n, 2);
    assert_true(str_eq(list[0].text, STR("😀")));
}

static void a_missing_part_is_given_up_and_the_gap_is_shown(void **state)
{
    (void)state;
    size_t n;
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x07\x04\x01"
             "a"),
         true, 0);
    hear("33612345678", "36184",
         STR("\x05\x00\x03\x07\x04\x04"
             "d"),
         true, 0);
    tick();
    heard(&n);
    assert_int_equal(n, 0);
    clock_advance(11 * MIN_US);
    tick();
    struct incoming *list = heard(&n);
    assert_int_equal(n, 1);
    assert_true(str_eq(list[0].text, STR("a[…]d")));
    assert_int_equal(list[0].parts, 4);
    assert_int_equal(list[0].missing, 2);
}

/* ---- layouts: a message is sent by the carrier's settings of now ---- */

static const char *new_settings;

static enum err change_settings(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct carrier_row carrier = {
        .id = 5, .name = STR("orange"), .settings = str_of(new_settings), .enabled = true};
    return store_carrier_update(tx, &carrier);
}

/* Settings beside the host. */
static void settings(const char *more)
{
    struct change change = {.apply = change_settings};
    new_settings = arena_printf(f.arena, "{\"host\":\"127.0.0.1\",%s}", more).p;
    core_change(f.core, &change, f.home, ignore);
    turn();
    assert_int_equal(change.job.err, OK);
    directory_release(f.directory);
    hold_directory();
    assert_true(f.directory->carriers[0].row.enabled);
}

static void what_waits_takes_on_the_settings_of_now_and_keeps_its_price(void **state)
{
    (void)state;
    f.slot->ready = false;
    int64_t id = send_text("+33612345678", letters(306))->messages[0].id;
    assert_true(message(id).reference <= UINT8_MAX);
    settings("\"long_messages\":\"udh16\"");
    assert_int_equal(take(10), 1);
    struct message m = message(id);
    assert_int_equal(m.parts, 3); /* 152 each */
    assert_int_equal(m.layout.mode, TEXT_UDH16);
    assert_int_equal(m.credits, 200);
    assert_int_equal(f.arrived[0]->parts, 3);
    assert_int_equal(f.arrived[0]->layout.mode, TEXT_UDH16);
    assert_int_equal(f.arrived[0]->reference, m.reference);
    static const char *const ids[] = {"p1", "p2", "p3"};
    for (uint32_t part = 1; part <= 3; part++) {
        sent(f.arrived[0], part, ids[part - 1]);
        assert_int_equal(receipt(ids[part - 1], MESSAGE_DELIVERED, ""), OK);
    }
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
}

static void a_layout_stays_once_a_part_has_left_also_after_a_restart(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", letters(306))->messages[0].id;
    sent(f.arrived[0], 1, "a");
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_RETRY, 2, "");
    report(&job);
    struct message before = message(id);
    settings("\"long_messages\":\"payload\",\"default_alphabet\":\"utf8\"");
    close_core();
    open_core();
    hold_directory();
    assert_int_equal(take(10), 1);
    const struct outgoing *o = f.arrived[0];
    assert_int_equal(o->parts, 2);
    assert_int_equal(o->answered[0], 1);
    assert_int_equal(o->reference, before.reference);
    assert_int_equal(o->layout.mode, TEXT_UDH8);
    assert_int_equal(o->layout.wire, TEXT_WIRE_GSM);
    sent(o, 2, "b");
    assert_int_equal(message(id).state, MESSAGE_SENT);
}

static void a_payload_is_paid_as_its_parts_and_answered_once(void **state)
{
    (void)state;
    settings("\"long_messages\":\"payload\"");
    int64_t id = send_text("+33612345678", letters(400))->messages[0].id;
    assert_int_equal(message(id).parts, 3);
    assert_int_equal(message(id).credits, 300);
    assert_int_equal(f.arrived[0]->parts, 1);
    sent(f.arrived[0], 1, "whole");
    assert_int_equal(message(id).state, MESSAGE_SENT);
    assert_true(str_eq(message(id).carrier_ref, STR("whole")));
    assert_int_equal(one("SELECT COUNT(*) FROM part"), 0);
    assert_int_equal(receipt("whole", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    assert_int_equal(message(id).state, MESSAGE_DELIVERED);
}

static void a_payload_s_receipt_finds_it_after_a_restart(void **state)
{
    (void)state;
    settings("\"long_messages\":\"payload\"");
    int64_t id = send_text("+33612345678", letters(400))->messages[0].id;
    sent(f.arrived[0], 1, "whole");
    clock_advance(20 * SEC_US);
    tick();
    assert_int_equal(one("SELECT COUNT(*) FROM reference_index"), 1);
    close_core();
    open_core();
    assert_int_equal(receipt("whole", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    assert_int_equal(message(id).state, MESSAGE_UNDELIVERED);
}

static void a_payload_that_is_refused_is_refunded_whole(void **state)
{
    (void)state;
    settings("\"long_messages\":\"payload\"");
    int64_t before = balance(0);
    int64_t id = send_text("+33612345678", letters(400))->messages[0].id;
    struct outcome_job job = outcome(f.arrived[0], OUTCOME_REJECTED, 1, "");
    report(&job);
    assert_int_equal(message(id).state, MESSAGE_REJECTED);
    assert_int_equal(balance(0), before);
}

static void what_the_settings_of_now_cannot_carry_is_rejected_and_refunded(void **state)
{
    (void)state;
    int64_t before = balance(0);
    f.slot->ready = false;
    int64_t id = send_text("+33612345678", "✓")->messages[0].id;
    int64_t other = send_text("+33612345679", "x")->messages[0].id;
    settings("\"encodings\":\"0\"");
    assert_int_equal(take(10), 2);
    assert_int_equal(f.arrived_n, 1);
    assert_int_equal(message(id).state, MESSAGE_REJECTED);
    assert_true(message(id).receipt.n > 0);
    assert_int_equal(message(other).state, MESSAGE_SENDING);
    assert_int_equal(balance(0), before - 100);
}

static void the_stored_text_is_the_one_that_is_sent(void **state)
{
    (void)state;
    settings("\"transliterate\":true");
    int64_t id = send_text("+33612345678", "“fête”")->messages[0].id;
    assert_true(str_eq(message(id).text, STR("\"fete\"")));
    assert_int_equal(message(id).encoding, TEXT_GSM7);
    assert_true(str_eq(f.arrived[0]->text, STR("\"fete\"")));
    id = send_text("+33612345679", "“fête” ✓")->messages[0].id;
    assert_true(str_eq(message(id).text, STR("“fête” ✓"))); /* UCS-2 has it as it is */
}

static void what_waits_is_transliterated_too(void **state)
{
    (void)state;
    f.slot->ready = false;
    int64_t id = send_text("+33612345670", "ê")->messages[0].id;
    assert_int_equal(message(id).encoding, TEXT_UCS2);
    settings("\"transliterate\":true");
    assert_int_equal(take(10), 1);
    assert_true(str_eq(message(id).text, STR("e")));
    assert_int_equal(message(id).encoding, TEXT_GSM7);
    assert_true(str_eq(f.arrived[0]->text, STR("e")));
}

static void a_forced_alphabet_outlives_a_change_of_settings(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    f.slot->ready = false;
    struct accept_request r = request("+33612345678", "plain");
    r.coding = TEXT_FORCE_UCS2;
    assert_int_equal(ask(&job, &r, &why), OK);
    settings("\"encodings\":\"1,0,8\"");
    assert_int_equal(take(10), 1);
    assert_int_equal(message(job.messages[0].id).encoding, TEXT_UCS2);
    assert_int_equal(f.arrived[0]->encoding, TEXT_UCS2);
}

static void a_text_that_the_carrier_cannot_take_is_refused_by_its_character(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    settings("\"encodings\":\"0,3\"");
    struct accept_request r = request("+33612345678", "ça va ✓");
    assert_int_equal(ask(&job, &r, &why), ERR_NO_ENCODING);
    assert_string_equal(why.field, "text");
    assert_non_null(memmem(why.detail.p, why.detail.n, "✓", 3));
    r = request("+33612345678", "ok");
    r.coding = TEXT_FORCE_UCS2;
    assert_int_equal(ask(&job, &r, &why), ERR_NO_ENCODING);
    assert_string_equal(why.field, "coding");
    send_text("+33612345678", "ça va");
    assert_int_equal(f.arrived[0]->encoding, TEXT_LATIN1);
}

static void a_byte_order_mark_before_a_text_is_no_text(void **state)
{
    (void)state;
    int64_t id = send_text("+33612345678", "\xEF\xBB\xBFhello")->messages[0].id;
    assert_true(str_eq(message(id).text, STR("hello")));
    assert_int_equal(message(id).encoding, TEXT_GSM7);
}

static void account_and_tag_go_with_the_message(void **state)
{
    (void)state;
    struct accept_job job;
    struct refusal why;
    struct accept_request r = request("+33612345678", "x");
    r.tag = STR("spring");
    assert_int_equal(ask(&job, &r, &why), OK);
    assert_int_equal(f.arrived[0]->account_id, 1);
    assert_true(str_eq(f.arrived[0]->tag, STR("spring")));
}

static void references_count_up_for_each_sender_and_recipient(void **state)
{
    (void)state;
    settings("\"long_messages\":\"sar\"");
    uint16_t first = message(send_text("+33612345678", letters(161))->messages[0].id).reference;
    for (unsigned i = 1; i < 8; i++) {
        uint16_t next = message(send_text("+33612345678", letters(161))->messages[0].id).reference;
        assert_int_equal(next, (uint16_t)(first + i));
    }
}

int main(void)
{
#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SCENARIO(a_message_is_stored_paid_and_handed_over_in_one_commit),
        SCENARIO(without_room_it_waits_in_the_store),
        SCENARIO(prices_follow_the_longest_prefix_and_parts),
        SCENARIO(too_little_credit_refuses_the_whole_and_takes_nothing),
        SCENARIO(requests_of_one_batch_share_the_purse),
        SCENARIO(the_same_ref_gives_the_first_answer_and_sends_nothing),
        SCENARIO(the_same_ref_twice_in_a_batch_sends_once),
        SCENARIO(a_ref_is_answered_again_after_its_time_has_come),
        SCENARIO(bad_recipients_are_listed_and_doubles_sent_once),
        SCENARIO(refusals_name_the_field),
        SCENARIO(marketing_carries_the_stop_clause_and_pays_for_it),
        SCENARIO(line_breaks_become_one_line_feed),
        SCENARIO(a_receipt_ends_it),
        SCENARIO(T15_a_receipt_before_its_response_is_joined),
        SCENARIO(T15_a_receipt_is_found_after_a_restart),
        SCENARIO(T15_a_receipt_right_after_a_restart_finds_what_is_not_indexed),
        SCENARIO(T15_a_receipt_that_memory_cannot_place_is_joined_by_the_index),
        SCENARIO(T15_of_what_one_batch_tells_twice_the_first_counts),
        SCENARIO(T15_an_early_receipt_from_before_its_message_is_another_s),
        SCENARIO(T15_of_a_carrier_of_several_nodes_the_database_knows_all),
        SCENARIO(T14_parts_roll_up_to_one_state),
        SCENARIO(a_refusal_by_the_carrier_costs_nothing),
        SCENARIO(what_the_carrier_took_in_part_is_paid),
        SCENARIO(what_the_carrier_took_in_part_is_paid_though_the_rest_expired),
        SCENARIO(what_may_have_been_taken_in_part_is_paid),
        SCENARIO(a_retry_comes_back_at_its_time),
        SCENARIO(doubt_is_shown_and_sent_again_or_left_to_a_person),
        SCENARIO(what_was_taken_from_the_queue_leaves_it_when_it_is_sent),
        SCENARIO(what_is_sent_late_is_claimed_by_the_clock_and_leaves_no_trace),
        SCENARIO(a_restart_finds_what_was_in_flight_before_and_behind_the_index),
        SCENARIO(a_lost_link_gives_many_back_in_one_batch),
        SCENARIO(a_message_is_cancelled_only_while_it_waits_here),
        SCENARIO(a_message_of_which_a_part_has_left_is_not_cancelled),
        SCENARIO(a_restart_puts_back_what_was_in_flight),
        SCENARIO(ids_go_on_above_what_the_store_holds),
        SCENARIO(a_deferred_message_waits_for_its_time),
        SCENARIO(what_never_leaves_expires_and_is_refunded),
        SCENARIO(a_short_validity_is_kept_to_the_tick),
        SCENARIO(what_gets_no_receipt_ends_as_unknown),
        SCENARIO(a_reply_finds_the_message_it_answers),
        SCENARIO(a_reply_finds_its_message_after_a_restart),
        SCENARIO(addresses_that_are_no_utf8_are_shown_as_latin1),
        SCENARIO(a_carriers_id_is_kept_as_ascii),
        SCENARIO(T16_parts_join_in_any_order_and_doubles_do_not_count),
        SCENARIO(a_missing_part_is_given_up_and_the_gap_is_shown),
        SCENARIO(what_waits_takes_on_the_settings_of_now_and_keeps_its_price),
        SCENARIO(a_layout_stays_once_a_part_has_left_also_after_a_restart),
        SCENARIO(a_payload_is_paid_as_its_parts_and_answered_once),
        SCENARIO(a_payload_s_receipt_finds_it_after_a_restart),
        SCENARIO(a_payload_that_is_refused_is_refunded_whole),
        SCENARIO(what_the_settings_of_now_cannot_carry_is_rejected_and_refunded),
        SCENARIO(the_stored_text_is_the_one_that_is_sent),
        SCENARIO(what_waits_is_transliterated_too),
        SCENARIO(a_forced_alphabet_outlives_a_change_of_settings),
        SCENARIO(a_text_that_the_carrier_cannot_take_is_refused_by_its_character),
        SCENARIO(a_byte_order_mark_before_a_text_is_no_text),
        SCENARIO(account_and_tag_go_with_the_message),
        SCENARIO(references_count_up_for_each_sender_and_recipient),
    };
    if (secret_init())
        return 1;
    phone_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
