/* SPDX-License-Identifier: Apache-2.0 */
#include "core/places.h"

#include "base/clock.h"
#include "core/core_base.h"
#include "store/id.h"

static const int64_t look_us = 500 * MS_US;
static const int64_t wait_us = 2 * SEC_US; /* for the node whose turn it is to take a place */
/* After a place was taken, or given up to even out the load: a node that died meanwhile is late by
 * then, and nothing is given up for it. */
static const int64_t level_us = 5 * SEC_US;

/* ---- the decision ---- */

/* The picture by carrier and by life. */
struct scene {
    const struct places_picture *p;
    size_t lives_n;
    size_t self;               /* index of this node's life; lives_n: it has none */
    int64_t load[STORE_NODES]; /* places held, and those that will be */
    uint32_t *holders;         /* of each carrier: bit l for the l-th life */
    int64_t *free;             /* of each carrier: places */
    enum place_choice *choices;
};

static bool is_allowed(const struct places_carrier *c, const struct node *life)
{
    return c->on_nodes == 0 || (c->on_nodes >> life->number & 1);
}

static size_t find_life(const struct scene *s, int64_t epoch)
{
    size_t l = 0;
    while (l < s->lives_n && s->p->lives[l].epoch != epoch)
        l++;
    return l;
}

static size_t find_carrier(const struct scene *s, int64_t id)
{
    size_t c = 0;
    while (c < s->p->carriers_n && s->p->carriers[c].id != id)
        c++;
    return c;
}

static void note_held(struct scene *s, const struct bind_place *held)
{
    size_t l = find_life(s, held->epoch);
    size_t c = find_carrier(s, held->carrier_id);
    if (l == s->lives_n || c == s->p->carriers_n)
        return;
    const struct places_carrier *carrier = &s->p->carriers[c];
    bool exists = held->place <= carrier->places;
    bool wanted = exists && is_allowed(carrier, &s->p->lives[l]);
    s->load[l] += wanted; /* what it is about to give up is no load */
    s->holders[c] |= UINT32_C(1) << l;
    s->free[c] -= exists;
    if (l == s->self && !wanted)
        s->choices[c] = PLACE_GIVE;
}

static bool is_late(const struct scene *s, size_t l)
{
    return s->p->lives[l].lease_until_us <= s->p->now_us;
}

static bool may_take(const struct scene *s, size_t c, size_t l)
{
    return !is_late(s, l) && !(s->holders[c] >> l & 1) &&
           is_allowed(&s->p->carriers[c], &s->p->lives[l]);
}

/* The least loaded life that may take the carrier; lives_n when there is none. */
static size_t least_loaded(const struct scene *s, size_t c)
{
    size_t least = s->lives_n;
    for (size_t l = 0; l < s->lives_n; l++)
        if (may_take(s, c, l) && (least == s->lives_n || s->load[l] < s->load[least]))
            least = l;
    return least;
}

/* Gives each free place of the carrier to a life. */
static void hand_out(struct scene *s, size_t c)
{
    size_t l;
    bool waited = s->p->carriers[c].waited && s->free[c] > 0 && s->self < s->lives_n &&
                  may_take(s, c, s->self);
    for (; s->free[c] > 0 && (l = least_loaded(s, c)) < s->lives_n; s->free[c]--) {
        s->load[l]++;
        s->holders[c] |= UINT32_C(1) << l;
        if (l == s->self)
            s->choices[c] = PLACE_TAKE;
    }
    if (waited)
        s->choices[c] = PLACE_TAKE;
}

/* The carrier of which a life should give up its place, since another would then hold less than it
 * even with that place; carriers_n for none. */
static size_t one_too_many(const struct scene *s, size_t l)
{
    size_t best = s->p->carriers_n;
    int64_t best_load = s->load[l] - 1;
    for (size_t c = 0; c < s->p->carriers_n; c++) {
        if (!(s->holders[c] >> l & 1) || s->p->carriers[c].on_nodes)
            continue;
        size_t to = least_loaded(s, c);
        if (to < s->lives_n && s->load[to] < best_load) {
            best = c;
            best_load = s->load[to];
        }
    }
    return best;
}

static void level(struct scene *s)
{
    size_t giver = s->lives_n;
    size_t carrier = s->p->carriers_n;
    for (size_t l = 0; l < s->lives_n; l++) {
        size_t c = is_late(s, l) ? s->p->carriers_n : one_too_many(s, l);
        if (c < s->p->carriers_n && (giver == s->lives_n || s->load[l] > s->load[giver])) {
            giver = l;
            carrier = c;
        }
    }
    if (giver < s->lives_n && giver == s->self && s->choices[carrier] == PLACE_AS_IS)
        s->choices[carrier] = PLACE_LEVEL;
}

enum place_choice *places_decide(const struct places_picture *p, struct arena *a)
{
    struct scene s = {.p = p, .lives_n = p->lives_n < STORE_NODES ? p->lives_n : STORE_NODES};
    s.self = find_life(&s, p->self);
    s.choices = ARENA_ARRAY(a, p->carriers_n, enum place_choice);
    s.holders = ARENA_ARRAY(a, p->carriers_n, uint32_t);
    s.free = ARENA_ARRAY(a, p->carriers_n, int64_t);
    for (size_t c = 0; c < p->carriers_n; c++)
        s.free[c] = p->carriers[c].places;
    for (size_t i = 0; i < p->held_n; i++)
        note_held(&s, &p->held[i]);
    for (size_t c = 0; c < p->carriers_n; c++) /* where there is the least choice first */
        if (p->carriers[c].on_nodes)
            hand_out(&s, c);
    for (size_t c = 0; c < p->carriers_n; c++)
        if (!p->carriers[c].on_nodes)
            hand_out(&s, c);
    if (p->may_level)
        level(&s);
    return s.choices;
}

/* ---- the look ---- */

/* What one look works with; the arena is the transaction's. */
struct look {
    struct core *core;
    struct store_tx *tx;
    struct places_picture picture;
    struct places_carrier *carriers;
    struct outbox_slot **slots; /* of the carriers */
    int64_t now_us;
    bool told;  /* the carriers have something to follow */
    bool again; /* at the next tick */
    bool soon;  /* which comes soon */
};

static bool holds(const struct look *k, int64_t carrier_id)
{
    for (size_t i = 0; i < k->picture.held_n; i++)
        if (k->picture.held[i].epoch == k->picture.self &&
            k->picture.held[i].carrier_id == carrier_id)
            return true;
    return false;
}

/* The lives that count: it is known of the others that they are dead. */
static enum err list_lives(struct look *k)
{
    struct node *lives;
    size_t n;
    size_t kept = 0;
    enum err e = store_node_list(&lives, &n, &k->tx->view);
    for (size_t i = 0; i < n && !e; i++)
        if (!lives[i].fenced)
            lives[kept++] = lives[i];
    k->picture.lives = lives;
    k->picture.lives_n = kept;
    return e;
}

static void add_carrier(struct look *k, const struct places_carrier *carrier,
                        struct outbox_slot *slot)
{
    k->slots[k->picture.carriers_n] = slot;
    k->carriers[k->picture.carriers_n++] = *carrier;
}

static bool is_listed(const struct look *k, int64_t carrier_id)
{
    for (size_t c = 0; c < k->picture.carriers_n; c++)
        if (k->carriers[c].id == carrier_id)
            return true;
    return false;
}

/* Those of the directory, and those that are gone from it and still have places. */
static void list_carriers(struct look *k, const struct directory *d)
{
    size_t most = d->carriers_n + k->picture.held_n;
    k->carriers = ARENA_ARRAY(k->tx->view.arena, most, struct places_carrier);
    k->slots = ARENA_ARRAY(k->tx->view.arena, most, struct outbox_slot *);
    k->picture.carriers = k->carriers;
    for (size_t i = 0; i < d->carriers_n; i++) {
        const struct directory_carrier *from = &d->carriers[i];
        struct places_carrier carrier = {.id = from->row.id};
        if (from->row.enabled && !carrier_settings_on_nodes(&carrier.on_nodes, &from->settings))
            carrier.places = from->settings.nodes;
        bool shared = from->settings.nodes > 1;
        k->told |= atomic_exchange(&from->slot->shared, shared) != shared;
        add_carrier(k, &carrier, from->slot);
    }
    for (size_t i = 0; i < k->picture.held_n; i++) {
        struct places_carrier gone = {.id = k->picture.held[i].carrier_id};
        if (!is_listed(k, gone.id))
            add_carrier(k, &gone, outbox_slot(k->core->outbox, gone.id));
    }
}

/* How long places have been free, as this node saw it. */
static void note_free(struct look *k)
{
    for (size_t c = 0; c < k->picture.carriers_n; c++) {
        struct places_carrier *carrier = &k->carriers[c];
        int64_t held = 0;
        for (size_t i = 0; i < k->picture.held_n; i++)
            held += k->picture.held[i].carrier_id == carrier->id &&
                    k->picture.held[i].place <= carrier->places;
        if (held >= carrier->places)
            k->slots[c]->free_since_us = 0;
        else if (!k->slots[c]->free_since_us)
            k->slots[c]->free_since_us = k->now_us;
        else
            carrier->waited = k->now_us - k->slots[c]->free_since_us >= wait_us;
    }
}

static bool is_leaving_one(const struct look *k)
{
    for (size_t c = 0; c < k->picture.carriers_n; c++)
        if (k->slots[c]->leaving)
            return true;
    return false;
}

static enum err take(struct look *k, size_t c)
{
    bool taken;
    enum err e = store_place_take(&taken, k->tx, k->carriers[c].id, k->carriers[c].places);
    k->core->places.changed_at_us = k->now_us;
    k->again = k->soon = true; /* for the table has changed, by this node or by another */
    return e;
}

/* First the slot, then the line, then the row. */
static enum err give_up(struct look *k, size_t c)
{
    struct outbox_slot *slot = k->slots[c];
    k->again = true;
    if (outbox_hold(slot, false)) {
        k->told = true;
        return OK;
    }
    return atomic_load(&slot->in_use) ? OK : store_place_give(k->tx, slot->carrier_id);
}

static enum err follow_choice(struct look *k, size_t c, enum place_choice choice)
{
    struct outbox_slot *slot = k->slots[c];
    bool mine = holds(k, slot->carrier_id);
    if (choice == PLACE_LEVEL)
        k->core->places.changed_at_us = k->now_us;
    slot->leaving = mine && (choice == PLACE_LEVEL || slot->leaving);
    if (mine && (slot->leaving || choice == PLACE_GIVE))
        return give_up(k, c);
    k->told |= outbox_hold(slot, mine);
    return choice == PLACE_TAKE ? take(k, c) : OK;
}

static enum err look(struct look *k, const struct directory *d)
{
    struct bind_place *held;
    enum err e = list_lives(k);
    if (!e)
        e = store_place_list(&held, &k->picture.held_n, k->tx);
    if (e)
        return e;
    k->picture.held = held;
    list_carriers(k, d);
    note_free(k);
    int64_t changed_at_us = k->core->places.changed_at_us;
    k->picture.may_level =
        !is_leaving_one(k) && (!changed_at_us || k->now_us - changed_at_us >= level_us);
    const enum place_choice *choices = places_decide(&k->picture, k->tx->view.arena);
    for (size_t c = 0; c < k->picture.carriers_n && !e; c++)
        e = follow_choice(k, c, choices[c]);
    return e;
}

enum err places_tick(struct core *c, struct store_tx *tx, bool *soon)
{
    struct places *p = &c->places;
    struct look k = {.core = c,
                     .tx = tx,
                     .picture = {.self = tx->epoch, .now_us = tx->now_us},
                     .now_us = clock_mono_us()};
    if (!db_shared(tx->view.db))
        return OK;
    const struct directory *d = core_directory(c);
    enum err e = OK;
    if (p->again || p->seen != d || k.now_us - p->looked_at_us >= look_us) {
        e = look(&k, d);
        p->looked_at_us = k.now_us;
        p->again = e || k.again;
        *soon |= k.soon;
        const struct directory *before = p->seen;
        p->seen = d;
        d = before;
    }
    directory_release(d);
    if (k.told)
        core_tell_carriers(c);
    return e;
}
