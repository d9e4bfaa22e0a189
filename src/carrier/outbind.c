/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/outbind.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "smpp/frame.h"
#include "smpp/pdu.h"

#include <stdlib.h>

static const int64_t again_us = 60 * SEC_US; /* after the address could not be had */
enum { ADDRESS_SIZE = 80, WRITE_LIMIT = 8 * 1024 * 1024 };

/* A connection that has not shown its outbind yet. */
struct caller {
    struct outbind *owner;
    struct net_conn *conn; /* NULL: free */
    struct net_timer *timer;
    uint64_t number; /* counts up with each that came */
    struct smpp_frame frame;
};

struct outbind {
    struct net_loop *loop;
    const struct carrier_settings *settings;
    const char *label;
    struct binds *binds;
    struct net_listener *listener; /* NULL: the address could not be had */
    int64_t again_at_us;
    struct arena *arena; /* of the PDU in hand */
    uint64_t came;
    struct caller callers[OUTBIND_WAITING];
};

static void let_go(struct caller *c)
{
    c->conn = NULL;
    net_timer_cancel(c->timer);
    smpp_frame_free(&c->frame);
}

static void turn_away(struct caller *c, const char *reason)
{
    log_warn("outbind_refused", "carrier=%s peer=%s reason=\"%s\"", c->owner->label,
             net_conn_peer(c->conn), reason);
    net_conn_free(c->conn);
    let_go(c);
}

/* The time tells neither which of the two is wrong nor how much of it is right. */
static bool is_right(const struct carrier_settings *s, const struct smpp_outbind *shown)
{
    uint8_t ours[SECRET_DIGEST_SIZE];
    uint8_t theirs[SECRET_DIGEST_SIZE];
    struct str wanted[] = {s->outbind_system_id, STR(":"), s->outbind_password};
    struct str given[] = {shown->system_id, STR(":"), shown->password};
    secret_digest(ours, wanted, 3);
    secret_digest(theirs, given, 3);
    return secret_equal(ours, theirs, sizeof(ours));
}

static void welcome(struct caller *c, struct str rest)
{
    struct outbind *o = c->owner;
    struct bind *b = binds_awaiting(o->binds);
    if (!b) {
        turn_away(c, "as many receivers as there may be");
        return;
    }
    log_info("carrier_outbind", "carrier=%s peer=%s", o->label, net_conn_peer(c->conn));
    bind_accept(b, c->conn, rest);
    let_go(c);
}

static void take_pdu(struct caller *c, struct str bytes, struct str rest)
{
    struct outbind *o = c->owner;
    struct smpp_pdu pdu;
    uint32_t ignored;
    arena_reset(o->arena);
    bool readable = smpp_pdu_read(&pdu, o->arena, bytes, &ignored) == OK;
    if (!readable || pdu.command != SMPP_OUTBIND) {
        turn_away(c, "its first PDU is no outbind");
    } else if (!is_right(o->settings, &pdu.body.outbind)) {
        turn_away(c, "wrong system_id or password");
    } else {
        welcome(c, rest);
    }
}

/* ---- calls of the connections ---- */

static void on_open(void *ctx)
{
    (void)ctx;
}

static void on_data(void *ctx, struct str bytes)
{
    struct caller *c = ctx;
    struct str pdu;
    if (smpp_frame_next(&c->frame, &pdu, &bytes, SMPP_PDU_MAX_UNBOUND))
        turn_away(c, "its first PDU is no outbind");
    else if (pdu.n)
        take_pdu(c, pdu, bytes);
}

static void on_close(void *ctx, const char *reason)
{
    turn_away(ctx, reason);
}

static const struct net_conn_calls conn_calls = {
    .on_open = on_open, .on_data = on_data, .on_close = on_close};

static void on_timer(void *ctx)
{
    turn_away(ctx, "no outbind in time");
}

/* When all are taken, the one that has been silent longest makes room: the carrier speaks at once,
 * and silence must not keep it out. */
static struct caller *place_for_one(struct outbind *o)
{
    struct caller *oldest = &o->callers[0];
    for (size_t i = 0; i < OUTBIND_WAITING; i++) {
        struct caller *c = &o->callers[i];
        if (!c->conn)
            return c;
        if (c->number < oldest->number)
            oldest = c;
    }
    turn_away(oldest, "silent while others came");
    return oldest;
}

static void on_accept(void *ctx, struct net_conn *conn)
{
    struct outbind *o = ctx;
    struct caller *c = place_for_one(o);
    c->conn = conn;
    c->number = o->came++;
    smpp_frame_init(&c->frame);
    net_timer_set(c->timer, OUTBIND_WAIT_S * SEC_US);
    net_conn_adopt(conn, &conn_calls, c);
}

/* ---- life ---- */

static void listen_now(struct outbind *o)
{
    static const struct net_listener_calls calls = {.on_accept = on_accept};
    char address[ADDRESS_SIZE];
    o->again_at_us = clock_mono_us() + again_us;
    if (str_copy(address, sizeof(address), o->settings->outbind_listen))
        return;
    if (net_listen(&o->listener, o->loop, address, NULL, WRITE_LIMIT, OUTBIND_WAITING + BINDS_MAX,
                   &calls, o))
        log_error("outbind_listen_failed", "carrier=%s address=%s", o->label, address);
}

struct outbind *outbind_new(struct net_loop *loop, const struct carrier_settings *settings,
                            const char *label, struct binds *binds)
{
    struct outbind *o = base_alloc(sizeof(*o));
    o->loop = loop;
    o->settings = settings;
    o->label = label;
    o->binds = binds;
    o->arena = arena_new();
    for (size_t i = 0; i < OUTBIND_WAITING; i++) {
        o->callers[i].owner = o;
        o->callers[i].timer = net_timer_new(loop, on_timer, &o->callers[i]);
    }
    listen_now(o);
    return o;
}

void outbind_free(struct outbind *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < OUTBIND_WAITING; i++) {
        net_conn_free(o->callers[i].conn);
        smpp_frame_free(&o->callers[i].frame);
        net_timer_free(o->callers[i].timer);
    }
    net_listener_free(o->listener);
    arena_free(o->arena);
    free(o);
}

void outbind_adopt(struct outbind *o, const struct carrier_settings *settings)
{
    o->settings = settings;
}

void outbind_tick(struct outbind *o)
{
    if (!o->listener && clock_mono_us() >= o->again_at_us)
        listen_now(o);
}

bool outbind_is_open(const struct outbind *o)
{
    return o->listener != NULL;
}
