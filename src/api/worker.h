/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/worker: one thread for what would hold up the HTTP loop: passwords and counting rows.
 * A letter posted to its mailbox is delivered there; who posts bounds what he posts.
 * Threads: worker_new and worker_free from the owner; the mailbox from any.
 */
#ifndef NAVETTE_API_WORKER_H
#define NAVETTE_API_WORKER_H

#include "base/mailbox.h"

struct worker;

struct worker *worker_new(void);
/* Delivers what was posted before, then ends the thread. */
void worker_free(struct worker *w);
struct mailbox *worker_mailbox(struct worker *w);

#endif
