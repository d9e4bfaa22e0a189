/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/carrier: all carriers that we bind to as an SMPP client, on one loop's thread. Work comes
 * from core/outbox and its outcome goes back there; settings come from the directory, whose changes
 * are followed: a new carrier is connected, changed settings are taken over (with a polite rebind
 * where the session depends on them), a disabled or removed one is unbound and its messages are
 * released; so is one of which this node holds no place any more.
 *
 * Law: nothing that the carrier sends is answered before its commit; nothing that was written to
 * the carrier is forgotten without an outcome.
 * Threads: carriers_new before the threads start, carriers_free after they ended (the loop is
 * still there, the writer took its last job); the others from any.
 */
#ifndef NAVETTE_CARRIER_CARRIER_H
#define NAVETTE_CARRIER_CARRIER_H

#include "base/buf.h"
#include "core/core.h"
#include "core/probe_ask.h"
#include "core/tap.h"
#include "core/trial.h"
#include "net/loop.h"

struct carriers;

/* Attaches to the outbox and to the directory, and begins to connect. */
enum err carriers_new(struct carriers **out, struct core *core, struct net_loop *loop) MUST_CHECK;
/*
 * Ends all sessions: nothing more is submitted, what never left is released, the answers of what
 * is on the wire are awaited for CARRIER_DRAIN_MS at most, then each bind says goodbye within
 * CARRIER_UNBIND_MS. `done` is called on the loop's thread. Messages that arrive later are released
 * as long as the loop turns. Once.
 */
enum { CARRIER_DRAIN_MS = 5000, CARRIER_UNBIND_MS = 2000 };
void carriers_stop(struct carriers *c, void (*done)(void *ctx), void *ctx);
void carriers_free(struct carriers *c);

enum carrier_state {
    CARRIER_OFF,        /* disabled or removed */
    CARRIER_DOWN,       /* waits for its next attempt */
    CARRIER_CONNECTING, /* an attempt is under way */
    CARRIER_BOUND,      /* can submit */
    CARRIER_THROTTLED,  /* bound, but the carrier asked for a pause */
    CARRIER_ENDING,     /* the last answers are awaited, then unbind */
    CARRIER_ELSEWHERE,  /* others of the nodes on this database hold its binds */
    CARRIER_REFUSED,    /* it refuses the login: a person must correct it; tried slowly meanwhile */
    CARRIER_STATES
};
/* "off", "down", … */
const char *carrier_state_name(enum carrier_state state);

enum {
    CARRIER_ERROR_SIZE = 120,
    CARRIER_WHY_SIZE = 240,
    CARRIER_PEER_SIZE = 64,
    CARRIER_SESSIONS_MAX = 64,
    CARRIER_REFUSED_MAX = 16,
    CARRIER_WITHIN_LEAST = 10, /* 2^10 µs: a millisecond */
    CARRIER_WITHIN_MOST = 26,  /* 67 s */
};

/* A session, or what stands in the place of one. */
struct carrier_session {
    const char *mode;  /* "trx", "tx", "rx" */
    const char *state; /* "bound", "connecting", … */
    char peer[CARRIER_PEER_SIZE];
    int64_t since_us; /* bound since; 0: it is not */
    int64_t heard_us; /* when the carrier last said something; 0: never */
    uint32_t window_used;
};

/* How a carrier was at most a second ago. What is counted is counted since the start. */
struct carrier_status {
    enum carrier_state state;
    int64_t since_us;
    const char *limit;              /* carrier/limit.def: what keeps it from sending more */
    char why[CARRIER_WHY_SIZE];     /* the same as a sentence */
    char error[CARRIER_ERROR_SIZE]; /* the latest reason why it was not bound; "" for none */
    int64_t error_at_us;
    unsigned binds; /* sessions that are bound */
    unsigned binds_wanted;
    struct carrier_session sessions[CARRIER_SESSIONS_MAX];
    size_t sessions_n;
    uint32_t window_used;
    uint32_t window_size;
    int64_t rate_now;         /* parts submitted in the last second */
    int64_t rate_limit;       /* parts a second, at most, as the carrier takes them; 0: no limit */
    int64_t active;           /* messages in memory */
    int64_t oldest_due_at_us; /* of the next message to leave; 0: none waits in memory */
    int64_t response_p50_us;  /* of the last five minutes; 0: nothing was answered */
    int64_t response_p99_us;
    uint64_t responses;
    uint64_t responses_us; /* how long all of them took together */
    uint64_t within[CARRIER_WITHIN_MOST - CARRIER_WITHIN_LEAST + 1]; /* took less than 2^i µs */
    uint64_t submits;
    uint64_t receipts; /* as the carrier sent them, doubles and unreadable ones too */
    uint64_t incoming;
    uint64_t throttles;  /* pauses that the carrier asked for */
    uint64_t reconnects; /* attempts after the first */
    struct carrier_refused {
        uint32_t status; /* command_status of submit_sm_resp */
        uint64_t n;
    } refused[CARRIER_REFUSED_MAX]; /* the most frequent first */
    size_t refused_n;
    uint64_t refused_else; /* of still other statuses */
};
/* false when there is no such carrier. */
bool carriers_status(struct carriers *c, int64_t carrier_id, struct carrier_status *out);
/* Somebody looks on at a carrier's sessions, on its own thread; the tap is closed when there is no
 * such carrier, when too many look on, and at the end. */
void carriers_trace(struct carriers *c, struct tap *tap);
/* Finds out how a carrier behaves and tells it as core/probe_ask's notes; one probe of a carrier at
 * once. The tap is closed at the end. */
void carriers_probe(struct carriers *c, const struct probe_ask *ask, struct tap *tap);
/* Tries settings: carrier/trials. */
void carriers_try(struct carriers *c, struct trial *trial);
/* Figures of all carriers in the Prometheus text format, with the label carrier="name". */
void carriers_metrics(struct carriers *c, struct buf *out);

#endif
