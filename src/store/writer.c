/* SPDX-License-Identifier: Apache-2.0 */
#include "store/writer.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "store/feed.h"
#include "store/writer_base.h"

#include <poll.h>
#include <stdlib.h>

enum {
    PAUSE_AFTER_FAILURE_MS = 100,
    TROUBLES_A_LINE = 600,
    HOMES_MAX = 16,
    DOUBT_AT_STOP_S = 3,
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

/* ---- giving back ---- */

static bool is_store_trouble(enum err e)
{
    return e == ERR_STORE || e == ERR_STORE_FULL || e == ERR_BUSY;
}

/* Nothing else can be committed now either. */
static bool ends_batch(enum err e)
{
    return is_store_trouble(e) || e == ERR_DOUBT || e == ERR_FENCED;
}

static bool held_briefly(struct job *job)
{
    int64_t now_us = clock_mono_us();
    if (!job->held_since_us)
        job->held_since_us = now_us;
    return now_us - job->held_since_us < WRITER_HOLD_S * SEC_US;
}

static bool must_keep(struct writer *w, struct job *job, enum err e)
{
    if (!e || e == ERR_FENCED || e == ERR_DOUBT || atomic_load(&w->stopping))
        return false;
    enum failure failure = facts[job->kind].failure;
    return failure == KEEP || (failure == HOLD && is_store_trouble(e) && held_briefly(job));
}

static void settle(struct writer *w, struct job *job, enum err e)
{
    if (e)
        job->err = e;
    if (must_keep(w, job, e)) {
        letters_add(&w->kept, &job->letter);
        w->kept_again = true;
        return;
    }
    job->held_since_us = 0;
    mailbox_post(job->home, &job->letter);
}

/* Gives back what was committed with as few wake-ups as there are homes. */
static void give_back(struct job *const *jobs, size_t n)
{
    struct mailbox *homes[HOMES_MAX];
    struct letters lists[HOMES_MAX];
    size_t homes_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct job *job = jobs[i];
        job->held_since_us = 0;
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

/* ---- a batch ---- */

/* The first failure, then one a minute: a full disk may last, and the log may be on it. */
static void log_failure(struct writer *w, size_t jobs, enum err e)
{
    if (ends_batch(e) && w->troubles++ % TROUBLES_A_LINE != 0)
        return;
    log_warn("batch_failed", "jobs=%zu error=%s failures=%u", jobs, err_name(e), w->troubles);
}

static void log_success(struct writer *w)
{
    if (w->troubles)
        log_info("store_resumed", "failures=%u", w->troubles);
    w->troubles = 0;
}

static void note_fenced(struct writer *w)
{
    if (w->fenced)
        return;
    w->fenced = true;
    if (w->config.fenced && !atomic_load(&w->stopping))
        w->config.fenced(w->config.ctx);
}

/* Where several write, a conflict is often another's doing: it need not come again. */
static enum err transact_patiently(struct writer *w, struct job *const *jobs, size_t n)
{
    int runs = db_shared(w->config.db) ? CONFLICT_RUNS : 1;
    enum err e;
    do
        e = writer_transact(w, jobs, n);
    while (e == ERR_CONFLICT && --runs > 0);
    return e;
}

/* One transaction; its jobs are given back when it is committed. */
static enum err run(struct writer *w, struct job *const *jobs, size_t n)
{
    enum err e = w->fenced ? ERR_FENCED : transact_patiently(w, jobs, n);
    if (e == ERR_FENCED)
        note_fenced(w);
    if (!e) {
        log_success(w);
        give_back(jobs, n);
    }
    return e;
}

/* Each in its own transaction; once one tells that nothing can be committed now (`e`, or OK), the
 * rest of them is settled so. */
static enum err run_each(struct writer *w, struct job *const *jobs, size_t n, enum err e)
{
    for (size_t i = 0; i < n; i++) {
        enum err mine = e ? e : run(w, &jobs[i], 1);
        if (!e && ends_batch(mine)) {
            log_failure(w, n - i, mine);
            e = w->doubt ? ERR_STORE : mine;
        }
        bool aside = w->doubt && w->doubt->jobs[0] == jobs[i];
        if (mine && !aside)
            settle(w, jobs[i], mine);
    }
    return e;
}

/* Moves the jobs that want a transaction each to the front; how many. */
static size_t alone_first(struct writer *w)
{
    struct job *mixed[WRITER_BATCH];
    size_t alone = 0;
    size_t others = 0;
    for (size_t i = 0; i < w->batch_n; i++) {
        struct job *job = w->batch[i];
        if (facts[job->kind].alone)
            w->batch[alone++] = job;
        else
            mixed[others++] = job;
    }
    memcpy(w->batch + alone, mixed, others * sizeof(struct job *));
    return alone;
}

/* True when the store itself is in trouble and should be given a moment. */
static bool run_batch(struct writer *w)
{
    size_t alone = alone_first(w);
    struct job **mixed = w->batch + alone;
    size_t n = w->batch_n - alone;
    enum err trouble = run_each(w, w->batch, alone, OK);
    if (trouble || !n)
        return run_each(w, mixed, n, trouble) != OK;
    enum err e = run(w, mixed, n);
    if (e)
        log_failure(w, n, e);
    if (!e || w->doubt)
        return e != OK;
    if (n == 1)
        settle(w, mixed[0], e);
    else
        return run_each(w, mixed, n, ends_batch(e) ? e : OK) != OK;
    return ends_batch(e);
}

/* ---- a commit in doubt ---- */

/* Who waits for an answer is told that nobody knows; what must be written stays. */
static void stop_waiting(struct writer *w)
{
    struct transaction *t = w->doubt;
    size_t kept = 0;
    for (size_t i = 0; i < t->n; i++)
        if (facts[t->jobs[i]->kind].failure == KEEP)
            t->jobs[kept++] = t->jobs[i];
        else
            settle(w, t->jobs[i], ERR_DOUBT);
    t->n = kept;
}

/* The database has told (OK: committed), or nobody will ever know (ERR_DOUBT). */
static void end_doubt(struct writer *w, enum err e)
{
    struct transaction *t = w->doubt;
    w->doubt = NULL;
    log_warn("commit_in_doubt", "jobs=%zu result=%s", t->n, err_name(e));
    writer_effects(w, t, !e);
    if (!e) {
        log_success(w);
        give_back(t->jobs, t->n);
    }
    for (size_t i = 0; i < t->n && e; i++)
        settle(w, t->jobs[i], e);
    arena_free(t->arena);
}

/* The process is to end: the next life will find what there is. */
static bool waits_no_more(const struct writer *w, int64_t since_us)
{
    return db_in_hurry() || (atomic_load(&w->stopping) && since_us > DOUBT_AT_STOP_S * SEC_US);
}

/* True once nothing is in doubt. */
static bool ask_about_doubt(struct writer *w)
{
    if (!w->doubt)
        return true;
    bool committed = false;
    enum err e = writer_ask(&committed, w);
    int64_t since_us = clock_mono_us() - w->doubt_since_us;
    if (!e)
        end_doubt(w, committed ? OK : ERR_STORE);
    else if (e == ERR_FENCED || waits_no_more(w, since_us))
        end_doubt(w, ERR_DOUBT);
    else if (since_us > WRITER_DOUBT_S * SEC_US)
        stop_waiting(w);
    if (e == ERR_FENCED)
        note_fenced(w);
    return !w->doubt;
}

/* ---- the inbox ---- */

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

/* True when the store is in trouble, or a job had to be kept: whatever its error, to try it again
 * at once would help nobody. */
static bool work_once(struct writer *w, bool may_linger)
{
    if (ask_about_doubt(w)) {
        fill_batch(w);
        if (may_linger)
            linger(w);
        w->kept_again = false;
        return w->batch_n > 0 && (run_batch(w) || w->kept_again);
    }
    w->batch_n = 0;
    collect_inbox(w);
    for (size_t i = 0; i < w->batch_n; i++)
        settle(w, w->batch[i], ERR_STORE);
    return true;
}

static bool has_work(const struct writer *w)
{
    return atomic_load(&w->waiting) > 0 || w->kept.first || w->doubt;
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    pthread_setname_np(pthread_self(), "writer");
    while (!atomic_load(&w->stopping) || has_work(w)) {
        if (!w->kept.first && !w->doubt)
            wait_for_post(w, IDLE_US);
        if (work_once(w, true)) /* a full disk: neither spin nor give up */
            poll(NULL, 0, PAUSE_AFTER_FAILURE_MS);
    }
    return NULL;
}

struct writer *writer_new(const struct writer_config *config)
{
    struct writer *w = base_alloc(sizeof(*w));
    w->config = *config;
    w->inbox = mailbox_new();
    w->memory = store_feed_memory_new();
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
    store_feed_memory_free(w->memory);
    free(w);
}

size_t writer_waiting(const struct writer *w)
{
    return atomic_load(&w->waiting);
}

uint64_t writer_feed_turn(const struct writer *w)
{
    return store_feed_turn(w->memory);
}

void writer_run_once(struct writer *w)
{
    work_once(w, false);
}
