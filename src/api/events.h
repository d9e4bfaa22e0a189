/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/events: who listens to store/feed, as long polls and as streams.
 *
 * A commit of this node wakes the listeners, at most every EVENTS_WAKE_MS; on a shared database
 * they also look every second for what others told. A listener has its position and nothing else:
 * a stream is filled when its client can take more, so a slow one costs no memory.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_EVENTS_H
#define NAVETTE_API_EVENTS_H

#include "api/actor.h"
#include "store/feed.h"

enum {
    EVENTS_WAKE_MS = 100,
    EVENTS_LISTENERS_MAX = 256,
    EVENTS_LISTENERS_PER_ACTOR = 16,
    EVENTS_TYPES_MAX = 16
};

struct events;
struct events *events_new(struct api *api);
/* Behind the server: no request may still listen. */
void events_free(struct events *events);

/* No request waits any longer. */
void events_quiesce(struct events *events);

/* What a listener wants to know. Lives in the request's arena. */
struct event_wish {
    const struct actor *actor;
    int64_t account_id;                 /* 0: all that the actor may see */
    struct str types[EVENTS_TYPES_MAX]; /* "message", "message.sent"; */
    size_t types_n;                     /* 0: all */
};

/* Adds at most `limit` of what is behind the position, which moves on, to the list: items of
 * GET /api/v1/events. *more: there may be more at once. ERR_GONE. */
enum err events_gather(json_t *items, struct events *events, const struct event_wish *wish,
                       struct feed_position *at, size_t limit, bool *more) MUST_CHECK;

struct event_listener {
    struct event_listener *next, **link; /* the list's; link NULL: it is not in it */
    struct http_request *request;
    struct event_wish wish;
    struct feed_position at;
    bool more;        /* it has not come to the end yet */
    int64_t until_us; /* clock_mono_us: it is over */
    int64_t look_us;  /* it wants to look then; INT64_MAX: only when there is news */
    void (*look)(struct event_listener *listener); /* there may be something, or it is time */
};
/* ERR_LIMIT: too many listen already. */
enum err events_join(struct events *events, struct event_listener *listener) MUST_CHECK;
void events_leave(struct events *events, struct event_listener *listener);

#endif
