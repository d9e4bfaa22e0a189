/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/core_base: the inside of struct core, for the files of this room only.
 */
#ifndef NAVETTE_CORE_CORE_BASE_H
#define NAVETTE_CORE_CORE_BASE_H

#include "base/map.h"
#include "base/sieve.h"
#include "core/core.h"
#include "core/errand.h"
#include "store/reference.h"

#include <pthread.h>

enum { HINTS_MAX = 32 };

/* core/nodes: what a node knows of itself and the others; the writer's where nothing is said. */
struct nodes {
    int64_t began_us;         /* of the last commit, or of this process: clock_mono_us */
    bool over;                /* this life has ended: nothing may be sent any more */
    int64_t late_us;          /* when this node's own lease was last found in danger */
    int64_t ahead_us;         /* the database's clock of clock_mono_us, at the last tick */
    int64_t hints[HINTS_MAX]; /* carriers, given in the transaction of this instant: */
    size_t hints_n;
    int64_t hints_us;
    _Atomic int64_t directory_seen; /* setting 'directory', as the last tick read it */
    struct db *ears;                /* the clock's thread's: hears and gives hints; or NULL */
};

/* core/places: what it remembers between its looks. */
struct places {
    int64_t looked_at_us;
    const struct directory *seen; /* of the last look; held, so that no other has its address */
    bool again;                   /* the last look changed something */
    int64_t changed_at_us;        /* when it last took one, or gave one up to even out the load */
};

/* core/errand_work: who carries errands out, and how many it has. */
struct errand_desk {
    _Atomic(struct mailbox *) box; /* NULL: nobody, they wait */
    void (*deliver)(struct letter *letter);
    void *ctx;
    _Atomic int64_t out;
    int64_t looked_at_us; /* the writer's: when figures were last read */
};

/* core/retention: hints; a restart begins a pass anew, which goes on from the marks. */
struct retention {
    int64_t pass_at_us;  /* when the next pass begins */
    size_t next_account; /* of the directory, whose turn it is */
};

/* core/clock_work: how many jobs the writer had done when the clock last looked. */
struct haste {
    int64_t jobs;
    int64_t looked_us; /* clock_mono_us; 0: not yet */
};

struct core {
    struct core_config config;
    struct db *db; /* the writer's */
    struct writer *writer;
    struct outbox *outbox;
    struct references *references; /* the writer's */
    struct map *latest;          /* the writer's: whom a phone heard last, see latest_note; hints */
    struct sieve *quarantined;   /* the writer's: phones with rows that refuse; NULL on a shared
                                    database, where others add some */
    int64_t tidied_to;           /* the writer's: how far the clock is among the erroneous */
    int64_t feed_trim_at_us;     /* the writer's: when the feed is trimmed next */
    int64_t alerts_looked_at_us; /* the writer's: when core/alert looked last */
    int64_t epoch;
    unsigned number; /* of this node, in its ids */
    struct nodes nodes;
    struct places places;       /* the writer's */
    struct retention retention; /* the writer's */
    struct haste haste;         /* the writer's */
    struct mailbox *clock_box;  /* where the clock's own jobs come back, and hints leave from */
    pthread_t clock_thread;
    _Atomic bool clock_stopping;
    bool started;
    struct errand_desk errands;

    pthread_mutex_t directory_lock; /* guards the four below */
    const struct directory *directory;
    int64_t directory_version; /* setting 'directory' before it was read */
    struct mailbox *directory_box;
    struct letter *directory_letter;
};

/* ---- work of the writer, by kind of job: each in the file of its name ---- */

job_work change_work;
job_work accept_work;
job_work outcome_work;
job_work take_work;
job_work receipt_work;
job_work incoming_work;
job_work errand_work;
job_work clock_work;

/* ---- shared among them ---- */

/* Has its carrier taken a part of it, in this attempt or an earlier one? */
enum err carrier_took_some(bool *took, struct store_tx *tx, const struct message *m) MUST_CHECK;
/* Ends a message that did not leave, or not as a whole: out of the queue, the move, and the refund
 * unless a carrier took a part of it. A message that is no longer in this state, because another
 * node was quicker, is left alone. *ended (may be NULL): it was not. */
enum err end_unsent(struct store_tx *tx, const struct message *m, enum message_state to,
                    struct str receipt, bool *ended) MUST_CHECK;

/* A SENDING message of which nobody knows whether the carrier has it, and which is not sent again:
 * it waits for a decision, or ends as unknown (paid: the carrier may have it). */
enum err leave_in_doubt(struct store_tx *tx, int64_t message_id,
                        enum doubt_policy policy) MUST_CHECK;

/* A number that tells the parts of consecutive long messages to one phone apart: a counter per
 * sender and recipient, folded into a table; 8 bits where the mode has no more. Hints: a restart
 * begins at random. Any thread. */
uint16_t plan_reference(struct str sender, uint64_t recipient, enum text_long mode);
/* Lays a message out anew as these rules want it, wherever the old ones came from; only one of
 * which no part was answered may change so. *changed: its row must follow (store_message_replan);
 * its price stays. The errors of text_plan: it cannot be sent so, and is as it was. Pure. */
enum err plan_again(struct message *m, struct arena *a, const struct carrier_rules *rules,
                    bool *changed) MUST_CHECK;

/* A part of this message was answered, or has its receipt: it is settled at the end. */
void parts_changed(struct store_tx *tx, int64_t message_id);
/* The last work of a transaction: messages of several parts are SENT once the carrier answered for
 * each of their parts, final once the receipts say so. Until it ends they are held against other
 * nodes that settle them: all at once and in one order, so that no two wait for each other. */
enum err parts_settle(void *core, struct store_tx *tx) MUST_CHECK;
/* What to make of a SENT message of several parts now, when the clock looks at it: a move into what
 * its receipts say, or a sooner *look_at_us. *told: a part has its receipt. */
enum err parts_close(bool *told, struct core *c, struct store_tx *tx, const struct message *m,
                     struct message_move *move, int64_t *look_at_us) MUST_CHECK;
/* Joins receipts that came before their messages were known by these references. */
enum err receipt_join_early(struct core *c, struct store_tx *tx, const struct reference *refs,
                            size_t n) MUST_CHECK;

/* Runs a change on the caller's thread: at start and stop, while the writer's does not run. */
enum err core_change_now(struct core *c, struct change *change) MUST_CHECK;
/* The carriers look at the directory and their slots again. Any thread. */
void core_tell_carriers(struct core *c);

/* Remembers a message as its phone's newest, until the index knows it. */
void latest_note(struct core *c, const struct message *m);
/* All that the index does not know yet: at start. */
enum err latest_load(struct core *c, struct store_view *view) MUST_CHECK;
/* The newest message to a phone through a carrier that came from the number it answers to; else, as
 * carriers may put another number in a sender's place, the newest of all. ERR_NOT_FOUND. */
enum err latest_question(struct message *out, struct core *c, struct store_view *view,
                         int64_t carrier_id, uint64_t phone, struct str number) MUST_CHECK;
/* Joins parts of long incoming whose others never came. */
enum err incoming_give_up(struct core *c, struct store_tx *tx) MUST_CHECK;

/* Empties a slice of the texts that are older than their accounts keep them. *more: there are more.
 */
enum err retention_tick(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;

/* On a shared database: takes places of carriers and gives some up. *soon: the next tick should
 * come soon. */
enum err places_tick(struct core *c, struct store_tx *tx, bool *soon) MUST_CHECK;

/* ---- core/nodes ---- */

/* Before the first transaction. */
void nodes_begin(struct core *c);
/* What dead lives left SENDING: in doubt. Before the threads start. */
enum err nodes_recover(struct core *c) MUST_CHECK;
/* On a shared database: fences the late, takes over from them slice by slice, and notices that
 * others changed the directory. *more: a slice was full. */
enum err nodes_tick(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;
/* writer_config.committed, where others wait for this node's lease. */
void nodes_committed(void *core, int64_t began_us);
/* This life has ended, or is about to: nothing is sent any more. The writer's thread. */
void nodes_end(struct core *c);
/* This life is over; what it still claims, if anything, waits for whoever holds the carrier. */
enum err nodes_leave(struct core *c, struct store_tx *tx) MUST_CHECK;
/* With this commit messages are QUEUED for a carrier: whoever holds it may want to know. */
void nodes_hint_queued(struct core *c, struct store_tx *tx, const struct outbox_slot *slot);
/* With this commit a phone must not be written to: whoever has messages to it in memory. */
void nodes_hint_stop(struct core *c, struct store_tx *tx, int64_t quarantine_id);
/* With this commit the directory changes: other nodes must read it again. */
enum err nodes_directory_changed(struct core *c, struct store_tx *tx) MUST_CHECK;
/* A hint that another node gave. The clock's thread. */
void nodes_hear(struct core *c, struct str note);
/* Reads the directory when it is older than the last tick saw. The clock's thread. */
void nodes_follow_directory(struct core *c);

/* ---- other routes: core/reroute, core/failover ---- */

/*
 * A message that its carrier has refused (SENDING, nothing of it taken or in doubt) goes on with
 * the next route that matches and leads to another carrier, never one that it was with before: it
 * is QUEUED there, its passage says `why` (the carrier's words; n 0: none). *moved false: there is
 * no other, or the message is no longer as `m` says; nothing was written. The price stays.
 */
enum err route_next(struct core *c, struct store_tx *tx, const struct message *m, struct str why,
                    bool *moved) MUST_CHECK;

/* A QUEUED message whose carrier is away goes to one that is there, if it has another route. */
enum err reroute_waiting(struct core *c, struct store_tx *tx, const struct message *m,
                         bool throttled) MUST_CHECK;
/* A SENT message: out again through the next route when its carrier's failover_receipt_s is over.
 * *again_us: when to ask again; INT64_MAX: it need not be asked. */
enum err reroute_unconfirmed(bool *moved, int64_t *again_us, struct core *c, struct store_tx *tx,
                             const struct message *m) MUST_CHECK;
/* Parts that carriers took: those with failover_receipt_s are looked at again. */
enum err reroute_await(struct store_tx *tx, const struct outcome_job *const *jobs,
                       size_t n) MUST_CHECK;
/* For end_unsent: one that an earlier carrier had taken is SENT there again. */
enum err reroute_give_back(struct store_tx *tx, const struct message *m) MUST_CHECK;
/* Final receipts; those that changed nothing may be of a carrier that the message has left:
 * delivered ends a message that is still open, anything else is noted. */
enum err reroute_late(struct store_tx *tx, const struct message_finish *ends,
                      const int64_t *changed, size_t n) MUST_CHECK;
/* For a straggler that is not SENDING: *delivered, a carrier that it left has told so, and it ends
 * so if nobody moves it at the same time. */
enum err reroute_delivered(bool *delivered, struct store_tx *tx,
                           const struct message *m) MUST_CHECK;

/* Which carriers are away, and a slice of what waits for them. *more: a slice was full. */
enum err failover_tick(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;

/* ---- errands ---- */

/* Behind all other work of a transaction: what ended is told to those who want to know. */
enum err errand_receipts(struct core *c, struct store_tx *tx) MUST_CHECK;
/* What waits goes to who carries it out; what is old is forgotten. *more: a slice was full. */
enum err errand_tick(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;
/* Rows for the store, and, of those that this node sees to, orders that leave with the commit. The
 * caller has filled all but id, state and times. */
enum err errand_give(struct core *c, struct store_tx *tx, struct errand *rows, size_t n) MUST_CHECK;

/* Users who have few credits left: those who want to know are told; the SMS leave with the next
 * reply_finish. *more: a slice was full. */
enum err alert_tick(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;
/* "12.50", in French "12,50". */
struct str alert_credits(struct arena *a, int64_t hundredths, struct str language);

/* ---- the clock ---- */

struct clock_job {
    struct job job;
    bool more; /* a slice was full */
    bool back; /* the clock's thread has it again */
};

void clock_start(struct core *c);
void clock_stop(struct core *c);

#endif
