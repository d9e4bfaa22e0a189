/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "carrier/carrier.h"
#include "carrier/line.h"

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

static void stop_now(struct letter *letter)
{
    struct carriers *c =
        (struct carriers *)((char *)letter - offsetof(struct carriers, stop_letter));
    c->stopping = true;
    const struct directory *d = core_directory(c->core);
    for (size_t i = 0; i < c->entries_n; i++)
        line_want(c->entries[i].line, d, NULL, CARRIER_OFF);
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
    c->directory_letter.deliver = directory_changed;
    outbox_attach(core_outbox(core), net_loop_mailbox(loop), arrive, look);
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
};

const char *carrier_state_name(enum carrier_state state)
{
    return state_names[state];
}

/* A label's value: backslash, quote and line feed are escaped. */
static void write_label(struct buf *out, const char *name)
{
    buf_add_str(out, STR("{carrier=\""));
    for (const char *c = name; *c; c++) {
        if (*c == '\\' || *c == '"')
            buf_add_u8(out, '\\');
        if (*c == '\n')
            buf_add_str(out, STR("\\n"));
        else
            buf_add(out, c, 1);
    }
    buf_add_u8(out, '"');
}

static int64_t figure(const struct carrier_status *s, size_t which)
{
    const int64_t figures[] = {
        s->window_used,        s->window_size,         s->active,    s->binds, (int64_t)s->submits,
        (int64_t)s->throttles, (int64_t)s->reconnects, s->rate_limit};
    return figures[which];
}

static void write_figures(struct carriers *c, struct buf *out)
{
    static const char *const heads[][3] = {
        {"navette_carrier_window_used", "gauge", "submit_sm unanswered"},
        {"navette_carrier_window_size", "gauge", "submit_sm unanswered at once, at most"},
        {"navette_carrier_active_messages", "gauge", "Messages in memory on their way out"},
        {"navette_carrier_binds", "gauge", "Sessions that are bound"},
        {"navette_carrier_submits_total", "counter", "Parts submitted"},
        {"navette_carrier_throttles_total", "counter", "Pauses the carrier asked for"},
        {"navette_carrier_reconnects_total", "counter", "Attempts to connect after the first"},
        {"navette_carrier_rate_limit", "gauge", "Parts a second, at most, for now; 0 for no limit"},
    };
    for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++) {
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", heads[h][0], heads[h][2], heads[h][0],
                   heads[h][1]);
        for (size_t i = 0; i < c->entries_n; i++) {
            if (!c->entries[i].listed)
                continue;
            buf_add_str(out, str_of(heads[h][0]));
            write_label(out, c->entries[i].name);
            buf_printf(out, "} %lld\n", (long long)figure(&c->entries[i].status, h));
        }
    }
}

static void write_states(struct carriers *c, struct buf *out)
{
    buf_add_str(out, STR("# HELP navette_carrier_state 1 for the state the carrier is in\n"
                         "# TYPE navette_carrier_state gauge\n"));
    for (size_t i = 0; i < c->entries_n; i++) {
        for (size_t s = 0; c->entries[i].listed && s <= CARRIER_ELSEWHERE; s++) {
            buf_add_str(out, STR("navette_carrier_state"));
            write_label(out, c->entries[i].name);
            buf_printf(out, ",state=\"%s\"} %d\n", state_names[s], c->entries[i].status.state == s);
        }
    }
}

void carriers_metrics(struct carriers *c, struct buf *out)
{
    pthread_mutex_lock(&c->lock);
    write_states(c, out);
    write_figures(c, out);
    pthread_mutex_unlock(&c->lock);
}
