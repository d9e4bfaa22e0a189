/* SPDX-License-Identifier: Apache-2.0 */
#include "core_world.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "store/ledger.h"
#include "store/search.h"
#include "testing.h"
#include "text/phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct world world;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void arrive(struct outgoing *o)
{
    assert_true(world.arrived_n < WORLD_ARRIVED_MAX);
    world.arrived[world.arrived_n++] = o;
}

static void look(struct outbox_slot *slot)
{
    (void)slot;
}

void world_turn(void)
{
    writer_run_once(core_writer(world.core));
    mailbox_deliver(world.wire, 1000);
    mailbox_deliver(world.home, 1000);
}

void world_do(struct job *job)
{
    writer_post(core_writer(world.core), job);
    world_turn();
}

struct store_view world_view(void)
{
    return (struct store_view){.db = world.reader, .arena = world.arena};
}

static void open_core(void)
{
    struct core_config config = {.database_url = world.url};
    assert_int_equal(core_open(&world.core, &config), OK);
    world.home = mailbox_new();
    world.wire = mailbox_new();
    world.arrived_n = 0;
    outbox_attach(core_outbox(world.core), world.wire, arrive, look);
    assert_int_equal(core_reader(&world.reader, world.core), OK);
    world.slot = outbox_slot(core_outbox(world.core), WORLD_CARRIER);
}

static void close_core(void)
{
    for (size_t i = 0; i < world.arrived_n; i++)
        outgoing_free(world.arrived[i]);
    world.arrived_n = 0;
    directory_release(world.directory);
    world.directory = NULL;
    db_close(world.reader);
    core_close(world.core);
    mailbox_free(world.home);
    mailbox_free(world.wire);
}

static void hold_directory(void)
{
    struct store_view v = world_view();
    directory_release(world.directory);
    assert_int_equal(core_directory_reload(world.core, &v), OK);
    world.directory = core_directory(world.core);
}

static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct account account = {.id = 1,
                              .name = STR("shop"),
                              .timezone = STR("Europe/Paris"),
                              .max_parts = 8,
                              .enabled = true};
    struct api_user user = {
        .id = 2, .account_id = 1, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct sender sender = {.id = 4, .account_id = 1, .name = STR("Shop"), .state = SENDER_ENABLED};
    struct carrier_row carrier = {.id = WORLD_CARRIER,
                                  .name = STR("orange"),
                                  .settings = STR("{\"host\":\"h\"}"),
                                  .enabled = true};
    struct route route = {.id = 6, .carrier_id = WORLD_CARRIER};
    struct purse purse = {.account_id = 1};
    assert_int_equal(store_account_insert(tx, &account), OK);
    assert_int_equal(store_user_insert(tx, &user), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    assert_int_equal(store_carrier_insert(tx, &carrier), OK);
    assert_int_equal(store_route_insert(tx, &route), OK);
    return store_purse_move(tx, purse, LEDGER_CREDIT, 100000, 0, STR(""));
}

static struct str new_settings;

static enum err set_settings(struct core *c, struct store_tx *tx, struct change *change)
{
    static struct db_query set = DB_QUERY("UPDATE carrier SET settings = $1");
    (void)c;
    (void)change;
    return db_run(tx->view.db, &set, DB_ARGS(DB_TEXT(new_settings)), NULL);
}

void world_change(enum err (*apply)(struct core *, struct store_tx *, struct change *))
{
    struct change change = {.apply = apply};
    core_change(world.core, &change, world.home, ignore);
    world_turn();
    assert_int_equal(change.job.err, OK);
    hold_directory();
}

void world_settings(const char *members)
{
    new_settings = arena_printf(world.arena, "{\"host\":\"h\",%s}", members);
    world_change(set_settings);
}

void world_restart(void)
{
    close_core();
    open_core();
    hold_directory();
    world.slot->ready = true;
    world.slot->backlog = false;
}

int world_begin(void)
{
    if (secret_init())
        return 1;
    phone_init();
    return 0;
}

int world_set_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    memset(&world, 0, sizeof(world));
    clock_set_virtual(WORLD_START_US);
    /* Nothing here outlives a power cut: memory, where there is some, spares the disk. */
    snprintf(world.dir, sizeof(world.dir), "%s/navette-world-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(world.dir));
    snprintf(world.url, sizeof(world.url), "sqlite:%s/navette.db", world.dir);
    world.arena = arena_new();
    open_core();
    world_change(configure);
    world.slot->ready = true;
    world.slot->backlog = false;
    return 0;
}

int world_tear_down(void **state)
{
    (void)state;
    char command[128];
    struct imbalance *wrong;
    size_t n;
    struct store_view v = world_view();
    assert_int_equal(store_ledger_check(&wrong, &n, &v), OK);
    assert_int_equal(n, 0);
    close_core();
    arena_free(world.arena);
    snprintf(command, sizeof(command), "rm -rf '%s'", world.dir);
    clock_set_virtual(0);
    return system(command);
}

/* ---- words ---- */

void world_tick(int64_t later_us)
{
    struct clock_tick {
        struct job job;
        bool more;
        bool back;
    } job = {.job = {.letter.deliver = ignore, .home = world.home, .kind = JOB_CLOCK}};
    clock_advance(later_us);
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

int64_t world_send(const char *to, size_t septets)
{
    char *text = arena_alloc(world.arena, septets + 1);
    memset(text, 'a', septets);
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct refusal why;
    struct str recipient = str_of(to);
    struct accept_request request = {
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = &recipient,
        .recipients_n = 1,
        .text = str_of(text),
        .class = -1,
        .no_stop = true,
    };
    assert_int_equal(accept_prepare(job, world.arena, &request, &why), OK);
    assert_int_equal(accept_post(world.core, job, world.home, ignore), OK);
    world_turn();
    assert_int_equal(job->job.err, OK);
    return job->messages[0].id;
}

void world_sent(const struct outgoing *o, uint32_t part, const char *ref)
{
    struct outcome_job job = {0};
    outcome_job_init(&job, world.home, ignore);
    job.kind = OUTCOME_SENT;
    job.slot = o->slot;
    job.message_id = o->id;
    job.due_at_us = o->due_at_us;
    job.queued = o->queued;
    job.at_us = clock_now_us();
    job.part = part;
    job.parts = o->parts;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

static enum err tell(const char *ref, enum message_state state, const char *text,
                     enum unknown_receipt unknown)
{
    struct receipt_job job;
    receipt_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.state = state;
    job.unknown = unknown;
    assert_int_equal(str_copy(job.carrier_ref, sizeof(job.carrier_ref), str_of(ref)), OK);
    assert_int_equal(str_copy(job.receipt, sizeof(job.receipt), str_of(text)), OK);
    world_do(&job.job);
    return job.job.err;
}

enum err world_receipt(const char *ref, enum message_state state, const char *text)
{
    return tell(ref, state, text, UNKNOWN_KEEP);
}

enum err world_receipt_or(const char *ref, enum message_state state, enum unknown_receipt unknown)
{
    return tell(ref, state, message_state_name(state), unknown);
}

struct message world_message(int64_t id)
{
    struct message m;
    struct store_view v = world_view();
    assert_int_equal(store_message_get(&m, &v, id), OK);
    return m;
}

void world_assert_state(int64_t id, enum message_state state, const char *receipt)
{
    struct message m = world_message(id);
    if (m.state != state || !str_eq(m.receipt, str_of(receipt)))
        fail_msg("%s, \"%.*s\": not %s, \"%s\"", message_state_name(m.state), STR_FMT(m.receipt),
                 message_state_name(state), receipt);
}

int64_t world_count(const char *sql)
{
    struct db_query query = DB_QUERY(sql);
    struct db_rows rows = db_rows_open(world.reader, &query, DB_NO_ARGS);
    int64_t value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

struct incoming *world_heard(size_t *n)
{
    struct list_page page;
    struct store_view v = world_view();
    struct incoming_search newest = {
        .search = {.descending = true, .limit = 100, .budget.rows = 1000}};
    assert_int_equal(store_incoming_search(&page, &v, &newest), OK);
    *n = page.n;
    return page.rows;
}
