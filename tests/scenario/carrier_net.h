/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network, played: stands in for net/loop and net/conn under the carriers, with virtual time
 * and one SMSC at the other end of every connection. Nothing sleeps, no socket is opened.
 */
#ifndef NAVETTE_TESTS_SCENARIO_CARRIER_NET_H
#define NAVETTE_TESTS_SCENARIO_CARRIER_NET_H

#include "net/conn.h"
#include "smpp/session.h"

enum { SMSC_SUBMITS_MAX = 20000, SMSC_BINDS_MAX = 128, SMSC_NAME_SIZE = 48 };
#define SMSC_SILENCE UINT32_MAX /* in place of a status: no answer */

struct smsc_submit {
    uint32_t sequence;
    int64_t at_us;
    char text[24];
    struct net_conn *conn;
    uint32_t session; /* of the SMSC's count */
};

/* A bind, as it came. */
struct smsc_bind {
    enum smpp_mode mode;
    char host[SMSC_NAME_SIZE]; /* "host:port" that was dialled; "outbind" for none */
    char system_id[17];
    char password[17];
    uint8_t interface_version;
    uint8_t addr_ton;
    uint8_t addr_npi;
    char address_range[42];
};

/* The SMSC: what it does is set by the test, what it saw is counted. */
struct smsc {
    bool down;             /* refuses connections */
    bool dead;             /* takes bytes and says nothing */
    bool reads_nothing;    /* leaves bytes where they are, and speaks all the same */
    size_t stuck;          /* leaves the bytes of this connection, of its count; 0 of none */
    const char *dead_host; /* refuses connections to this one only */
    char dialled[SMSC_BINDS_MAX][SMSC_NAME_SIZE];
    struct smsc_bind binds[SMSC_BINDS_MAX];
    size_t binds_n;
    uint32_t bind_status;    /* of its answers to binds */
    int64_t stands_still_us; /* before each submit is made, our process is not scheduled so long */
    bool silent;             /* submits stay unanswered */
    /* Of its answers, or SMSC_SILENCE; NULL: always 0. */
    uint32_t (*status)(const struct smsc_submit *s);
    size_t attempts;
    size_t open_now;
    size_t open_most; /* connections and attempts at once */
    size_t unbinds;
    struct smsc_submit submits[SMSC_SUBMITS_MAX];
    size_t submits_n;
    size_t delivered; /* answers to what it sent us */
    uint32_t deliver_status;
    char listens[SMSC_NAME_SIZE]; /* where we listen; "" nowhere */
};
extern struct smsc smsc;

/* All that happens now: letters, timers that are due, bytes. */
void net_play(struct net_loop *loop);
/* When the next timer is due; INT64_MAX if none. */
int64_t net_next_us(const struct net_loop *loop);

/* The SMSC answers a submit that it kept. */
void smsc_answer(const struct smsc_submit *s, uint32_t status);
/* A deliver_sm over a bind that receives; true if there was one. */
bool smsc_deliver(struct net_loop *loop, uint8_t esm_class, struct str text);
/* Every connection breaks; with `mode`, only those bound that way. */
void smsc_cut(struct net_loop *loop, int mode);
/* It says enquire_link on every session. */
void smsc_enquire(struct net_loop *loop);
/* The command of the first PDU that it has not read yet, on its first session; 0 if it has all. */
uint32_t smsc_unread(const struct net_loop *loop);
/* The connection that was made last breaks. */
void smsc_cut_one(struct net_loop *loop);
/* It says unbind on every session. */
void smsc_unbind(struct net_loop *loop);
/* Connects to where we listen, and sends outbind, or nothing without a system_id.
 * False if nobody listens. */
bool smsc_outbind(struct net_loop *loop, const char *system_id, const char *password);
/* Connections that are open, bound or not. */
size_t smsc_open(const struct net_loop *loop);
size_t smsc_bound(struct net_loop *loop, enum smpp_mode mode);

#endif
