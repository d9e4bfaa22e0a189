/* SPDX-License-Identifier: Apache-2.0 */
#include "api/worker.h"

#include "base/arena.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

struct worker {
    struct letter stop; /* first: the letter is the worker */
    struct mailbox *box;
    pthread_t thread;
    bool stopping; /* the worker's thread only */
};

static void on_stop(struct letter *letter)
{
    ((struct worker *)letter)->stopping = true;
}

static void *run(void *arg)
{
    struct worker *w = arg;
    struct pollfd ready = {.fd = mailbox_fd(w->box), .events = POLLIN};
    while (!w->stopping) {
        poll(&ready, 1, -1);
        mailbox_deliver(w->box, 1);
    }
    return NULL;
}

struct worker *worker_new(void)
{
    struct worker *w = base_alloc(sizeof(*w));
    w->stop.deliver = on_stop;
    w->box = mailbox_new();
    if (pthread_create(&w->thread, NULL, run, w))
        base_out_of_memory();
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    mailbox_post(w->box, &w->stop);
    pthread_join(w->thread, NULL);
    mailbox_free(w->box);
    free(w);
}

struct mailbox *worker_mailbox(struct worker *w)
{
    return w->box;
}
