/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify/notify: carries errands out: callbacks over HTTP and e-mails, on a loop and a thread of
 * their own, so that slow strangers block nobody. Errands come as orders from core/errand with the
 * commit that made them, or from the store by the clock; results go back to the writer.
 *
 * Owner: notify_free, after the loop has ended and after core_stop, before core_close. Threads:
 * notify_new and notify_free main's; notify_stop any.
 */
#ifndef NAVETTE_NOTIFY_NOTIFY_H
#define NAVETTE_NOTIFY_NOTIFY_H

#include "core/core.h"
#include "net/calls.h"

enum { NOTIFY_STOP_MS = 3000 };

struct notify_config {
    struct calls_config calls;
    const char *mail_from; /* "": none */
};

struct notify;

struct notify *notify_new(struct core *core, struct net_loop *loop,
                          const struct notify_config *config);
/* Starts no more calls; those under way have NOTIFY_STOP_MS. `ended` is called on the loop's
 * thread. */
void notify_stop(struct notify *notify, void (*ended)(void *ctx), void *ctx);
void notify_free(struct notify *notify);

#endif
