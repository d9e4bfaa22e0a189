/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify/lane: the places that are told. A lane is one URL (or one address of e-mail) and what is
 * to be told there; lanes of one host share its connections. A lane whose calls fail again and
 * again is paused, so that a dead place costs neither calls nor room; lanes of other URLs of the
 * same host go on.
 *
 * Lanes exist while they have tasks, and while they are failing (LANES_FAILING_MAX of these, the
 * oldest are forgotten). Threads: the desk's.
 */
#ifndef NAVETTE_NOTIFY_LANE_H
#define NAVETTE_NOTIFY_LANE_H

#include "base/str.h"

struct lane;
struct task;

struct host {
    struct host *next; /* of its bucket */
    struct str name;   /* "https://example.org:8443" */
    size_t lanes;
    size_t in_flight;
    bool failing;                       /* the last call had no answer at all */
    struct lane *parked, **parked_last; /* that wait for a connection */
};

struct lane {
    struct lane *next; /* of its bucket */
    struct str target;
    struct host *host;
    struct task *first, **last; /* with something left to start */
    size_t in_flight;
    uint32_t failures; /* in a row */
    uint32_t pauses;   /* in a row */
    int64_t paused_until_us;
    const char *why;            /* it is paused */
    struct lane *after;         /* in the queue that it stands in */
    bool queued;                /* in one of them */
    struct lane *older, *newer; /* among those that only failed */
    bool resting;
};

struct lanes;

struct lanes *lanes_new(void);
void lanes_free(struct lanes *lanes);
/* Made if it is not there. */
struct lane *lanes_find(struct lanes *lanes, struct str target);
/* Nothing is to be told there for now: it goes, or is remembered for its failures. */
void lanes_rest(struct lanes *lanes, struct lane *lane);

/* "https://example.org:8443" of a URL; "mail" of an address. */
struct str lane_host_name(struct str target);
/* How long a lane is paused that failed again after so many pauses (1: the first time). */
int64_t lane_pause_us(uint32_t pauses);

#endif
