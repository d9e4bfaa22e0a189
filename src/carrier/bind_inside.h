/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/bind_inside: a bind as its own files see it. Threads: the loop's only. */
#ifndef NAVETTE_CARRIER_BIND_INSIDE_H
#define NAVETTE_CARRIER_BIND_INSIDE_H

#include "carrier/attempts.h"
#include "carrier/bind.h"
#include "carrier/health.h"
#include "carrier/output.h"

enum {
    REASON_SIZE = 120,
    SUBMIT_LIMIT = 256 * 1024, /* bytes that wait before submits pause */
};

struct bind {
    struct net_loop *loop;
    struct bind_calls calls;
    void *ctx;
    struct bind_settings settings;
    enum bind_state state;
    bool wanted; /* connect again after the end */

    struct net_conn *conn;
    struct smpp_session *session;
    uint64_t session_number;
    const struct smpp_look *look; /* of each session; NULL: nobody looks on */
    unsigned busy;                /* calls of the session under way: it cannot be freed */
    bool over;                    /* the session ended, or the connection before it had one */
    char reason[REASON_SIZE];
    uint32_t refusal;
    struct output out;
    bool wire_full; /* when its room was last asked for */

    struct health health;
    const char *leave_reason; /* why we end a session to make it anew; NULL: we do not */
    int64_t leave_by_us;
    bool in_order; /* and that it is not the session's fault */

    struct net_timer *timer; /* the next attempt, the session's time, or the end of ENDING */
    struct attempts attempts;
    int64_t retry_at_us; /* in WAITING */
};

#endif
