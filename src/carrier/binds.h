/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/binds: the sessions of a line: of which kinds, how many, and which of them takes the next
 * submit. With `trx` there are settings.binds transceivers, and a receiver more where outbind is
 * listened for; with `tx+rx` as many pairs.
 *
 * Binds are made when they are first needed and used again; there is no cost for those that are
 * not. Owner: who calls binds_free. Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_BINDS_H
#define NAVETTE_CARRIER_BINDS_H

#include "carrier/bind.h"

enum { BINDS_MAX = 64 }; /* 32 pairs */

struct binds {
    struct net_loop *loop;
    struct bind_calls calls;
    void *ctx;
    struct bind *at[BINDS_MAX]; /* made, of which the first n are in use */
    size_t made;
    size_t n;
    size_t latest;   /* the one that took the latest submit */
    uint64_t starts; /* how often binds_start was called */
};

void binds_init(struct binds *set, struct net_loop *loop, const struct bind_calls *calls,
                void *ctx);
void binds_free(struct binds *set);

/* Only while all are idle. */
void binds_start(struct binds *set, const struct carrier_settings *s);
/* The same settings from another place in memory. */
void binds_adopt(struct binds *set, const struct carrier_settings *s);
void binds_unbind(struct binds *set);
void binds_cut(struct binds *set);
bool binds_are_idle(const struct binds *set);

/* As bind_request, to the session with most room; ERR_LIMIT when none has any. */
enum err binds_submit(struct binds *set, const struct smpp_pdu *pdu, void *tag) MUST_CHECK;
void binds_flush(struct binds *set);
/* bind_drop of all that submit, bind_flush of the others. */
void binds_drop_submitters(struct binds *set, const char *reason);
/* Of those that receive. */
void binds_pause(struct binds *set, bool paused);
/* One that awaits outbind, or NULL. */
struct bind *binds_awaiting(const struct binds *set);

/* Sessions that can submit. */
size_t binds_able(const struct binds *set);
struct binds_figures {
    unsigned bound;
    unsigned wanted;     /* without those that await outbind */
    unsigned connecting; /* submitters under way, or on their way out to be made anew */
    uint32_t refused;    /* the status with which a login is refused; 0: none */
    uint64_t reconnects;
};
void binds_figures(const struct binds *set, struct binds_figures *out);

#endif
