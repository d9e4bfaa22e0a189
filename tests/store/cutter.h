/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/store/cutter: stands between a connection and its PostgreSQL, as a bad network does, and
 * cuts where a commit is decided: before COMMIT reaches the server, or after it did and before its
 * answer comes back. Serves one connection at a time.
 * Threads: its own; cutter_next from any.
 */
#ifndef NAVETTE_TESTS_STORE_CUTTER_H
#define NAVETTE_TESTS_STORE_CUTTER_H

#include <pthread.h>
#include <stdbool.h>

enum cut { CUT_NOTHING, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT };

struct cutter {
    char dir[64];  /* of the socket that stands for the server's */
    char url[512]; /* the same database, through here */
    char server[128];
    int listening;
    pthread_t thread;
    _Atomic int next; /* what becomes of the next COMMIT */
    _Atomic bool stopping;
};

/* `url` names its server by a folder with a socket, as tests/postgres prints it. */
void cutter_start(struct cutter *c, const char *url);
void cutter_next(struct cutter *c, enum cut cut);
void cutter_stop(struct cutter *c);

#endif
