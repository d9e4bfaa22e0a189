/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock's thread: posts one job a tick (core/clock_work.c is what that does). Where several
 * nodes serve a database it is also their ears and mouth: hints go and come on a connection of its
 * own, so that a hint neither costs the writer a statement nor makes commits wait for each other.
 */
#include "base/clock.h"

#include "base/log.h"
#include "core/core_base.h"

#include <poll.h>

enum { TICK_MS = 250, BUSY_TICK_MS = 40, LETTERS_AT_ONCE = 1000 };

static void back(struct letter *letter)
{
    ((struct clock_job *)letter)->back = true;
}

/* Letters and hints, for at most so long; -1: until something comes. */
static void wait_and_serve(struct core *c, int at_most_ms)
{
    struct pollfd fds[] = {
        {.fd = mailbox_fd(c->clock_box), .events = POLLIN},
        {.fd = c->nodes.ears ? db_notes_fd(c->nodes.ears) : -1, .events = POLLIN},
    };
    poll(fds, 2, at_most_ms);
    mailbox_deliver(c->clock_box, LETTERS_AT_ONCE);
    char note[DB_NOTE_MAX + 1];
    while (fds[1].fd >= 0 && db_notes_next(c->nodes.ears, note))
        nodes_hear(c, str_of(note));
}

static void serve_until(struct core *c, int64_t until_us)
{
    while (!atomic_load(&c->clock_stopping)) {
        int64_t left_us = until_us - clock_mono_us();
        if (left_us <= 0)
            return;
        wait_and_serve(c, (int)(left_us / MS_US) + 1);
    }
}

/* After a tick that was committed the database is there: a lost connection comes back at once. */
static void open_ears(struct core *c)
{
    if (!c->nodes.ears && core_reader(&c->nodes.ears, c))
        c->nodes.ears = NULL;
    if (c->nodes.ears && db_notes_fd(c->nodes.ears) < 0 && db_listen(c->nodes.ears))
        log_debug("hints_off", "why=unreachable");
}

static void *clock_main(void *arg)
{
    struct core *c = arg;
    struct clock_job job = {0};
    bool shared = db_shared(c->db);
    pthread_setname_np(pthread_self(), "clock");
    while (!atomic_load(&c->clock_stopping)) {
        job.job = (struct job){.letter.deliver = back, .home = c->clock_box, .kind = JOB_CLOCK};
        job.back = false;
        writer_post(c->writer, &job.job);
        while (!job.back)
            wait_and_serve(c, -1);
        if (shared && job.job.err == OK) {
            open_ears(c);
            nodes_follow_directory(c);
        }
        int tick_ms = job.job.err == OK && job.more ? BUSY_TICK_MS : TICK_MS;
        serve_until(c, clock_mono_us() + tick_ms * MS_US);
    }
    db_close(c->nodes.ears);
    c->nodes.ears = NULL;
    return NULL;
}

void clock_start(struct core *c)
{
    if (pthread_create(&c->clock_thread, NULL, clock_main, c))
        base_out_of_memory();
}

void clock_stop(struct core *c)
{
    atomic_store(&c->clock_stopping, true);
    pthread_join(c->clock_thread, NULL);
}
