/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/demo_history: what has happened already when a newcomer looks at the demo: messages that are
 * really sent through the simulator, as the demo's account would, answers that its phones
 * write, and a sender that waits for an operator. It takes some seconds, in a thread of its own.
 * Threads: main.
 */
#ifndef NAVETTE_APP_DEMO_HISTORY_H
#define NAVETTE_APP_DEMO_HISTORY_H

#include <stddef.h>

struct demo_history;

struct demo_history_config {
    const char *socket_path; /* of administration */
    const char *http_url;    /* of the server: "http://127.0.0.1:8080" */
    const char *phones_url;  /* "http://127.0.0.1:2780/" */
    const char *account;
    const char *sender; /* a name of the account */
    size_t messages;    /* at most so many */
};

/* Begins, if no message was ever sent; else, and for 0 messages, does nothing. Strings outlive it.
 */
struct demo_history *demo_history_start(const struct demo_history_config *config);
/* Ends it where it is; NULL is fine. */
void demo_history_stop(struct demo_history *h);

#endif
