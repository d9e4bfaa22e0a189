/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which carriers are away, and what waits for them. A node knows it of the carriers of which it
 * holds a place, and tells the others through that place's row; a carrier is away when no node can
 * send. What waits for one that is away moves in slices, those that have another route; the rest
 * stays.
 */
#include "base/clock.h"
#include "base/log.h"
#include "core/core_base.h"
#include "core/route.h"
#include "store/place.h"
#include "store/queue.h"

enum { MOVE_AT_ONCE = 500, PASS_AGAIN_S = 5 };

struct failing {
    struct core *core;
    struct store_tx *tx;
    const struct directory *d;
    struct bind_place *places; /* on a shared database */
    size_t places_n;
    int64_t now_us; /* clock_mono_us */
};

/* ---- who is away ---- */

/* Since when (clock_now_us), or 0, and why. */
struct absence {
    int64_t since_us;
    bool throttled;
};

static int64_t wall_us(const struct failing *f, int64_t mono_us)
{
    return f->tx->now_us - (f->now_us - mono_us);
}

static bool has_lasted(const struct failing *f, int64_t since_us, int64_t most_s)
{
    return most_s && since_us && f->now_us - since_us >= most_s * SEC_US;
}

/* Nobody can bind to it, or does. */
static struct absence nobodys_absence(const struct failing *f, const struct directory_carrier *c)
{
    struct outbox_away *away = &c->slot->away;
    if (!away->free_since_us)
        away->free_since_us = f->now_us;
    if (!has_lasted(f, away->free_since_us, c->settings.failover_down_s))
        return (struct absence){0};
    return (struct absence){.since_us = wall_us(f, away->free_since_us)};
}

/* As this node's own sessions are; of one that is disabled, as if nobody could hold it. */
static struct absence own_absence(const struct failing *f, const struct directory_carrier *c)
{
    if (!c->row.enabled)
        return nobodys_absence(f, c);
    c->slot->away.free_since_us = 0;
    int64_t lost_us = atomic_load(&c->slot->lost_since_us);
    int64_t throttled_us = atomic_load(&c->slot->throttled_since_us);
    if (has_lasted(f, lost_us, c->settings.failover_down_s))
        return (struct absence){.since_us = wall_us(f, lost_us)};
    if (has_lasted(f, throttled_us, c->settings.failover_throttled_s))
        return (struct absence){.since_us = wall_us(f, throttled_us), .throttled = true};
    return (struct absence){0};
}

/* Tells the others when that changes. */
static enum err tell(const struct failing *f, const struct bind_place *mine, struct absence own)
{
    if ((own.since_us != 0) == (mine->away_since_us != 0))
        return OK;
    return store_place_away(f->tx, mine->carrier_id, own.since_us);
}

static enum err shared_absence(struct absence *out, const struct failing *f,
                               const struct directory_carrier *c)
{
    enum err e = OK;
    bool held = false;
    bool here = false;
    *out = (struct absence){0};
    for (size_t i = 0; i < f->places_n && !e; i++) {
        const struct bind_place *place = &f->places[i];
        if (place->carrier_id != c->row.id)
            continue;
        held = true;
        struct absence one = {.since_us = place->away_since_us};
        if (place->epoch == f->tx->epoch) {
            one = own_absence(f, c);
            e = tell(f, place, one);
        }
        here |= !one.since_us;
        if (one.since_us > out->since_us)
            *out = one;
    }
    if (!held)
        *out = nobodys_absence(f, c);
    else if (c->row.enabled)
        c->slot->away.free_since_us = 0;
    if (here)
        *out = (struct absence){0};
    return e;
}

static void note(const struct directory_carrier *c, struct absence now)
{
    struct outbox_slot *slot = c->slot;
    if ((now.since_us != 0) == outbox_is_away(slot))
        return;
    char label[LOG_SAFE_SIZE];
    log_safe(label, c->row.name);
    atomic_store(&slot->away_throttled, now.throttled);
    atomic_store(&slot->away_since_us, now.since_us);
    if (now.since_us)
        log_warn("carrier_away", "carrier=%s why=%s", label, now.throttled ? "throttled" : "down");
    else
        log_info("carrier_back", "carrier=%s", label);
}

static enum err look(const struct failing *f, const struct directory_carrier *c)
{
    struct absence now;
    enum err e = OK;
    if (db_shared(f->tx->view.db))
        e = shared_absence(&now, f, c);
    else
        now = own_absence(f, c);
    if (!e)
        note(c, now);
    return e;
}

/* ---- what waits ---- */

/* Could anything go elsewhere at all? Else nothing is read. */
static bool has_other(const struct failing *f, const struct directory_carrier *c)
{
    struct route_entry *entries;
    size_t n = route_entries(f->d, &entries);
    for (size_t i = 0; i < n; i++) {
        const struct directory_carrier *other = entries[i].carrier;
        if (other && other != c && other->row.enabled && !entries[i].row->draining &&
            !outbox_is_away(other->slot))
            return true;
    }
    return false;
}

static enum err move_slice(const struct failing *f, const struct directory_carrier *c, bool *more)
{
    struct outbox_away *away = &c->slot->away;
    struct message *list;
    size_t n;
    if (f->now_us < away->again_us || !has_other(f, c))
        return OK;
    enum err e = store_queue_waiting(&list, &n, f->tx, c->row.id, away->due_at_us, away->message_id,
                                     MOVE_AT_ONCE);
    for (size_t i = 0; i < n && !e; i++)
        e = reroute_waiting(f->core, f->tx, &list[i], atomic_load(&c->slot->away_throttled));
    if (e)
        return e;
    bool full = n == MOVE_AT_ONCE;
    *more |= full;
    away->due_at_us = full ? list[n - 1].due_at_us : 0;
    away->message_id = full ? list[n - 1].id : 0;
    away->again_us = full ? 0 : f->now_us + PASS_AGAIN_S * SEC_US;
    return OK;
}

enum err failover_tick(struct core *c, struct store_tx *tx, bool *more)
{
    struct failing f = {.core = c, .tx = tx, .d = core_directory(c), .now_us = clock_mono_us()};
    enum err e = OK;
    if (db_shared(tx->view.db))
        e = store_place_list(&f.places, &f.places_n, tx);
    for (size_t i = 0; i < f.d->carriers_n && !e; i++)
        e = look(&f, &f.d->carriers[i]);
    for (size_t i = 0; i < f.d->carriers_n && !e; i++) {
        const struct directory_carrier *carrier = &f.d->carriers[i];
        if (outbox_is_away(carrier->slot))
            e = move_slice(&f, carrier, more);
        else
            carrier->slot->away.again_us = 0;
    }
    directory_release(f.d);
    return e;
}
