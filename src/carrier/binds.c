/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/binds.h"

#include "carrier/settings.h"

#include <assert.h>

void binds_init(struct binds *set, struct net_loop *loop, const struct bind_calls *calls, void *ctx)
{
    *set = (struct binds){.loop = loop, .calls = *calls, .ctx = ctx};
}

void binds_free(struct binds *set)
{
    for (size_t i = 0; i < set->made; i++)
        bind_free(set->at[i]);
}

/* ---- life ---- */

static void start_one(struct binds *set, const struct carrier_settings *s, enum smpp_mode mode)
{
    assert(set->n < BINDS_MAX);
    if (set->n == set->made)
        set->at[set->made++] = bind_new(set->loop, &set->calls, set->ctx);
    struct bind_settings settings = settings_of_bind(s, mode);
    bind_start(set->at[set->n++], &settings);
}

void binds_start(struct binds *set, const struct carrier_settings *s)
{
    bool pairs = settings_are_pairs(s);
    set->n = set->latest = 0;
    set->starts++;
    for (int64_t i = 0; i < s->binds; i++) {
        start_one(set, s, pairs ? SMPP_TX : SMPP_TRX);
        if (pairs)
            start_one(set, s, SMPP_RX);
    }
    if (!pairs && s->outbind_listen.n)
        start_one(set, s, SMPP_RX);
}

void binds_adopt(struct binds *set, const struct carrier_settings *s)
{
    for (size_t i = 0; i < set->n; i++) {
        struct bind_settings settings = settings_of_bind(s, bind_mode(set->at[i]));
        bind_adopt(set->at[i], &settings);
    }
}

/* In both, the last one that becomes idle may make the owner start them all again. */
void binds_unbind(struct binds *set)
{
    uint64_t starts = set->starts;
    for (size_t i = 0; i < set->n && set->starts == starts; i++)
        bind_unbind(set->at[i]);
}

void binds_cut(struct binds *set)
{
    uint64_t starts = set->starts;
    for (size_t i = 0; i < set->n && set->starts == starts; i++)
        bind_cut(set->at[i]);
}

bool binds_are_idle(const struct binds *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (bind_state(set->at[i]) != BIND_IDLE)
            return false;
    return true;
}

/* ---- traffic ---- */

/* Equal ones take turns. */
enum err binds_submit(struct binds *set, const struct smpp_pdu *pdu, void *tag)
{
    size_t best = set->latest;
    uint32_t room = 0;
    for (size_t i = 1; i <= set->n; i++) {
        size_t at = (set->latest + i) % set->n;
        uint32_t its_room = bind_room(set->at[at]);
        if (its_room <= room)
            continue;
        room = its_room;
        best = at;
    }
    if (!room)
        return ERR_LIMIT;
    set->latest = best;
    return bind_request(set->at[best], pdu, tag);
}

void binds_flush(struct binds *set)
{
    for (size_t i = 0; i < set->n; i++)
        bind_flush(set->at[i]);
}

void binds_drop_submitters(struct binds *set, const char *reason)
{
    for (size_t i = 0; i < set->n; i++)
        if (bind_mode(set->at[i]) & SMPP_TX)
            bind_drop(set->at[i], reason);
        else
            bind_flush(set->at[i]);
}

void binds_pause(struct binds *set, bool paused)
{
    for (size_t i = 0; i < set->n; i++)
        if (bind_mode(set->at[i]) & SMPP_RX)
            bind_pause(set->at[i], paused);
}

struct bind *binds_awaiting(const struct binds *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (bind_state(set->at[i]) == BIND_AWAITING)
            return set->at[i];
    return NULL;
}

/* ---- figures ---- */

size_t binds_able(const struct binds *set)
{
    size_t able = 0;
    for (size_t i = 0; i < set->n; i++)
        able += bind_can_submit(set->at[i]);
    return able;
}

void binds_figures(const struct binds *set, struct binds_figures *out)
{
    *out = (struct binds_figures){0};
    for (size_t i = 0; i < set->made; i++) {
        const struct bind *b = set->at[i];
        enum bind_state state = bind_state(b);
        bool under_way = state == BIND_CONNECTING || (state == BIND_BOUND && !bind_can_submit(b));
        out->bound += state == BIND_BOUND;
        out->connecting += under_way && bind_mode(b) & SMPP_TX;
        out->reconnects += bind_reconnects(b);
        if (i >= set->n)
            continue;
        out->wanted += state != BIND_AWAITING;
        if (bind_refused(b))
            out->refused = bind_refused(b);
    }
}
