/* SPDX-License-Identifier: Apache-2.0 */
#include "store/writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "store/ledger.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

enum {
    PAUSE_AFTER_FAILURE_MS = 100,
    TROUBLES_A_LINE = 600,
    HOMES_MAX = 16,
    LINGER_ENOUGH = 512,
    IDLE_US = 200000,
    CONFLICT_RUNS = 4
};

enum failure { FAIL, HOLD, KEEP };

static const struct {
    enum failure failure;
    bool now;
    bool alone;
} facts[JOB_KINDS] = {
#define SOON  false
#define NOW   true
#define MIXED false
#define ALONE true
#define JOB(name, on_failure, haste, company, what) \
    [JOB_##name] = {.failure = (on_failure), .now = (haste), .alone = (company)},
#include "store/job.def"
#undef JOB
#undef SOON
#undef NOW
#undef MIXED
#undef ALONE
};

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

struct writer {
    struct writer_config config;
    int64_t epoch;
    struct mailbox *inbox;
    pthread_t thread;
    bool running; /* the thread exists */
    _Atomic bool stopping;
    _Atomic size_t waiting;
    struct job *batch[WRITER_BATCH];
    size_t batch_n;
    unsigned troubles;   /* batches that the store failed since its last commit */
    struct letters kept; /* jobs that must be tried again */
};

/* ---- effects after the commit ---- */

void store_after_commit(struct store_tx *tx, struct mailbox *box, struct letter *letter,
                        void (*drop)(struct letter *letter))
{
    struct after_item *item = ARENA_NEW(tx->view.arena, struct after_item);
    *item = (struct after_item){.box = box, .letter = letter, .drop = drop};
    *tx->after->last = item;
    tx->after->last = &item->next;
}

/* Runs of letters for the same box share one wake-up. */
static void post_after(struct store_after *after)
{
    struct letters run;
    letters_init(&run);
    for (struct after_item *i = after->first; i; i = i->next) {
        letters_add(&run, i->letter);
        if (!i->next || i->next->box != i->box)
            mailbox_post_all(i->box, &run);
    }
}

static void drop_after(struct store_after *after)
{
    for (struct after_item *i = after->first; i; i = i->next)
        i->drop(i->letter);
}

/* ---- one transaction ---- */

/* Jobs of a kind, in their order of arrival. */
static size_t of_kind(struct job **out, struct job *const *jobs, size_t n, enum job_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        if (jobs[i]->kind == kind)
            out[found++] = jobs[i];
    return found;
}

static enum err run_kinds(struct writer *w, struct store_tx *tx, struct job *const *jobs, size_t n)
{
    struct job **some = ARENA_ARRAY(tx->view.arena, n, struct job *);
    for (enum job_kind kind = 0; kind < JOB_KINDS; kind++) {
        size_t count = of_kind(some, jobs, n, kind);
        if (!count)
            continue;
        enum err e = w->config.work[kind](w->config.ctx, tx, some, count);
        if (e)
            return e;
    }
    return OK;
}

static enum err transact(struct writer *w, struct job *const *jobs, size_t n)
{
    struct arena *arena = arena_new();
    struct store_after after = {.last = &after.first};
    struct store_tx tx = {.view = {.db = w->config.db, .arena = arena},
                          .now_us = clock_now_us(),
                          .epoch = w->epoch,
                          .after = &after};
    int64_t began_us = clock_mono_us();
    for (size_t i = 0; i < n; i++)
        jobs[i]->err = OK;
    enum err e = db_begin(w->config.db);
    if (!e)
        e = run_kinds(w, &tx, jobs, n);
    if (!e)
        e = store_purses_settle(&tx);
    if (!e)
        e = db_commit(w->config.db);
    if (e) {
        db_rollback(w->config.db);
        drop_after(&after);
        metric_add(METRIC_COMMIT_FAILURES, 1);
    } else {
        post_after(&after);
        metric_add(METRIC_COMMITS, 1);
        metric_add(METRIC_COMMIT_JOBS, (int64_t)n);
        metric_add(METRIC_COMMIT_MICROS, clock_mono_us() - began_us);
    }
    arena_free(arena);
    return e;
}

/* Where several write, a conflict is often another's doing: it need not come again. */
static enum err transact_patiently(struct writer *w, struct job *const *jobs, size_t n)
{
    int runs = db_shared(w->config.db) ? CONFLICT_RUNS : 1;
    enum err e;
    do
        e = transact(w, jobs, n);
    while (e == ERR_CONFLICT && --runs > 0);
    return e;
}

/* ---- a batch ---- */

static bool is_store_trouble(enum err e)
{
    return e == ERR_STORE || e == ERR_STORE_FULL || e == ERR_BUSY;
}

static void settle(struct writer *w, struct job *job, enum err e)
{
    if (e)
        job->err = e;
    if (e && facts[job->kind].failure == KEEP && !atomic_load(&w->stopping))
        letters_add(&w->kept, &job->letter);
    else
        mailbox_post(job->home, &job->letter);
}

/* Gives a whole batch back with as few wake-ups as there are homes. */
static void settle_all(struct writer *w)
{
    struct mailbox *homes[HOMES_MAX];
    struct letters lists[HOMES_MAX];
    size_t homes_n = 0;
    for (size_t i = 0; i < w->batch_n; i++) {
        struct job *job = w->batch[i];
        size_t h = 0;
        while (h < homes_n && homes[h] != job->home)
            h++;
        if (h == homes_n && homes_n == HOMES_MAX) {
            mailbox_post(job->home, &job->letter);
            continue;
        }
        if (h == homes_n) {
            homes[homes_n++] = job->home;
            letters_init(&lists[h]);
        }
        letters_add(&lists[h], &job->letter);
    }
    for (size_t h = 0; h < homes_n; h++)
        mailbox_post_all(homes[h], &lists[h]);
}

/* The first failure, then one a minute: a full disk may last, and the log may be on it. */
static void log_failure(struct writer *w, enum err e)
{
    if (is_store_trouble(e) && w->troubles++ % TROUBLES_A_LINE != 0)
        return;
    log_warn("batch_failed", "jobs=%zu error=%s failures=%u", w->batch_n, err_name(e), w->troubles);
}

static void log_success(struct writer *w)
{
    if (w->troubles)
        log_info("store_resumed", "failures=%u", w->troubles);
    w->troubles = 0;
}

/* True when the store itself is in trouble and should be given a moment. */
static bool run_batch(struct writer *w)
{
    enum err e = transact_patiently(w, w->batch, w->batch_n);
    if (!e) {
        log_success(w);
        settle_all(w);
        return false;
    }
    log_failure(w, e);
    bool trouble = is_store_trouble(e);
    for (size_t i = 0; i < w->batch_n; i++) {
        enum err alone = trouble || w->batch_n == 1 ? e : transact_patiently(w, &w->batch[i], 1);
        trouble = trouble || is_store_trouble(alone);
        settle(w, w->batch[i], alone);
    }
    return trouble;
}

void writer_post(struct writer *w, struct job *job)
{
    metric_set(METRIC_WRITER_WAITING, (int64_t)atomic_fetch_add(&w->waiting, 1) + 1);
    mailbox_post(w->inbox, &job->letter);
}

/* Adds jobs of a list to the batch, at most `room`; the rest of the list. */
static struct letter *collect(struct writer *w, struct letter *list, size_t room)
{
    for (; list && room > 0; room--) {
        w->batch[w->batch_n++] = (struct job *)list;
        list = list->next;
    }
    return list;
}

static void collect_inbox(struct writer *w)
{
    size_t before = w->batch_n;
    collect(w, mailbox_take(w->inbox, WRITER_BATCH - before), WRITER_BATCH);
    size_t came = w->batch_n - before;
    metric_set(METRIC_WRITER_WAITING, (int64_t)(atomic_fetch_sub(&w->waiting, came) - came));
}

/* Kept jobs first: they are older. */
static void fill_batch(struct writer *w)
{
    w->batch_n = 0;
    struct letter *rest = collect(w, w->kept.first, WRITER_BATCH / 2);
    letters_init(&w->kept);
    while (rest) {
        struct letter *next = rest->next;
        letters_add(&w->kept, rest);
        rest = next;
    }
    collect_inbox(w);
}

static void wait_for_post(struct writer *w, int64_t at_most_us)
{
    struct pollfd inbox = {.fd = mailbox_fd(w->inbox), .events = POLLIN};
    struct timespec limit = {.tv_sec = at_most_us / SEC_US, .tv_nsec = at_most_us % SEC_US * 1000};
    ppoll(&inbox, 1, &limit, NULL);
}

/* True when somebody waits for one of the jobs from the `from`th on. */
static bool has_haste(const struct writer *w, size_t from)
{
    for (size_t i = from; i < w->batch_n; i++)
        if (facts[w->batch[i]->kind].now)
            return true;
    return false;
}

static void linger(struct writer *w)
{
    int64_t until_us = clock_mono_us() + WRITER_LINGER_US;
    size_t seen = 0;
    while (w->batch_n > 0 && w->batch_n < LINGER_ENOUGH && !has_haste(w, seen)) {
        int64_t left_us = until_us - clock_mono_us();
        if (left_us <= 0 || atomic_load(&w->stopping))
            return;
        seen = w->batch_n;
        wait_for_post(w, left_us);
        collect_inbox(w);
    }
}

/* True when the store is in trouble. */
static bool commit_batch(struct writer *w)
{
    return w->batch_n > 0 && run_batch(w);
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    pthread_setname_np(pthread_self(), "writer");
    while (!atomic_load(&w->stopping) || atomic_load(&w->waiting) > 0) {
        if (!w->kept.first)
            wait_for_post(w, IDLE_US);
        fill_batch(w);
        linger(w);
        if (commit_batch(w)) /* a full disk: neither spin nor give up */
            poll(NULL, 0, PAUSE_AFTER_FAILURE_MS);
    }
    return NULL;
}

struct writer *writer_new(const struct writer_config *config)
{
    struct writer *w = base_alloc(sizeof(*w));
    w->config = *config;
    w->inbox = mailbox_new();
    letters_init(&w->kept);
    return w;
}

void writer_set_epoch(struct writer *w, int64_t epoch)
{
    w->epoch = epoch;
}

void writer_start(struct writer *w)
{
    w->running = pthread_create(&w->thread, NULL, writer_main, w) == 0;
    if (!w->running)
        base_out_of_memory();
}

void writer_stop(struct writer *w)
{
    atomic_store(&w->stopping, true);
    if (w->running)
        pthread_join(w->thread, NULL);
    w->running = false;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    mailbox_free(w->inbox);
    free(w);
}

size_t writer_waiting(const struct writer *w)
{
    return atomic_load(&w->waiting);
}

void writer_run_once(struct writer *w)
{
    fill_batch(w);
    commit_batch(w);
}
