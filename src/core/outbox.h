/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/outbox: messages on their way to a carrier's session, and what became of them.
 *
 * The carrier room takes work here and reports here; it never touches a row. In memory lives only a
 * bounded active set per carrier (OUTBOX_ACTIVE); the rest waits in the store.
 *
 *   accept ── room? ──► SENDING, letter to the carrier's thread
 *          └─ else ───► QUEUED ── outbox_take ──► SENDING, letter
 *   carrier ── outcome ──► SENT | REJECTED | QUEUED again | IN_DOUBT | EXPIRED | UNKNOWN
 *
 * A slot is the live state that the writer and the carrier's thread share: atomics only, all of
 * them hints; the store has the truth.
 * Threads: as said at each function.
 */
#ifndef NAVETTE_CORE_OUTBOX_H
#define NAVETTE_CORE_OUTBOX_H

#include "core/wall.h"
#include "smpp/message_id.h"
#include "store/message.h"
#include "store/writer.h"
#include "text/coding.h"

enum { OUTBOX_ACTIVE = 8192, OUTBOX_TAKE = 1000, CARRIER_REF_SIZE = 80 };

/* One message in memory. One block: outgoing_free releases it with its texts. */
struct outgoing {
    struct letter letter;
    struct outgoing *next; /* for whoever holds it */
    struct outbox_slot *slot;
    int64_t id;
    int64_t due_at_us;
    int64_t expires_at_us;
    int64_t closes_at_us; /* nothing of it begins to leave from then on; 0: it may at any time */
    uint64_t recipient;   /* E.164 */
    struct str sender;
    struct str text; /* UTF-8 */
    struct str tag;
    int64_t account_id;
    enum text_encoding encoding;
    struct text_layout layout;
    int class;      /* 0 to 3; -1: none */
    uint32_t parts; /* submit_sm: message_submits */
    uint32_t attempts;
    uint16_t reference;
    uint8_t answered[32]; /* bit part-1: the carrier has taken this part before */
    bool queued;          /* it was taken from the queue, where its row still stands */
    bool chat;            /* it belongs to a conversation */
};
void outgoing_free(struct outgoing *o);

struct outbox_slot {
    struct outbox_slot *next;
    int64_t carrier_id;
    _Atomic bool ready;     /* set by the carrier: a session can submit */
    _Atomic bool backlog;   /* the store has more that is due */
    _Atomic int64_t active; /* outgoing in memory: counted up where born, down by outgoing_free */
    _Atomic int64_t most;   /* set by the carrier: `active` stays below it; OUTBOX_ACTIVE or less */
    _Atomic bool held;      /* this node may bind to the carrier: store/place */
    _Atomic bool shared;    /* other nodes may be bound to it at the same time */
    _Atomic bool in_use;    /* set by the carrier: a bind of it may still be open */
    const _Atomic int64_t *send_until_us; /* of the outbox: outbox_may_send */
    struct wall *wall;                    /* of the outbox; NULL: there is none */
    /* Set by the carrier's thread (clock_mono_us): since when there is no session, and since when
     * the carrier asks for pauses and takes nothing; 0: not so. */
    _Atomic int64_t lost_since_us;
    _Atomic int64_t throttled_since_us;
    /* Set by core/failover: since when (clock_now_us) it is away for longer than its settings bear,
     * on every node that could send; 0: it is not. And why. */
    _Atomic int64_t away_since_us;
    _Atomic bool away_throttled;
    _Atomic int64_t receipt_wait_us; /* failover_receipt_s; 0: never */
    void *owner;                     /* the carrier thread's own; nobody else reads it */
    struct outbox *outbox;           /* whose it is, and the two below: outbox_wake's */
    struct letter look;
    _Atomic bool looking;  /* that letter is under way */
    bool was_held;         /* core/places: before, or is now */
    uint32_t turn;         /* the writer's: how often it was held again */
    int64_t free_since_us; /* core/places: since when each look saw a free place; 0: none */
    bool leaving;          /* core/places: to be given up once it is not in use */
    struct outbox_away {   /* core/failover */
        int64_t free_since_us;
        int64_t due_at_us; /* how far the pass over what waits for it has come */
        int64_t message_id;
        int64_t again_us;
    } away;
};

/* New messages take another route if they have one. Any thread. */
static inline bool outbox_is_away(const struct outbox_slot *slot)
{
    return atomic_load_explicit(&slot->away_since_us, memory_order_relaxed) != 0;
}

/* Since when the carrier has no session, or asks for pauses; 0: not, or not any more. What is so
 * already stays as it was. The carrier's thread. */
static inline void outbox_note_since(_Atomic int64_t *since_us, int64_t at_us)
{
    int64_t was_us = atomic_load_explicit(since_us, memory_order_relaxed);
    if ((was_us != 0) != (at_us != 0))
        atomic_store(since_us, at_us);
}
static inline void outbox_note_lost(struct outbox_slot *slot, int64_t at_us)
{
    outbox_note_since(&slot->lost_since_us, at_us);
}
static inline void outbox_note_throttle(struct outbox_slot *slot, int64_t at_us)
{
    outbox_note_since(&slot->throttled_since_us, at_us);
}

struct outbox;

/* `shared`: other nodes serve the same database, so that a slot is held only once core/places says
 * so, and nothing may be sent before outbox_may_send_until. */
struct outbox *outbox_new(bool shared);
void outbox_free(struct outbox *o);
/* Creates the slot at first use; it lives as long as the outbox. Any thread. */
struct outbox_slot *outbox_slot(struct outbox *o, int64_t carrier_id);
/* This node holds a place of the carrier from now on, or not any more; false: as it was. What was
 * known of the carrier's ids in an earlier turn is forgotten: meanwhile others may have had them.
 * The writer's thread. */
bool outbox_hold(struct outbox_slot *slot, bool held);

/*
 * Where letters go: `box` of the carrier's thread, on which `arrive` becomes the owner of each
 * outgoing and `look` is what outbox_wake asks for. Until this is set nothing is accepted into
 * SENDING. Before the threads start.
 */
void outbox_attach(struct outbox *o, struct mailbox *box, void (*arrive)(struct outgoing *o),
                   void (*look)(struct outbox_slot *slot));

/* `pass` is called on the carriers' thread, for each slot, when a stop has been committed: what it
 * has in memory that must not leave ends. Before the threads start. */
void outbox_on_stop(struct outbox *o, void (*pass)(struct outbox_slot *slot));

/* Until when (clock_mono_us) this node's lease surely holds. Any thread. */
void outbox_may_send_until(struct outbox *o, int64_t until_us);
/* May something leave now? Whoever sends asks with the clock's time of that moment. Any thread. */
static inline bool outbox_may_send(const struct outbox_slot *slot, int64_t now_us)
{
    return now_us < atomic_load(slot->send_until_us);
}

/* The store has something for this carrier: `look` is called on the carrier's thread, once for all
 * that ask before it. Any thread. */
void outbox_wake(struct outbox *o, struct outbox_slot *slot);

/* ---- for the carrier's thread ---- */

/* Asks for waiting messages, at most `limit`. The job comes back at `home` with how many it found;
 * the messages themselves arrive through outbox_attach, before it. */
struct take_job {
    struct job job;
    struct outbox_slot *slot;
    size_t limit;
    size_t found; /* result */
};

/* A carrier's id as it is kept: ASCII, as SMPP has it; any other byte of a stranger's becomes '?'.
 * ERR_TOO_LONG: cut. */
enum err carrier_ref_copy(char out[CARRIER_REF_SIZE], struct str id);
/* The same of one that is written in this format. */
enum err carrier_ref_read(char out[CARRIER_REF_SIZE], struct str id, enum smpp_id_format format);

enum outcome_kind {
    OUTCOME_SENT,     /* the carrier took this part; carrier_ref */
    OUTCOME_REJECTED, /* it refused this part for good; status */
    OUTCOME_RETRY,    /* not now: again at retry_at_us; status */
    OUTCOME_RELEASED, /* never left: back to the queue as it was */
    OUTCOME_IN_DOUBT, /* written, then the link was lost or the answer's time ran out */
    OUTCOME_EXPIRED,  /* its validity ended before it left */
    OUTCOME_REFUSED,  /* the wall stood before it: its recipient may be in quarantine */
};

/* The carrier's on_doubt. */
enum doubt_policy {
    DOUBT_RESEND, /* sent again, perhaps twice */
    DOUBT_ASK,    /* a person decides */
    DOUBT_FAIL,   /* ends as unknown */
};
enum doubt_policy doubt_policy_of(struct str on_doubt);

/* What happened to one part (SENT), or to the message once nothing of it is on the wire (all
 * others). The job is the caller's to free when it comes back; it always comes back with OK in the
 * end (job.def: KEEP). */
struct outcome_job {
    struct job job;
    enum outcome_kind kind;
    struct outbox_slot *slot;
    int64_t message_id;
    int64_t account_id;
    int64_t due_at_us;   /* RELEASED: as it was in the outgoing, or when its sender may again */
    int64_t retry_at_us; /* RETRY, and IN_DOUBT when it is sent again */
    int64_t at_us;       /* when the answer came */
    uint32_t part;       /* 1 … ; SENT and REJECTED */
    uint32_t parts;      /* of the outgoing */
    uint32_t status;     /* command_status, for RETRY, REJECTED */
    bool queued;         /* as in the outgoing, */
    bool chat;           /* and this */
    enum doubt_policy policy; /* IN_DOUBT */
    bool doubt;               /* REJECTED: another part was written and never answered */
    bool other;               /* REJECTED: another carrier may take it */
    char carrier_ref[CARRIER_REF_SIZE];
};

/* What becomes of a receipt whose message is not known by its id: the setting unknown_receipt. */
enum unknown_receipt { UNKNOWN_KEEP, UNKNOWN_REFUSE, UNKNOWN_DROP };

/* A final or intermediate receipt. Comes back with OK when stored, also if its message is not known
 * yet and it is kept or dropped; ERR_NOT_FOUND when it is refused, ERR_LIMIT when too many wait for
 * theirs: answer the carrier that the id is unknown. Any other error: nothing was stored, answer a
 * temporary error and the carrier sends it again. */
enum { RECEIPT_TEXT_SIZE = 64 };
struct receipt_job {
    struct job job;
    int64_t carrier_id;
    enum message_state state; /* a final one; SENT for an intermediate notification */
    enum unknown_receipt unknown;
    char carrier_ref[CARRIER_REF_SIZE];
    char receipt[RECEIPT_TEXT_SIZE]; /* "DELIVRD 000" */
};

/* An incoming message or a part. The same errors. Strings live as long as the job. */
struct incoming_job {
    struct job job;
    int64_t carrier_id;
    enum text_alphabet alphabet; /* what data_coding 0 means on this link */
    int64_t wait_us;             /* for the other parts of a long one */
    bool keep_text;              /* else it is not stored once all that it starts is written */
    struct str sender;           /* source_addr as the carrier wrote it, digits or alphanumeric */
    uint8_t sender_ton;
    struct str number; /* destination_addr */
    uint8_t coding;    /* data_coding */
    struct str bytes;  /* user data, UDH included when has_udh */
    bool has_udh;
    /* From SAR TLVs; total 0: none. */
    uint32_t sar_reference;
    uint32_t sar_total;
    uint32_t sar_part;
};

enum { INCOMING_WAIT_MIN = 10 };

/* Each is posted to the writer with writer_post after these set the kind, and what a carrier's
 * settings may say to the defaults. */
void take_job_init(struct take_job *job, struct mailbox *home, void (*deliver)(struct letter *));
void outcome_job_init(struct outcome_job *job, struct mailbox *home,
                      void (*deliver)(struct letter *));
void receipt_job_init(struct receipt_job *job, struct mailbox *home,
                      void (*deliver)(struct letter *));
void incoming_job_init(struct incoming_job *job, struct mailbox *home,
                       void (*deliver)(struct letter *));

/* ---- for the writer's work ---- */

/* From now on, if this transaction is committed, nothing that the stop concerns leaves this node:
 * core/wall. NULL: there are no carriers. */
struct wall_stop *outbox_stop(struct outbox *o, struct store_tx *tx,
                              const struct stop *stop) MUST_CHECK;
/* A stop that another node has committed. Any thread. */
void outbox_stop_heard(struct outbox *o, const struct stop *stop);
struct wall *outbox_wall(struct outbox *o);

/* True when a message that is accepted now may go straight to the carrier. */
bool outbox_has_room(const struct outbox *o, const struct outbox_slot *slot);
/* Makes the message a letter that leaves with the commit. `answered`: of one that was taken from
 * the queue; NULL for one that never was there. */
void outbox_hand_over(struct outbox *o, struct store_tx *tx, struct outbox_slot *slot,
                      const struct message *m, const uint8_t *answered);

#endif
