/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/output.h"

#include "smpp/pdu.h"

#include <assert.h>

enum { COMMAND_AT = 4 };

static uint32_t number_at(struct str pdus, size_t at)
{
    const uint8_t *p = (const uint8_t *)pdus.p + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The PDU that begins there; they are our own, and whole. */
static struct str pdu_at(struct str pdus, size_t at)
{
    size_t n = number_at(pdus, at);
    assert(n >= SMPP_HEADER_SIZE && n <= pdus.n - at);
    return str_sub(pdus, at, at + n);
}

/* May it pass by requests? */
static bool is_urgent(struct str pdu)
{
    uint32_t command = number_at(pdu, COMMAND_AT);
    bool answer = command & SMPP_RESPONSE && command != SMPP_UNBIND_RESP;
    return answer || command == SMPP_ENQUIRE_LINK;
}

struct kinds {
    bool urgent;
    bool mixed; /* something urgent stands behind something that is not */
};

static struct kinds look_at(struct str pdus)
{
    struct kinds kinds = {0};
    bool other = false;
    for (size_t at = 0; at < pdus.n && !kinds.mixed;) {
        struct str pdu = pdu_at(pdus, at);
        bool urgent = is_urgent(pdu);
        kinds.urgent |= urgent;
        kinds.mixed |= urgent && other;
        other |= !urgent;
        at += pdu.n;
    }
    return kinds;
}

static void add_kind(struct buf *to, struct str pdus, bool urgent)
{
    for (size_t at = 0; at < pdus.n;) {
        struct str pdu = pdu_at(pdus, at);
        if (is_urgent(pdu) == urgent)
            buf_add_str(to, pdu);
        at += pdu.n;
    }
}

/* The first border at or behind `least`. */
static size_t border(struct str pdus, size_t least)
{
    size_t at = 0;
    while (at < least)
        at += pdu_at(pdus, at).n;
    return at;
}

/* Where urgent PDUs may be put in: behind what the kernel may have and behind those before them. */
static size_t cut_of(struct str given, size_t fixed)
{
    size_t at = border(given, fixed);
    while (at < given.n && is_urgent(pdu_at(given, at)))
        at += pdu_at(given, at).n;
    return at;
}

/* Drops what has left, when that is worth moving the rest. */
static void trim(struct output *o, size_t waiting)
{
    size_t left = o->given.n - waiting;
    if (left < waiting)
        return;
    struct str given = buf_str(&o->given);
    size_t at = 0;
    while (at < left && at + pdu_at(given, at).n <= left)
        at += pdu_at(given, at).n;
    buf_consume(&o->given, at);
}

static enum err give(struct output *o, struct net_conn *conn, struct buf *pdus)
{
    if (o->given.err || pdus->err)
        return ERR_TOO_LARGE;
    return net_conn_write(conn, buf_str(pdus));
}

/* All that the connection still holds of requests stands back behind what is urgent. */
static enum err put_in_order(struct output *o, struct net_conn *conn)
{
    struct str given = buf_str(&o->given);
    size_t cut = cut_of(given, given.n - net_conn_held(conn));
    struct str later = str_sub(given, cut, given.n);
    struct str fresh = buf_str(&o->fresh);
    buf_clear(&o->sorted);
    add_kind(&o->sorted, fresh, true);
    buf_add_str(&o->sorted, later);
    add_kind(&o->sorted, fresh, false);
    net_conn_take_back(conn, later.n);
    o->given.n = cut;
    buf_add_str(&o->given, buf_str(&o->sorted));
    return give(o, conn, &o->sorted);
}

static enum err give_fresh(struct output *o, struct net_conn *conn)
{
    size_t waiting = net_conn_waiting(conn);
    struct kinds kinds = look_at(buf_str(&o->fresh));
    if (!waiting)
        buf_clear(&o->given);
    else
        trim(o, waiting);
    if (kinds.mixed || (waiting && kinds.urgent))
        return put_in_order(o, conn);
    if (waiting) {
        buf_add_str(&o->given, buf_str(&o->fresh));
        return give(o, conn, &o->fresh);
    }
    struct buf spare = o->given;
    o->given = o->fresh;
    o->fresh = spare;
    return give(o, conn, &o->given);
}

enum err output_flush(struct output *o, struct net_conn *conn)
{
    enum err e = o->fresh.err;
    if (!e && o->fresh.n && conn)
        e = give_fresh(o, conn);
    buf_clear(&o->fresh);
    return e;
}

void output_add(struct output *o, struct str pdus)
{
    buf_add_str(&o->fresh, pdus);
}

size_t output_waiting(const struct output *o, const struct net_conn *conn)
{
    return o->fresh.n + net_conn_waiting(conn);
}

void output_init(struct output *o, size_t limit)
{
    o->fresh = buf_limited(2 * limit);
    o->given = buf_limited(2 * limit);
    o->sorted = buf_limited(2 * limit);
}

void output_clear(struct output *o)
{
    buf_clear(&o->fresh);
    buf_clear(&o->given);
}

void output_free(struct output *o)
{
    buf_free(&o->fresh);
    buf_free(&o->given);
    buf_free(&o->sorted);
}
