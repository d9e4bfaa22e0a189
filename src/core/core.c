/* SPDX-License-Identifier: Apache-2.0 */
#include "core/core.h"

#include "base/clock.h"
#include "core/core_base.h"
#include "store/id.h"
#include "store/node.h"

#include <stdlib.h>

enum { LATEST_LIMIT = 1 << 20 }; /* two entries a message */

/* ---- changes ---- */

enum err change_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        struct change *change = (struct change *)jobs[i];
        change->why = (struct refusal){0};
        e = change->apply(ctx, tx, change);
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
    enum err e = directory_load(&fresh, view, c->outbox);
    if (e)
        return e;
    pthread_mutex_lock(&c->directory_lock);
    const struct directory *old = c->directory;
    c->directory = fresh;
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

struct registration {
    struct change change;
    struct node node;
};

static enum err register_node(struct core *c, struct store_tx *tx, struct change *change)
{
    struct registration *r = (struct registration *)change;
    return store_node_register(&r->node, tx, str_of(c->config.name), c->config.node);
}

static void ignore(struct letter *letter)
{
    (void)letter;
}

static enum err take_lease(struct core *c)
{
    struct mailbox *home = mailbox_new();
    struct registration r = {.node = {0}};
    core_change(c, &r.change, home, ignore);
    r.change.apply = register_node;
    writer_run_once(c->writer);
    mailbox_deliver(home, 1);
    mailbox_free(home);
    c->epoch = r.node.epoch;
    c->number = r.node.number;
    writer_set_epoch(c->writer, r.node.epoch);
    return r.change.job.err;
}

static enum err load(struct core *c)
{
    struct arena *arena = arena_new();
    struct store_view view = {.db = c->db, .arena = arena};
    struct directory *directory = NULL;
    int64_t highest = 0;
    enum err e = store_highest_id(&highest, &view);
    store_id_begin(c->number, highest);
    if (!e)
        e = store_references_new(&c->references, &view);
    if (!e)
        e = latest_load(c, &view);
    if (!e)
        e = directory_load(&directory, &view, c->outbox);
    c->directory = directory;
    arena_free(arena);
    return e;
}

enum err core_open(struct core **out, const struct core_config *config)
{
    struct core *c = base_alloc(sizeof(*c));
    c->config = *config;
    c->latest = map_new(LATEST_LIMIT);
    c->clock_box = mailbox_new();
    pthread_mutex_init(&c->directory_lock, NULL);
    enum err e = db_open(&c->db, config->database_url, DB_READ_WRITE);
    c->outbox = outbox_new(!e && db_shared(c->db));
    if (!e)
        e = store_migrate(c->db);
    if (!e)
        e = load(c);
    if (!e) {
        struct writer_config wc = {.db = c->db,
                                   .ctx = c,
                                   .work = {[JOB_ADMIN] = change_work,
                                            [JOB_ACCEPT] = accept_work,
                                            [JOB_OUTCOME] = outcome_work,
                                            [JOB_TAKE] = take_work,
                                            [JOB_RECEIPT] = receipt_work,
                                            [JOB_INCOMING] = incoming_work,
                                            [JOB_CLOCK] = clock_work}};
        c->writer = writer_new(&wc);
        e = take_lease(c);
    }
    if (!e)
        e = recover(c);
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

void core_stop(struct core *c)
{
    if (!c->started)
        return;
    clock_stop(c);
    writer_stop(c->writer);
    c->started = false;
}

void core_close(struct core *c)
{
    if (!c)
        return;
    writer_free(c->writer);
    store_references_free(c->references);
    directory_release(c->directory);
    db_close(c->db);
    map_free(c->latest);
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

enum err core_reader(struct db **out, struct core *c)
{
    return db_open(out, c->config.database_url, DB_READ_ONLY);
}
