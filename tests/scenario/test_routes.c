/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other routes, against the real store in virtual time: refused, away, throttled, without a
 * receipt, draining, outside the hours. After each test the ledger balances and the queue agrees.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "core/accept.h"
#include "core/core_base.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/queue.h"
#include "store/reroute.h"
#include "testing.h"
#include "text/date.h"
#include "text/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */
enum { SHOP = 1, ORANGE = 11, SFR = 12, FREE = 13, CREDITS = 1000000, BACKLOG = 1000 };

static struct {
    char dir[64];
    char url[128];
    struct core *core;
    struct mailbox *home;
    struct mailbox *wire;
    struct outgoing *arrived; /* the newest first, by `next` */
    struct arena *arena;
    struct db *reader;
    const struct directory *directory;
} f;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void arrive(struct outgoing *o)
{
    o->next = f.arrived;
    f.arrived = o;
}

static void look(struct outbox_slot *slot)
{
    (void)slot;
}

static void turn(void)
{
    writer_run_once(core_writer(f.core));
    mailbox_deliver(f.wire, SIZE_MAX);
    mailbox_deliver(f.home, SIZE_MAX);
}

static struct outbox_slot *slot(int64_t carrier)
{
    return outbox_slot(core_outbox(f.core), carrier);
}

static struct store_view view(void)
{
    return (struct store_view){.db = f.reader, .arena = f.arena};
}

/* ---- the installation ---- */

/* Orange first, then SFR; Free takes what begins with 337 too, last of all. */
static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    static const char *const names[] = {"orange", "sfr", "free"};
    static const char *const settings =
        "{\"host\":\"127.0.0.1\",\"failover_down_s\":60,\"failover_throttled_s\":30}";
    struct account shop = {.id = SHOP,
                           .name = STR("shop"),
                           .timezone = STR("Europe/Paris"),
                           .max_parts = 8,
                           .enabled = true};
    struct api_user user = {
        .id = 2, .account_id = SHOP, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct sender sender = {
        .id = 4, .account_id = SHOP, .name = STR("Shop"), .state = SENDER_ENABLED};
    (void)c;
    (void)change;
    assert_int_equal(store_account_insert(tx, &shop), OK);
    assert_int_equal(store_user_insert(tx, &user), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    for (int i = 0; i < 3; i++) {
        struct carrier_row carrier = {.id = ORANGE + i,
                                      .name = str_of(names[i]),
                                      .settings = str_of(settings),
                                      .enabled = true};
        struct route route = {.id = 21 + i,
                              .prefix = i == 2 ? STR("337") : STR("33"),
                              .carrier_id = ORANGE + i,
                              .turn = (uint32_t)i};
        assert_int_equal(store_carrier_insert(tx, &carrier), OK);
        assert_int_equal(store_route_insert(tx, &route), OK);
    }
    struct route alone = {.id = 24, .prefix = STR("44"), .carrier_id = ORANGE};
    assert_int_equal(store_route_insert(tx, &alone), OK);
    struct purse purse = {.account_id = SHOP};
    return store_purse_move(tx, purse, LEDGER_CREDIT, CREDITS, 0, STR(""));
}

static void read_directory(void)
{
    struct store_view v = view();
    directory_release(f.directory);
    assert_int_equal(core_directory_reload(f.core, &v), OK);
    f.directory = core_directory(f.core);
}

static void open_core(void)
{
    struct core_config config = {.database_url = f.url};
    assert_int_equal(core_open(&f.core, &config), OK);
    f.home = mailbox_new();
    f.wire = mailbox_new();
    outbox_attach(core_outbox(f.core), f.wire, arrive, look);
    assert_int_equal(core_reader(&f.reader, f.core), OK);
}

static void close_core(void)
{
    while (f.arrived) {
        struct outgoing *next = f.arrived->next;
        outgoing_free(f.arrived);
        f.arrived = next;
    }
    directory_release(f.directory);
    f.directory = NULL;
    db_close(f.reader);
    core_close(f.core);
    mailbox_free(f.home);
    mailbox_free(f.wire);
}

static void restart(void)
{
    close_core();
    open_core();
    read_directory();
}

static void change_now(enum err (*apply)(struct core *, struct store_tx *, struct change *),
                       struct change *change)
{
    change->apply = apply;
    core_change(f.core, change, f.home, ignore);
    turn();
    assert_int_equal(change->job.err, OK);
}

static int set_up(void **state)
{
    struct change change = {0};
    (void)state;
    log_set_level(LOG_ERROR);
    memset(&f, 0, sizeof(f));
    clock_set_virtual(START_US);
    snprintf(f.dir, sizeof(f.dir), "/tmp/navette-routes-XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.url, sizeof(f.url), "sqlite:%s/navette.db", f.dir);
    f.arena = arena_new();
    open_core();
    change_now(configure, &change);
    read_directory();
    return 0;
}

static int64_t one(const char *sql)
{
    struct db_query query = DB_QUERY(sql);
    struct db_rows rows = db_rows_open(f.reader, &query, DB_NO_ARGS);
    int64_t value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

static int tear_down(void **state)
{
    struct imbalance *wrong;
    size_t n;
    struct store_view v = view();
    char command[128];
    (void)state;
    assert_int_equal(store_ledger_check(&wrong, &n, &v), OK);
    assert_int_equal(n, 0);
    assert_int_equal(one("SELECT COUNT(*) FROM message AS m LEFT JOIN queue AS q "
                         "ON q.message_id = m.id WHERE m.state IN (1, 2) AND "
                         "(q.state IS DISTINCT FROM m.state OR q.carrier_id <> m.carrier_id)"),
                     0);
    assert_int_equal(one("SELECT COUNT(*) FROM queue AS q JOIN message AS m "
                         "ON m.id = q.message_id WHERE m.state > 3"),
                     0);
    close_core();
    arena_free(f.arena);
    snprintf(command, sizeof(command), "rm -rf '%s'", f.dir);
    clock_set_virtual(0);
    return system(command);
}

/* ---- words of the tests ---- */

struct sql_change {
    struct change change;
    const char *sql;
};

static enum err run_sql(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    return db_script(tx->view.db, str_of(((struct sql_change *)change)->sql));
}

static void sql(const char *text)
{
    struct sql_change change = {.sql = text};
    change_now(run_sql, &change.change);
    read_directory();
}

static int64_t send_text(const char *to, struct str text)
{
    struct accept_job *job = ARENA_NEW(f.arena, struct accept_job);
    struct accept_request *r = ARENA_NEW(f.arena, struct accept_request);
    struct str *recipient = ARENA_NEW(f.arena, struct str);
    struct refusal why;
    *recipient = str_of(to);
    *r = (struct accept_request){.directory = f.directory,
                                 .account = directory_account(f.directory, STR("shop")),
                                 .user = directory_user(f.directory, SHOP, STR("u")),
                                 .sender = STR("Shop"),
                                 .recipients = recipient,
                                 .recipients_n = 1,
                                 .text = text,
                                 .class = -1,
                                 .no_stop = true};
    assert_int_equal(accept_prepare(job, f.arena, r, &why), OK);
    assert_int_equal(accept_post(f.core, job, f.home, ignore), OK);
    turn();
    assert_int_equal(job->job.err, OK);
    return job->messages[0].id;
}

static int64_t send_long(const char *to, size_t letters)
{
    char *text = arena_alloc(f.arena, letters);
    memset(text, 'a', letters);
    return send_text(to, (struct str){text, letters});
}

static int64_t send(const char *to)
{
    return send_long(to, 5);
}

static struct message message(int64_t id)
{
    struct message m;
    struct store_view v = view();
    assert_int_equal(store_message_get(&m, &v, id), OK);
    return m;
}

static void is(int64_t id, enum message_state state, int64_t carrier)
{
    struct message m = message(id);
    assert_string_equal(message_state_name(m.state), message_state_name(state));
    assert_int_equal(m.carrier_id, carrier);
}

/* The latest event of a kind. */
static void tells(int64_t id, const char *kind, const char *detail)
{
    struct message_event *events;
    size_t n;
    struct store_view v = view();
    char found[200] = "";
    assert_int_equal(store_event_list(&events, &n, &v, id), OK);
    for (size_t i = 0; i < n; i++)
        if (str_eq(events[i].kind, str_of(kind)))
            assert_int_equal(str_copy(found, sizeof(found), events[i].detail), OK);
    assert_string_equal(found, detail);
}

static int64_t balance(void)
{
    return one("SELECT balance FROM account WHERE id = 1");
}

static size_t take(int64_t carrier)
{
    struct take_job job;
    take_job_init(&job, f.home, ignore);
    job.slot = slot(carrier);
    job.limit = OUTBOX_TAKE;
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
    return job.found;
}

static void tell(int64_t id, enum outcome_kind kind, uint32_t part, const char *ref)
{
    struct message m = message(id);
    struct outcome_job job = {0};
    outcome_job_init(&job, f.home, ignore);
    job.kind = kind;
    job.slot = slot(m.carrier_id);
    job.message_id = id;
    job.due_at_us = job.retry_at_us = m.due_at_us;
    job.at_us = clock_now_us();
    job.part = part;
    job.parts = m.parts;
    job.status = 0x45;
    job.queued = true;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
}

/* Its carrier takes it and gives it this id. */
static void taken(int64_t id, const char *ref)
{
    assert_true(take(message(id).carrier_id) > 0);
    tell(id, OUTCOME_SENT, 1, ref);
}

static void receipt(int64_t carrier, const char *ref, enum message_state state, const char *text)
{
    struct receipt_job job;
    receipt_job_init(&job, f.home, ignore);
    job.carrier_id = carrier;
    job.state = state;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    assert_int_equal(str_copy(job.receipt, sizeof(job.receipt), str_of(text)), OK);
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
}

static bool tick(void)
{
    struct clock_job job = {.job = {.letter.deliver = ignore, .home = f.home, .kind = JOB_CLOCK}};
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
    return job.more;
}

static void pass(int64_t seconds)
{
    clock_set_virtual(clock_now_us() + seconds * SEC_US);
    while (tick())
        ;
}

struct next_change {
    struct change change;
    int64_t id;
    bool moved;
};

static enum err ask_next(struct core *c, struct store_tx *tx, struct change *change)
{
    struct next_change *n = (struct next_change *)change;
    struct message m;
    enum err e = store_message_get(&m, &tx->view, n->id);
    return e ? e : route_next(c, tx, &m, STR("ESME_RSUBMITFAIL"), &n->moved);
}

/* Its carrier refuses it; true when it goes on. */
static bool refused(int64_t id)
{
    struct next_change n = {.change.no_reload = true, .id = id};
    change_now(ask_next, &n.change);
    return n.moved;
}

/* ---- refused ---- */

static void what_one_refuses_goes_to_the_next_and_never_back(void **state)
{
    (void)state;
    int64_t id = send("33756123456");
    is(id, MESSAGE_QUEUED, SFR + 1); /* Free's prefix is the longest */
    assert_int_equal(take(FREE), 1);
    assert_true(refused(id));
    is(id, MESSAGE_QUEUED, ORANGE);
    tells(id, "rerouted", "free refused it (ESME_RSUBMITFAIL): sent through orange");
    assert_int_equal(take(ORANGE), 1);
    assert_true(refused(id));
    is(id, MESSAGE_QUEUED, SFR);
    restart();
    assert_int_equal(take(SFR), 1);
    assert_false(refused(id));
    is(id, MESSAGE_SENDING, SFR);
    assert_int_equal(balance(), CREDITS - 100);
    tell(id, OUTCOME_REJECTED, 1, "");
    is(id, MESSAGE_REJECTED, SFR);
    assert_int_equal(balance(), CREDITS);
}

static void the_price_stays_and_one_carrier_is_paid(void **state)
{
    (void)state;
    int64_t id = send("33612345678");
    assert_int_equal(take(ORANGE), 1);
    assert_true(refused(id));
    taken(id, "s1");
    receipt(SFR, "s1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, SFR);
    assert_int_equal(balance(), CREDITS - 100);
    assert_int_equal(one("SELECT COUNT(*) FROM message_tried"), 1);
}

static void what_is_taken_in_part_or_waits_is_not_moved(void **state)
{
    (void)state;
    int64_t id = send_long("33612345678", 200);
    assert_false(refused(id)); /* QUEUED */
    assert_int_equal(take(ORANGE), 1);
    tell(id, OUTCOME_SENT, 1, "o1");
    assert_false(refused(id));
    is(id, MESSAGE_SENDING, ORANGE);
    tell(id, OUTCOME_REJECTED, 2, "");
    is(id, MESSAGE_REJECTED, ORANGE);
    assert_int_equal(balance(), CREDITS - 200);
}

static void a_long_message_begins_afresh(void **state)
{
    (void)state;
    int64_t id = send_long("33612345678", 200);
    assert_int_equal(take(ORANGE), 1);
    assert_true(refused(id));
    assert_int_equal(take(SFR), 1);
    tell(id, OUTCOME_SENT, 1, "s1");
    tell(id, OUTCOME_SENT, 2, "s2");
    is(id, MESSAGE_SENT, SFR);
    receipt(SFR, "s1", MESSAGE_DELIVERED, "DELIVRD 000");
    receipt(SFR, "s2", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, SFR);
}

/* ---- away ---- */

static void lose(int64_t carrier)
{
    outbox_note_lost(slot(carrier), clock_mono_us());
}

static void a_carrier_that_is_down_gives_up_what_waits_until_it_is_back(void **state)
{
    (void)state;
    int64_t waits = send("33612345678");
    int64_t alone = send("447911123456");
    lose(ORANGE);
    pass(59);
    is(waits, MESSAGE_QUEUED, ORANGE);
    is(send("33612345679"), MESSAGE_QUEUED, ORANGE);
    pass(1);
    is(waits, MESSAGE_QUEUED, SFR);
    tells(waits, "rerouted", "orange cannot be reached: sent through sfr");
    is(alone, MESSAGE_QUEUED, ORANGE); /* no other route: it keeps waiting */
    is(send("33612345680"), MESSAGE_QUEUED, SFR);
    is(send("447911123457"), MESSAGE_QUEUED, ORANGE);
    assert_int_equal(one("SELECT COUNT(*) FROM message_tried"), 0);
    outbox_note_lost(slot(ORANGE), 0);
    pass(1);
    is(send("33612345681"), MESSAGE_QUEUED, ORANGE);
    assert_int_equal(take(SFR), 3);
    assert_int_equal(take(ORANGE), 3);
}

static void nothing_moves_while_no_other_carrier_is_there(void **state)
{
    (void)state;
    int64_t id = send("33612345678");
    for (int64_t carrier = ORANGE; carrier <= FREE; carrier++)
        lose(carrier);
    pass(600);
    is(id, MESSAGE_QUEUED, ORANGE);
    outbox_note_lost(slot(SFR), 0);
    pass(5);
    is(id, MESSAGE_QUEUED, SFR);
}

static void with_0_a_carrier_is_waited_for_for_ever(void **state)
{
    (void)state;
    sql("UPDATE carrier SET settings = '{\"host\":\"h\",\"failover_down_s\":0}' WHERE id = 11");
    int64_t id = send("33612345678");
    lose(ORANGE);
    pass(DAY_US / SEC_US);
    is(id, MESSAGE_QUEUED, ORANGE);
}

static void what_the_other_carrier_cannot_write_waits_for_the_first(void **state)
{
    (void)state;
    sql("UPDATE carrier SET settings = '{\"host\":\"h\",\"encodings\":\"0\"}' WHERE id = 12");
    int64_t id = send_text("33612345678", STR("Привет"));
    lose(ORANGE);
    pass(60);
    is(id, MESSAGE_QUEUED, SFR);
    assert_int_equal(take(SFR), 1);
    is(id, MESSAGE_QUEUED, ORANGE);
    tells(id, "rerouted", "sfr refused it (NO_ENCODING): sent through orange");
    pass(60);
    is(id, MESSAGE_QUEUED, ORANGE);
    outbox_note_lost(slot(ORANGE), 0);
    pass(1);
    assert_int_equal(take(ORANGE), 1);
    is(id, MESSAGE_SENDING, ORANGE);
}

static void throttling_that_lasts_counts_as_away(void **state)
{
    (void)state;
    int64_t id = send("33612345678");
    outbox_note_throttle(slot(ORANGE), clock_mono_us());
    pass(29);
    is(id, MESSAGE_QUEUED, ORANGE);
    pass(1);
    is(id, MESSAGE_QUEUED, SFR);
    tells(id, "rerouted", "orange asks for pauses: sent through sfr");
    outbox_note_throttle(slot(ORANGE), 0);
    pass(1);
    is(send("33612345679"), MESSAGE_QUEUED, ORANGE);
}

static void what_a_disabled_carrier_holds_moves_too(void **state)
{
    (void)state;
    int64_t id = send("33612345678");
    sql("UPDATE carrier SET enabled = 0 WHERE id = 11");
    tick();
    pass(59);
    is(id, MESSAGE_QUEUED, ORANGE);
    pass(1);
    is(id, MESSAGE_QUEUED, SFR);
}

static void a_backlog_moves_in_slices_past_those_that_stay(void **state)
{
    (void)state;
    for (int i = 0; i < BACKLOG; i++) {
        char to[16];
        if (i < BACKLOG / 2)
            snprintf(to, sizeof(to), "44791112%04d", i);
        else
            snprintf(to, sizeof(to), "336123%05d", i);
        send(to);
    }
    lose(ORANGE);
    clock_set_virtual(clock_now_us() + 60 * SEC_US);
    assert_true(tick());
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE carrier_id = 12"), 0);
    while (tick())
        ;
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE carrier_id = 12"), BACKLOG / 2);
    assert_int_equal(one("SELECT COUNT(*) FROM queue WHERE carrier_id = 11"), BACKLOG / 2);
    assert_int_equal(take(SFR), BACKLOG / 2);
    int64_t before = INT64_MAX;
    for (const struct outgoing *o = f.arrived; o; o = o->next) { /* the newest first */
        assert_true(o->id < before);
        before = o->id;
    }
}

/* ---- no receipt ---- */

static void with_receipt_limit(void)
{
    sql("UPDATE carrier SET settings = "
        "'{\"host\":\"h\",\"failover_receipt_s\":300,\"failover_down_s\":60}' WHERE id IN (11, "
        "12)");
}

static int64_t resent(void)
{
    with_receipt_limit();
    int64_t id = send("33612345678");
    taken(id, "o1");
    pass(299);
    is(id, MESSAGE_SENT, ORANGE);
    pass(2);
    is(id, MESSAGE_QUEUED, SFR);
    tells(
        id, "rerouted",
        "no receipt from orange within 300 s: sent again through sfr, the phone may get it twice");
    return id;
}

static void one_without_receipt_goes_out_again_once_a_carrier(void **state)
{
    (void)state;
    int64_t id = resent();
    taken(id, "s1");
    pass(600);
    is(id, MESSAGE_SENT, SFR); /* Orange had it */
    receipt(SFR, "s1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    is(id, MESSAGE_UNDELIVERED, SFR);
    assert_int_equal(balance(), CREDITS - 100);
}

static void one_with_its_receipt_does_not(void **state)
{
    (void)state;
    with_receipt_limit();
    int64_t id = send("33612345678");
    taken(id, "o1");
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    pass(900);
    is(id, MESSAGE_DELIVERED, ORANGE);
}

/* The carrier tells of some parts only: that is a receipt. */
static void a_long_one_of_which_a_part_is_delivered_does_not(void **state)
{
    (void)state;
    with_receipt_limit();
    int64_t id = send_long("33612345678", 200);
    assert_int_equal(take(ORANGE), 1);
    tell(id, OUTCOME_SENT, 1, "o1");
    tell(id, OUTCOME_SENT, 2, "o2");
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    pass(301);
    is(id, MESSAGE_SENT, ORANGE);
    pass(3600);
    is(id, MESSAGE_DELIVERED, ORANGE);
}

static void a_carrier_without_the_setting_costs_no_row(void **state)
{
    (void)state;
    int64_t id = send("33612345678");
    taken(id, "o1");
    assert_int_equal(one("SELECT COUNT(*) FROM straggler"), 0);
    pass(900);
    is(id, MESSAGE_SENT, ORANGE);
}

/* Whatever looks at it sooner, as the end of its validity does, stays. */
static void an_answer_puts_no_look_off(void **state)
{
    (void)state;
    with_receipt_limit();
    int64_t id = send("33612345678");
    sql("INSERT INTO straggler (message_id, check_at) SELECT id, created_at + 60000000 "
        "FROM message");
    taken(id, "o1");
    assert_int_equal(one("SELECT check_at FROM straggler"), START_US + 60 * SEC_US);
    pass(61);
    pass(240);
    is(id, MESSAGE_QUEUED, SFR);
}

static void a_late_delivered_ends_what_still_waits(void **state)
{
    (void)state;
    int64_t id = resent();
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, ORANGE);
    assert_int_equal(take(SFR), 0);
    tells(id, "late_receipt", "of an earlier carrier: DELIVRD 000");
    assert_int_equal(balance(), CREDITS - 100);
}

static void a_late_delivered_ends_what_the_next_has_taken(void **state)
{
    (void)state;
    int64_t id = resent();
    taken(id, "s1");
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, SFR);
    receipt(SFR, "s1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    is(id, MESSAGE_DELIVERED, SFR);
}

/* Two carriers that count from 1 name the same message alike. */
static void what_the_present_carrier_says_twice_is_not_taken_for_the_first_ones(void **state)
{
    (void)state;
    int64_t id = resent();
    taken(id, "o1");
    receipt(SFR, "o1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    is(id, MESSAGE_UNDELIVERED, SFR);
    restart(); /* its place in memory is gone, that in the index stays until it is tidied */
    sql("INSERT INTO reference_index (carrier_id, carrier_ref, message_id, part) "
        "SELECT 12, 'o1', id, 0 FROM message");
    receipt(SFR, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    tells(id, "late_receipt", "");
    assert_int_equal(one("SELECT COUNT(*) FROM message_tried WHERE delivered = 1"), 0);
}

/* Another node, which did not move the message, still knows its parts by the first one's ids. */
static void what_the_first_says_of_a_part_is_not_taken_for_the_next_ones(void **state)
{
    (void)state;
    with_receipt_limit();
    int64_t id = send_long("33612345678", 200);
    assert_int_equal(take(ORANGE), 1);
    tell(id, OUTCOME_SENT, 1, "1");
    tell(id, OUTCOME_SENT, 2, "2");
    pass(301);
    assert_int_equal(take(SFR), 1);
    tell(id, OUTCOME_SENT, 1, "1");
    tell(id, OUTCOME_SENT, 2, "2");
    is(id, MESSAGE_SENT, SFR);
    sql("INSERT INTO reference_index (carrier_id, carrier_ref, message_id, part) "
        "SELECT 11, '1', id, 1 FROM message");
    receipt(ORANGE, "1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    is(id, MESSAGE_SENT, SFR);
    receipt(SFR, "1", MESSAGE_DELIVERED, "DELIVRD 000");
    receipt(SFR, "2", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, SFR);
}

static void a_late_delivered_counts_once_what_is_on_the_wire_is_answered(void **state)
{
    (void)state;
    int64_t id = resent();
    assert_int_equal(take(SFR), 1);
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_SENDING, SFR);
    tell(id, OUTCOME_SENT, 1, "s1");
    pass(2);
    pass(300);
    is(id, MESSAGE_DELIVERED, SFR);
}

static void a_late_delivered_ends_what_comes_back_from_the_wire(void **state)
{
    (void)state;
    int64_t id = resent();
    assert_int_equal(take(SFR), 1);
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    tell(id, OUTCOME_RETRY, 1, "");
    is(id, MESSAGE_QUEUED, SFR);
    pass(2);
    is(id, MESSAGE_DELIVERED, ORANGE);
    assert_int_equal(take(SFR), 0);
    assert_int_equal(balance(), CREDITS - 100);
}

static void a_late_delivered_ends_what_is_in_doubt(void **state)
{
    (void)state;
    int64_t id = resent();
    assert_int_equal(take(SFR), 1);
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    sql("UPDATE message SET state = 5");
    sql("DELETE FROM queue");
    pass(2);
    is(id, MESSAGE_DELIVERED, SFR);
}

static void any_other_late_receipt_is_only_noted(void **state)
{
    (void)state;
    int64_t id = resent();
    restart();
    receipt(ORANGE, "o1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    is(id, MESSAGE_QUEUED, SFR);
    tells(id, "late_receipt", "of an earlier carrier: UNDELIV 001");
    taken(id, "s1");
    receipt(SFR, "s1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, SFR);
}

static void what_the_next_refuses_waits_for_the_first_ones_receipt(void **state)
{
    (void)state;
    int64_t id = resent();
    assert_int_equal(take(SFR), 1);
    assert_false(refused(id));
    tell(id, OUTCOME_REJECTED, 1, "");
    is(id, MESSAGE_SENT, ORANGE);
    assert_int_equal(balance(), CREDITS - 100);
    receipt(ORANGE, "o1", MESSAGE_DELIVERED, "DELIVRD 000");
    is(id, MESSAGE_DELIVERED, ORANGE);
}

static void what_goes_back_to_a_carrier_that_is_gone_ends_too(void **state)
{
    (void)state;
    int64_t id = resent();
    sql("DELETE FROM route WHERE carrier_id = 11");
    sql("DELETE FROM carrier WHERE id = 11");
    assert_int_equal(take(SFR), 1);
    tell(id, OUTCOME_REJECTED, 1, "");
    is(id, MESSAGE_SENT, ORANGE);
    for (int hours = 0; hours < 74; hours++)
        pass(3600);
    is(id, MESSAGE_UNKNOWN, ORANGE);
    assert_int_equal(balance(), CREDITS - 100);
}

static void what_nobody_tells_of_ends_as_unknown_and_is_paid(void **state)
{
    (void)state;
    int64_t id = resent();
    lose(SFR);
    for (int hours = 0; hours < 74; hours++)
        pass(3600);
    is(id, MESSAGE_UNKNOWN, ORANGE); /* given back when its validity ended */
    assert_int_equal(balance(), CREDITS - 100);
}

/* ---- draining and hours ---- */

static void a_draining_route_takes_nothing_new_and_lets_leave_what_waits(void **state)
{
    (void)state;
    int64_t waits = send("33612345678");
    sql("UPDATE route SET draining = 1 WHERE id = 21");
    is(send("33612345679"), MESSAGE_QUEUED, SFR);
    pass(3600);
    is(waits, MESSAGE_QUEUED, ORANGE);
    assert_int_equal(take(ORANGE), 1);
    assert_true(refused(waits));
    is(waits, MESSAGE_QUEUED, SFR);
}

static void at(const char *iso, int64_t carrier)
{
    int64_t at_us;
    assert_int_equal(date_parse_iso(&at_us, str_of(iso)), OK);
    clock_set_virtual(at_us);
    is(send("33612345678"), MESSAGE_QUEUED, carrier);
}

/* Orange is open from 02:30 to 03:30 in Paris. */
static void hours_hold_over_the_nights_when_clocks_change(void **state)
{
    (void)state;
    sql("UPDATE route SET timezone = 'Europe/Paris', from_min = 150, until_min = 210, turn = 0 "
        "WHERE id = 21");
    at("2027-03-28T00:59:59Z", SFR); /* 01:59:59, then 03:00:00 */
    at("2027-03-28T01:00:00Z", ORANGE);
    at("2027-03-28T01:30:00Z", SFR);
    at("2027-10-31T00:29:00Z", SFR);
    at("2027-10-31T00:30:00Z", ORANGE); /* 02:30 of summer */
    at("2027-10-31T01:00:00Z", SFR);    /* 02:00 of winter */
    at("2027-10-31T01:30:00Z", ORANGE);
    at("2027-10-31T02:30:00Z", SFR);
}

int main(void)
{
#define ROUTES(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROUTES(what_one_refuses_goes_to_the_next_and_never_back),
        ROUTES(the_price_stays_and_one_carrier_is_paid),
        ROUTES(what_is_taken_in_part_or_waits_is_not_moved),
        ROUTES(a_long_message_begins_afresh),
        ROUTES(a_carrier_that_is_down_gives_up_what_waits_until_it_is_back),
        ROUTES(nothing_moves_while_no_other_carrier_is_there),
        ROUTES(with_0_a_carrier_is_waited_for_for_ever),
        ROUTES(what_the_other_carrier_cannot_write_waits_for_the_first),
        ROUTES(throttling_that_lasts_counts_as_away),
        ROUTES(what_a_disabled_carrier_holds_moves_too),
        ROUTES(a_backlog_moves_in_slices_past_those_that_stay),
        ROUTES(one_without_receipt_goes_out_again_once_a_carrier),
        ROUTES(one_with_its_receipt_does_not),
        ROUTES(a_long_one_of_which_a_part_is_delivered_does_not),
        ROUTES(a_carrier_without_the_setting_costs_no_row),
        ROUTES(an_answer_puts_no_look_off),
        ROUTES(a_late_delivered_ends_what_still_waits),
        ROUTES(a_late_delivered_ends_what_the_next_has_taken),
        ROUTES(what_the_present_carrier_says_twice_is_not_taken_for_the_first_ones),
        ROUTES(what_the_first_says_of_a_part_is_not_taken_for_the_next_ones),
        ROUTES(a_late_delivered_counts_once_what_is_on_the_wire_is_answered),
        ROUTES(a_late_delivered_ends_what_comes_back_from_the_wire),
        ROUTES(a_late_delivered_ends_what_is_in_doubt),
        ROUTES(any_other_late_receipt_is_only_noted),
        ROUTES(what_the_next_refuses_waits_for_the_first_ones_receipt),
        ROUTES(what_goes_back_to_a_carrier_that_is_gone_ends_too),
        ROUTES(what_nobody_tells_of_ends_as_unknown_and_is_paid),
        ROUTES(a_draining_route_takes_nothing_new_and_lets_leave_what_waits),
        ROUTES(hours_hold_over_the_nights_when_clocks_change),
    };
    if (secret_init())
        return 1;
    phone_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
