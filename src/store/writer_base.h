/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/writer_base: the inside of struct writer. writer.c has the jobs and the thread,
 * writer_transaction.c what happens between BEGIN and the answer to COMMIT.
 */
#ifndef NAVETTE_STORE_WRITER_BASE_H
#define NAVETTE_STORE_WRITER_BASE_H

#include "store/writer.h"

#include <pthread.h>

struct after_item {
    struct after_item *next;
    struct mailbox *box;
    struct letter *letter;
    void (*drop)(struct letter *letter);
};

struct store_after {
    struct after_item *first;
    struct after_item **last;
};

/* Lives in its own arena. */
struct transaction {
    struct arena *arena;
    struct store_after after;
    struct job **jobs;
    size_t n;
    int64_t began_us; /* clock_mono_us */
    int64_t commits;  /* its number: store_node_enter */
    struct feed *feed;
};

struct writer {
    struct writer_config config;
    int64_t epoch;
    struct feed_memory *memory;
    struct mailbox *inbox;
    pthread_t thread;
    bool running; /* the thread exists */
    _Atomic bool stopping;
    _Atomic size_t waiting;
    struct job *batch[WRITER_BATCH];
    size_t batch_n;
    unsigned troubles;         /* batches that the store failed since its last commit */
    struct letters kept;       /* jobs that must be tried again */
    bool kept_again;           /* one of the present batch was */
    struct transaction *doubt; /* whose commit was never answered; nothing else is begun */
    int64_t doubt_since_us;
    bool fenced;
};

/* Runs the jobs in one transaction and has its effects; the jobs are still the caller's. ERR_DOUBT
 * with w->doubt set: they are put aside there. */
enum err writer_transact(struct writer *w, struct job *const *jobs, size_t n) MUST_CHECK;
/* What became of w->doubt: OK once the database has told. ERR_FENCED: it never will. */
enum err writer_ask(bool *committed, struct writer *w) MUST_CHECK;
/* The effects of a transaction that has ended; before its jobs are given back. */
void writer_effects(struct writer *w, struct transaction *t, bool committed);

#endif
