/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "carrier/carrier.h"
#include "carrier/line.h"
#include "carrier/metrics.h"
#include "carrier/trials.h"

#include <pthread.h>
#include <stdlib.h>

static const int64_t tick_us = SEC_US;

/* One carrier as other threads see it. */
struct entry {
    struct line *line;
    char *name;
    bool listed; /* it stands in the directory */
    struct carrier_status status;
};

struct carriers {
    struct core *core;
    struct net_loop *loop;
    struct net_timer *timer;
    struct letter directory_letter;
    struct letter stop_letter;
    struct trials *trials;
    bool stopping;
    void (*done)(void *ctx);
    void *done_ctx;

    pthread_mutex_t lock;  /* guards what follows; lines are the loop's alone */
    struct entry *entries; /* never fewer */
    size_t entries_n;
};

/* ---- the picture for other threads ---- */

static struct entry *entry_find(struct carriers *c, int64_t carrier_id)
{
    for (size_t i = 0; i < c->entries_n; i++)
        if (line_carrier_id(c->entries[i].line) == carrier_id)
            return &c->entries[i];
    return NULL;
}

static void publish(struct carriers *c, struct entry *entry)
{
    struct carrier_status status;
    line_status(entry->line, &status);
    pthread_mutex_lock(&c->lock);
    entry->status = status;
    pthread_mutex_unlock(&c->lock);
}

static void on_change(void *ctx, struct line *line)
{
    struct carriers *c = ctx;
    struct entry *entry = entry_find(c, line_carrier_id(line));
    if (entry)
        publish(c, entry);
}

static void set_name(struct carriers *c, struct entry *entry, struct str name)
{
    char *copy = base_alloc(name.n + 1);
    memcpy(copy, name.p, name.n);
    pthread_mutex_lock(&c->lock);
    free(entry->name);
    entry->name = copy;
    entry->listed = true;
    pthread_mutex_unlock(&c->lock);
}

/* ---- the directory ---- */

static void on_off(void *ctx);

static struct entry *entry_new(struct carriers *c, struct outbox_slot *slot)
{
    struct line_env env = {.loop = c->loop,
                           .writer = core_writer(c->core),
                           .on_off = on_off,
                           .on_change = on_change,
                           .ctx = c};
    struct line *line = line_new(&env, slot);
    slot->owner = line;
    pthread_mutex_lock(&c->lock);
    c->entries = base_realloc(c->entries, (c->entries_n + 1) * sizeof(struct entry));
    struct entry *entry = &c->entries[c->entries_n++];
    *entry = (struct entry){.line = line};
    pthread_mutex_unlock(&c->lock);
    return entry;
}

static void forget_missing(struct carriers *c, const struct directory *d)
{
    for (size_t i = 0; i < c->entries_n; i++) {
        struct entry *entry = &c->entries[i];
        if (directory_carrier_by_id(d, line_carrier_id(entry->line)))
            continue;
        pthread_mutex_lock(&c->lock);
        entry->listed = false;
        pthread_mutex_unlock(&c->lock);
        line_end_looks(entry->line);
        line_want(entry->line, d, NULL, CARRIER_OFF);
    }
}

/* In use first, held then: who gives a place up looks the other way round, so that never both go
 * on. line_want says in the end whether it is in use. */
static bool hold(struct outbox_slot *slot)
{
    atomic_store(&slot->in_use, true);
    return atomic_load(&slot->held);
}

static void follow(struct carriers *c)
{
    if (c->stopping)
        return;
    const struct directory *d = core_directory(c->core);
    for (size_t i = 0; i < d->carriers_n; i++) {
        const struct directory_carrier *carrier = &d->carriers[i];
        struct entry *entry = entry_find(c, carrier->row.id);
        if (!entry)
            entry = entry_new(c, carrier->slot);
        set_name(c, entry, carrier->row.name);
        if (!carrier->row.enabled)
            line_want(entry->line, d, NULL, CARRIER_OFF);
        else
            line_want(entry->line, d, hold(carrier->slot) ? carrier : NULL, CARRIER_ELSEWHERE);
    }
    forget_missing(c, d);
    directory_release(d);
}

static struct carriers *of_directory_letter(struct letter *letter)
{
    return (struct carriers *)((char *)letter - offsetof(struct carriers, directory_letter));
}

static void directory_changed(struct letter *letter)
{
    struct carriers *c = of_directory_letter(letter);
    core_on_directory(c->core, net_loop_mailbox(c->loop),
                      letter); /* before the look: none missed */
    follow(c);
}

/* ---- work and time ---- */

static void arrive(struct outgoing *o)
{
    struct line *line = o->slot->owner;
    line_arrive(line, o); /* only a line makes its slot ready and asks for messages */
}

static void look(struct outbox_slot *slot)
{
    if (slot->owner)
        line_look(slot->owner);
}

static void pass(struct outbox_slot *slot)
{
    if (slot->owner)
        line_pass(slot->owner);
}

static void on_timer(void *ctx)
{
    struct carriers *c = ctx;
    for (size_t i = 0; i < c->entries_n; i++) {
        line_tick(c->entries[i].line);
        publish(c, &c->entries[i]);
    }
    net_timer_set(c->timer, tick_us);
}

/* ---- the end ---- */

static void on_off(void *ctx)
{
    struct carriers *c = ctx;
    if (!c->stopping || !c->done)
        return;
    for (size_t i = 0; i < c->entries_n; i++)
        if (!line_is_off(c->entries[i].line))
            return;
    void (*done)(void *) = c->done;
    c->done = NULL;
    log_info("carriers_stopped", "carriers=%zu", c->entries_n);
    done(c->done_ctx);
}

static void attach_tap(struct letter *letter)
{
    struct tap *tap = (struct tap *)letter;
    struct carriers *c = tap->owner;
    struct entry *entry = entry_find(c, tap->carrier_id);
    if (entry && !c->stopping)
        line_trace(entry->line, tap);
    else
        tap_close(tap);
}

void carriers_trace(struct carriers *c, struct tap *tap)
{
    tap->owner = c;
    tap->attach.deliver = attach_tap;
    net_loop_post(c->loop, &tap->attach);
}

struct probe_letter {
    struct letter letter; /* first */
    struct carriers *carriers;
    struct probe_ask ask;
    struct tap *tap;
};

static void begin_probe(struct letter *letter)
{
    struct probe_letter *l = (struct probe_letter *)letter;
    struct carriers *c = l->carriers;
    const struct directory *d = core_directory(c->core);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, l->tap->carrier_id);
    struct entry *entry = entry_find(c, l->tap->carrier_id);
    if (carrier && entry && !c->stopping)
        line_probe(entry->line, d, carrier, &l->ask, l->tap);
    else
        tap_close(l->tap);
    directory_release(d);
    free(l);
}

void carriers_probe(struct carriers *c, const struct probe_ask *ask, struct tap *tap)
{
    struct probe_letter *l = base_alloc(sizeof(*l));
    *l = (struct probe_letter){{.deliver = begin_probe}, c, *ask, tap};
    net_loop_post(c->loop, &l->letter);
}

struct trial_letter {
    struct letter letter; /* first */
    struct carriers *carriers;
    struct trial *trial;
};

static void begin_trial(struct letter *letter)
{
    struct trial_letter *l = (struct trial_letter *)letter;
    trials_begin(l->carriers->trials, l->trial);
    free(l);
}

void carriers_try(struct carriers *c, struct trial *trial)
{
    struct trial_letter *l = base_alloc(sizeof(*l));
    *l = (struct trial_letter){{.deliver = begin_trial}, c, trial};
    net_loop_post(c->loop, &l->letter);
}

static void stop_now(struct letter *letter)
{
    struct carriers *c =
        (struct carriers *)((char *)letter - offsetof(struct carriers, stop_letter));
    c->stopping = true;
    trials_stop(c->trials);
    const struct directory *d = core_directory(c->core);
    for (size_t i = 0; i < c->entries_n; i++) {
        line_end_looks(c->entries[i].line);
        line_want(c->entries[i].line, d, NULL, CARRIER_OFF);
    }
    directory_release(d);
    on_off(c);
}

void carriers_stop(struct carriers *c, void (*done)(void *ctx), void *ctx)
{
    c->done = done;
    c->done_ctx = ctx;
    c->stop_letter.deliver = stop_now;
    net_loop_post(c->loop, &c->stop_letter);
}

/* ---- life ---- */

enum err carriers_new(struct carriers **out, struct core *core, struct net_loop *loop)
{
    struct carriers *c = base_alloc(sizeof(*c));
    c->core = core;
    c->loop = loop;
    pthread_mutex_init(&c->lock, NULL);
    c->timer = net_timer_new(loop, on_timer, c);
    c->trials = trials_new(loop);
    c->directory_letter.deliver = directory_changed;
    outbox_attach(core_outbox(core), net_loop_mailbox(loop), arrive, look);
    outbox_on_stop(core_outbox(core), pass);
    core_on_directory(core, net_loop_mailbox(loop), &c->directory_letter);
    follow(c);
    net_timer_set(c->timer, tick_us);
    *out = c;
    return OK;
}

void carriers_free(struct carriers *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->entries_n; i++) {
        line_free(c->entries[i].line);
        free(c->entries[i].name);
    }
    free(c->entries);
    trials_free(c->trials);
    net_timer_free(c->timer);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- for other threads ---- */

bool carriers_status(struct carriers *c, int64_t carrier_id, struct carrier_status *out)
{
    pthread_mutex_lock(&c->lock);
    const struct entry *entry = entry_find(c, carrier_id);
    bool found = entry && entry->listed;
    if (found)
        *out = entry->status;
    pthread_mutex_unlock(&c->lock);
    return found;
}

static const char *const state_names[] = {
    [CARRIER_OFF] = "off",
    [CARRIER_DOWN] = "down",
    [CARRIER_CONNECTING] = "connecting",
    [CARRIER_BOUND] = "bound",
    [CARRIER_THROTTLED] = "throttled",
    [CARRIER_ENDING] = "ending",
    [CARRIER_ELSEWHERE] = "elsewhere",
    [CARRIER_REFUSED] = "refused",
};

const char *carrier_state_name(enum carrier_state state)
{
    return state_names[state];
}

void carriers_metrics(struct carriers *c, struct buf *out)
{
    pthread_mutex_lock(&c->lock);
    struct metrics_row *rows = base_alloc((c->entries_n + 1) * sizeof(*rows));
    size_t n = 0;
    for (size_t i = 0; i < c->entries_n; i++)
        if (c->entries[i].listed)
            rows[n++] = (struct metrics_row){c->entries[i].name, &c->entries[i].status};
    metrics_write(out, rows, n);
    pthread_mutex_unlock(&c->lock);
    free(rows);
}
