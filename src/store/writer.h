/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/writer: the only thread that writes. Group commit: it takes every job that waits (at most
 * WRITER_BATCH), runs them in one transaction, commits, gives all of them back, and again; under
 * load the batch grows by itself. While nobody waits for any of the jobs (job.def: SOON) and they
 * are few, it gives others WRITER_LINGER_US to join. Jobs that are ALONE get a transaction each,
 * before the others of their batch.
 *
 * Within a batch the kinds run in the order of job.def, and a kind's `work` gets all its jobs at
 * once. A refusal of one job is written into job->err by `work` before it touched a row; an error
 * returned by `work` rolls the batch back, and each job is then run alone, so that a bad one hurts
 * only itself. On a shared database ERR_CONFLICT often means that another node was quicker: batch
 * and lone job are run again up to three times before it counts. An error of the store itself
 * (ERR_STORE, ERR_STORE_FULL, ERR_BUSY) fails the batch: what becomes of its jobs then, job.def
 * says of each kind.
 *
 * On a shared database each transaction begins with store_node_enter, and a commit whose answer was
 * lost is asked about until the database tells: its jobs are given back with what it was, never as
 * committed unless they were, never run twice. What comes meanwhile meets a store that is away. Who
 * waits for such a job longer than WRITER_DOUBT_S gets ERR_DOUBT: nobody knows yet. Once another
 * node has taken over, every job comes back with ERR_FENCED.
 *
 * **Law 1**: a job is given back only after COMMIT returned. **Law 2**: `work` touches rows only;
 * effects go through store_after_commit or the job's own letter.
 * Owner: the writer owns a job from writer_post until its letter is delivered at `home`.
 * Threads: writer_post and writer_waiting from any; `work` runs on the writer's thread.
 */
#ifndef NAVETTE_STORE_WRITER_H
#define NAVETTE_STORE_WRITER_H

#include "store/store.h"

enum job_kind {
#define JOB(name, failure, haste, company, what) JOB_##name,
#include "store/job.def"
#undef JOB
    JOB_KINDS
};

enum { WRITER_BATCH = 4096, WRITER_LINGER_US = 2000, WRITER_HOLD_S = 5, WRITER_DOUBT_S = 10 };

struct job {
    struct letter letter; /* letter.deliver is called on home's thread with the result in err */
    struct mailbox *home;
    enum job_kind kind;
    enum err err;
    int64_t held_since_us; /* the writer's: HOLD, since when the store fails it; 0: it does not */
};

typedef enum err job_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n);

struct writer_config {
    struct db *db; /* DB_READ_WRITE; the writer's from now on, closed by its owner afterwards */
    job_work *work[JOB_KINDS];
    /* The last work of each transaction, behind that of all its jobs. NULL: there is none. */
    enum err (*finish)(void *ctx, struct store_tx *tx);
    /* After each commit, on the writer's thread: when its transaction began (clock_mono_us). Until
     * then plus the lease nobody takes over from this node. NULL: nobody asks. */
    void (*committed)(void *ctx, int64_t began_us);
    /* This node has been taken over: nothing more is committed, nothing more may be sent. Once. */
    void (*fenced)(void *ctx);
    void *ctx;
};

struct writer;

struct writer *writer_new(const struct writer_config *config);
/* Of the life as which this node acts; before writer_start. */
void writer_set_epoch(struct writer *w, int64_t epoch);
void writer_start(struct writer *w);
/* Does all that was posted before, then ends the thread. What the store cannot take now comes back
 * with its error; from a commit in doubt with ERR_DOUBT, after a few seconds. */
void writer_stop(struct writer *w);
void writer_free(struct writer *w);

void writer_post(struct writer *w, struct job *job);
/* Jobs posted and not yet begun: who takes from strangers refuses above its own limit. */
size_t writer_waiting(const struct writer *w);

/* Rises with each commit that told something to store/feed. Any thread. */
uint64_t writer_feed_turn(const struct writer *w);

/* For tests and for start, before the thread runs: does what waits, on the caller's thread. */
void writer_run_once(struct writer *w);

#endif
