/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"

#include "base/clock.h"
#include "base/log.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "store/id.h"
#include "store/node.h"

#include <poll.h>
#include <stdlib.h>

enum {
    FEED_KEEP_DAYS = 3,
    FEED_KEEP_BYTES = 512 << 20,
    LATEST_LIMIT = 1 << 20, /* two entries a message */
    DOUBT_PAUSE_MS = 100,
    OPEN_PAUSE_MS = 500,
    TELL_EVERY_S = 5
};

/* ---- changes ---- */

enum err change_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        struct change *change = (struct change *)jobs[i];
        change->why = (struct refusal){0};
        e = change->apply(ctx, tx, change);
        if (!e && !change->no_reload)
            e = nodes_directory_changed(ctx, tx);
        if (!e && change->note.kind != FEED_NOTHING)
            store_feed_note(tx, &change->note);
        if (e && e == change->why.err && err_kind_of(e) == ERR_HARD) {
            change->job.err = e;
            e = OK;
        }
    }
    return e;
}

void core_change(struct core *c, struct change *change, struct mailbox *home,
                 void (*deliver)(struct letter *))
{
    change->job = (struct job){.letter.deliver = deliver, .home = home, .kind = JOB_ADMIN};
    writer_post(c->writer, &change->job);
}

/* ---- the directory ---- */

const struct directory *core_directory(struct core *c)
{
    pthread_mutex_lock(&c->directory_lock);
    const struct directory *d = directory_hold(c->directory);
    pthread_mutex_unlock(&c->directory_lock);
    return d;
}

enum err core_directory_reload(struct core *c, struct store_view *view)
{
    struct directory *fresh;
    int64_t version; /* read first: what it then finds is at least as new */
    enum err e = store_setting_get(&version, view, STR("directory"));
    if (!e)
        e = directory_load(&fresh, view, c->outbox);
    if (e)
        return e;
    pthread_mutex_lock(&c->directory_lock);
    const struct directory *old = c->directory;
    c->directory = fresh;
    c->directory_version = version;
    pthread_mutex_unlock(&c->directory_lock);
    directory_release(old);
    core_tell_carriers(c);
    return OK;
}

void core_tell_carriers(struct core *c)
{
    pthread_mutex_lock(&c->directory_lock);
    struct letter *letter = c->directory_letter;
    struct mailbox *box = c->directory_box;
    c->directory_letter = NULL; /* under way; it comes back with core_on_directory */
    pthread_mutex_unlock(&c->directory_lock);
    if (letter)
        mailbox_post(box, letter);
}

void core_on_directory(struct core *c, struct mailbox *box, struct letter *letter)
{
    pthread_mutex_lock(&c->directory_lock);
    c->directory_box = box;
    c->directory_letter = letter;
    pthread_mutex_unlock(&c->directory_lock);
}

/* ---- opening ---- */

static void ignore(struct letter *letter)
{
    (void)letter;
}

enum err core_change_now(struct core *c, struct change *change)
{
    struct mailbox *home = mailbox_new();
    core_change(c, change, home, ignore);
    writer_run_once(c->writer);
    while (mailbox_deliver(home, 1) == 0) { /* its commit is in doubt */
        poll(NULL, 0, DOUBT_PAUSE_MS);
        writer_run_once(c->writer);
    }
    mailbox_free(home);
    return change->job.err;
}

struct registration {
    struct change change;
    struct node node;
};

static enum err register_node(struct core *c, struct store_tx *tx, struct change *change)
{
    struct registration *r = (struct registration *)change;
    enum err e = store_node_register(&r->node, tx, str_of(c->config.name), c->config.node);
    return e ? e : store_feed_begin(tx);
}

static enum err begin_life(struct core *c)
{
    struct registration r = {.change = {.apply = register_node, .no_reload = true}};
    enum err e = core_change_now(c, &r.change);
    if (e == ERR_CONFLICT || e == ERR_LIMIT)
        log_error("node_number", "wanted=%d error=\"%s\"", c->config.node,
                  e == ERR_LIMIT ? "all numbers are in use"
                                 : "another server has this number: give another, or none");
    c->epoch = r.node.epoch;
    c->number = r.node.number;
    writer_set_epoch(c->writer, r.node.epoch);
    if (!e && db_shared(c->db))
        log_info("node_joined", "number=%u epoch=%lld name=\"%s\"", c->number, (long long)c->epoch,
                 c->config.name);
    return e;
}

static enum err load(struct core *c)
{
    struct arena *arena = arena_new();
    struct store_view view = {.db = c->db, .arena = arena};
    int64_t highest = 0;
    enum err e = store_highest_id(&highest, &view);
    store_id_begin(c->number, highest);
    if (!e)
        e = store_references_new(&c->references, &view);
    if (!e)
        e = latest_load(c, &view);
    if (!e)
        e = quarantine_load(c, &view);
    if (!e)
        e = core_directory_reload(c, &view);
    arena_free(arena);
    return e;
}

static void fenced(void *core)
{
    struct core *c = core;
    nodes_end(c);
    if (c->config.fenced)
        c->config.fenced(c->config.ctx);
}

/* What messages of several parts come to may be ends too. */
static enum err finish(void *core, struct store_tx *tx)
{
    enum err e = parts_settle(core, tx);
    return e ? e : errand_receipts(core, tx);
}

static void make_writer(struct core *c)
{
    bool shared = db_shared(c->db);
    struct writer_config config = {.db = c->db,
                                   .ctx = c,
                                   .work = {[JOB_ADMIN] = change_work,
                                            [JOB_ACCEPT] = accept_work,
                                            [JOB_OUTCOME] = outcome_work,
                                            [JOB_TAKE] = take_work,
                                            [JOB_RECEIPT] = receipt_work,
                                            [JOB_INCOMING] = incoming_work,
                                            [JOB_ERRAND] = errand_work,
                                            [JOB_CLOCK] = clock_work},
                                   .finish = finish,
                                   .committed = shared ? nodes_committed : NULL,
                                   .fenced = fenced};
    nodes_begin(c);
    c->writer = writer_new(&config);
}

static enum err open_store(struct core *c)
{
    enum err e = db_open(&c->db, c->config.database_url, DB_READ_WRITE);
    if (e)
        return e;
    if (!c->outbox)
        c->outbox = outbox_new(db_shared(c->db));
    e = store_migrate(c->db);
    if (e)
        return e;
    make_writer(c);
    e = begin_life(c);
    if (!e)
        e = load(c);
    return e ? e : nodes_recover(c);
}

static void close_store(struct core *c)
{
    writer_free(c->writer);
    store_references_free(c->references);
    sieve_free(c->quarantined);
    directory_release(c->places.seen);
    directory_release(c->directory);
    db_close(c->db);
    c->writer = NULL;
    c->references = NULL;
    c->quarantined = NULL;
    c->places.seen = NULL;
    c->directory = NULL;
    c->db = NULL;
}

/* A file is there or it is not; a server may still be starting, or be about to take over. */
static bool may_come(const struct core *c, enum err e)
{
    return (e == ERR_STORE || e == ERR_BUSY || e == ERR_DOUBT) &&
           !str_starts(str_of(c->config.database_url), STR("sqlite:"));
}

static bool gives_up(const struct core *c)
{
    return c->config.give_up && c->config.give_up(c->config.ctx);
}

static enum err open_patiently(struct core *c)
{
    int64_t until_us = clock_mono_us() + CORE_OPEN_WAIT_S * SEC_US;
    int64_t tell_us = 0;
    enum err e;
    while (may_come(c, e = open_store(c)) && clock_mono_us() < until_us && !gives_up(c)) {
        close_store(c);
        if (clock_mono_us() >= tell_us) {
            log_warn("store_waiting", "error=%s", err_name(e));
            tell_us = clock_mono_us() + TELL_EVERY_S * SEC_US;
        }
        poll(NULL, 0, OPEN_PAUSE_MS);
    }
    return e;
}

enum err core_open(struct core **out, const struct core_config *config)
{
    struct core *c = base_alloc(sizeof(*c));
    c->config = *config;
    if (!c->config.feed.keep_us)
        c->config.feed = (struct feed_limits){FEED_KEEP_DAYS * DAY_US, FEED_KEEP_BYTES};
    c->latest = map_new(LATEST_LIMIT);
    c->clock_box = mailbox_new();
    pthread_mutex_init(&c->directory_lock, NULL);
    enum err e = open_patiently(c);
    if (e) {
        core_close(c);
        return e;
    }
    *out = c;
    return OK;
}

void core_start(struct core *c)
{
    writer_start(c->writer);
    clock_start(c);
    c->started = true;
}

static enum err leave(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    return nodes_leave(c, tx);
}

/* Nothing of this life is sent or committed after it. */
static void end_life(struct core *c)
{
    struct change change = {.apply = leave, .no_reload = true};
    if (!db_shared(c->db))
        return;
    nodes_end(c);
    enum err e = core_change_now(c, &change);
    log_info("node_left", "number=%u epoch=%lld result=%s", c->number, (long long)c->epoch,
             err_name(e));
}

void core_stop(struct core *c)
{
    if (!c->started)
        return;
    clock_stop(c);
    writer_stop(c->writer);
    end_life(c);
    c->started = false;
}

void core_close(struct core *c)
{
    if (!c)
        return;
    close_store(c);
    map_free(c->latest);
    mailbox_deliver(c->clock_box, SIZE_MAX); /* hints that nobody gives any more */
    mailbox_free(c->clock_box);
    outbox_free(c->outbox);
    pthread_mutex_destroy(&c->directory_lock);
    free(c);
}

struct writer *core_writer(struct core *c)
{
    return c->writer;
}

struct outbox *core_outbox(struct core *c)
{
    return c->outbox;
}

uint64_t core_feed_turn(const struct core *c)
{
    return writer_feed_turn(c->writer);
}

bool core_is_shared(const struct core *c)
{
    return db_shared(c->db);
}

enum err core_reader(struct db **out, struct core *c)
{
    return db_open(out, c->config.database_url, DB_READ_ONLY);
}
