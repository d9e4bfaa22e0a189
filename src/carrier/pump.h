/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pump: the messages of one carrier that are in memory: in order to the session, within the
 * window and the rate; what became of each, back to the outbox.
 *
 *   arrive ──► queue ──► on the wire ──► outcome job ──► its commit
 *              ▲ │ ▲         │
 *              │ │ └throttled┘
 *              └─┴── stands aside: an earlier one to this recipient is not settled
 *                    (carrier/recipients), its sender went too fast (carrier/senders)
 *
 * A message leaves in the order of its arrival, unless it stands aside, and never overtakes one to
 * the same recipient; a throttled part goes back to the place of its message and takes a new
 * sequence number when it leaves again. One outcome is told for each part that the carrier took,
 * and one for a message that ends otherwise, once nothing of it is on the wire any more.
 *
 * Knows no session and no socket: `submit` is the way to the carrier, `post` that to the writer;
 * what was posted comes back by itself to the mailbox given. Time is given as `now_us`
 * (clock_mono_us); but whether this node may send at all, the pump asks with the clock itself
 * before each submit: a process may be stopped for long between two of them; and whether the wall
 * stands before it (core/wall), before the first part of each message.
 * Room: what the outbox lets in (OUTBOX_ACTIVE). Threads: the carrier's.
 */
#ifndef NAVETTE_CARRIER_PUMP_H
#define NAVETTE_CARRIER_PUMP_H

#include "core/directory.h"
#include "core/outbox.h"
#include "core/verdict.h"
#include "smpp/session.h"

struct pump;

struct pump_calls {
    /* As smpp_session_request; the tag comes back with pump_answer. ERR_LIMIT, ERR_BUSY and
     * ERR_CONFLICT: not now, nothing was sent. */
    enum err (*submit)(void *ctx, const struct smpp_pdu *pdu, void *tag);
    void (*post)(void *ctx, struct job *job);
    /* Something changed: call pump_run soon. */
    void (*wake)(void *ctx);
};

struct pump_settings {
    uint32_t window;
    int64_t rate; /* parts a second; 0: no limit */
    int64_t throttle_pause_us;
    int64_t sender_rate; /* the same, of one sender */
    int64_t retry_us;
    enum doubt_policy on_doubt;
    struct verdicts verdicts;
    enum smpp_id_format response_id;
    const struct carrier_rules *rules; /* this and the directory outlive their use */
    const struct directory *directory;
};

struct pump *pump_new(struct outbox_slot *slot, struct mailbox *home,
                      const struct pump_calls *calls, void *ctx);
/* Jobs at the writer must have come back, or never will. */
void pump_free(struct pump *p);
void pump_configure(struct pump *p, const struct pump_settings *settings);

/* Sessions came or went: how much may be on the wire, until the next pump_configure. */
void pump_set_window(struct pump *p, uint32_t window);

/* From now on a session takes submits; or not any more. */
void pump_open(struct pump *p, bool open);
void pump_arrive(struct pump *p, struct outgoing *o);
/* A stop is committed: what the wall stands before, and has not begun to leave, ends here; what is
 * on the wire ends if the carrier does not take it. */
void pump_pass(struct pump *p);
/* Submits what may leave now and asks the store for more. Returns when to call again at the latest
 * (absolute), INT64_MAX if only an event can change something. */
int64_t pump_run(struct pump *p, int64_t now_us);
/* The end of a submit: as smpp_session_calls.on_response. Returns how long it took, in µs. */
int64_t pump_answer(struct pump *p, void *tag, enum smpp_outcome outcome,
                    const struct smpp_pdu *response, int64_t now_us);
/* Gives back to the store what waits here. What is on the wire stays. */
void pump_release(struct pump *p);
/* Hints may be lost: the next run looks into the store whatever they say. */
void pump_look(struct pump *p);

struct pump_figures {
    uint32_t on_wire;
    uint32_t uncommitted; /* outcomes at the writer */
    uint32_t uncommitted_most;
    int64_t paused_us;   /* what is left of the pause that the carrier asked for */
    bool rate_waits;     /* the next part waits for its turn */
    int64_t sender_rate; /* parts a second, of one sender; 0: no limit */
    bool sender_waits;   /* all that wait do so for their senders' turns, or behind one that does */
    bool recipient_waits; /* all that wait do so behind an earlier one to their recipient */
    uint64_t submits;
    uint64_t throttles;
    int64_t rate_limit;       /* parts a second, as the carrier lets us now; 0: no limit */
    int64_t oldest_due_at_us; /* of what waits */
    bool waits;
    uint32_t behind_recipient; /* messages that wait for an earlier one to the same recipient */
    uint32_t behind_sender;    /* for their sender's rate */
};
void pump_figures(struct pump *p, struct pump_figures *out, int64_t now_us);
uint32_t pump_on_wire(const struct pump *p);
bool pump_throttled(const struct pump *p, int64_t now_us);

#endif
