/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/core: what happens to a message, as one object: the store and its writer, the directory, the
 * outbox, the clock. The edges (api, carrier) hold it and call into the headers of this room.
 *
 * Threads: core_open, _start, _stop and _close from main; the rest from any.
 */
#ifndef NAVETTE_CORE_CORE_H
#define NAVETTE_CORE_CORE_H

#include "core/directory.h"
#include "core/outbox.h"
#include "core/refusal.h"
#include "store/feed.h"
#include "store/node.h"

struct core;

struct core_config {
    const char *database_url;
    const char *name; /* of this installation: host and data directory, locked by the caller */
    int node;         /* 0 to 31, or NODE_ANY_NUMBER */
    struct feed_limits feed; /* how long what happened is kept; zeroed: three days, 512 MiB */
    /* Others have taken over this node's work: the process must end, or begin anew, at once;
     * nothing of it may be sent any more. On the writer's thread. NULL: nobody asks. */
    void (*fenced)(void *ctx);
    bool (*give_up)(void *ctx); /* while core_open waits: it need not any longer. NULL: it must */
    void *ctx;
};

/*
 * Opens and migrates the store, begins a life of this node (the caller's lock proves that no other
 * process serves under this name), puts back what dead ones left in flight. A shared database that
 * cannot be reached yet is waited for CORE_OPEN_WAIT_S.
 */
enum { CORE_OPEN_WAIT_S = 30 };
enum err core_open(struct core **out, const struct core_config *config) MUST_CHECK;
/* Starts the writer and the clock. */
void core_start(struct core *c);
/* Ends the clock, then the writer once it did all that was posted; then this life, so that nobody
 * waits for its lease. */
void core_stop(struct core *c);
void core_close(struct core *c);

struct writer *core_writer(struct core *c);
struct outbox *core_outbox(struct core *c);

/* The picture of now; release it with directory_release. */
const struct directory *core_directory(struct core *c);
/* Makes a new picture from the store; then tells who asked with core_on_directory. Other nodes
 * notice by themselves that it changed. */
enum err core_directory_reload(struct core *c, struct store_view *view) MUST_CHECK;
/* `letter` is posted to `box` after each reload (again only after it was delivered). One listener:
 * the carriers. Before core_start. */
void core_on_directory(struct core *c, struct mailbox *box, struct letter *letter);

/* Rises whenever something of this node was told to store/feed. Any thread. */
uint64_t core_feed_turn(const struct core *c);
/* Others may tell something too: whoever waits looks now and then. */
bool core_is_shared(const struct core *c);

/* A read-only connection for the calling thread; db_close it. */
enum err core_reader(struct db **out, struct core *c) MUST_CHECK;

/* A change made by an operator, as a job: `apply` runs in the writer; the error it returns comes
 * back in job.err. A refusal (that error in `why` too, with the field) is made before the first
 * write, so it concerns nobody else; any other error rolls the batch back. After a change of
 * configuration the deliverer calls core_directory_reload. Lives as long as the asker's arena. */
struct change {
    struct job job;
    bool no_reload;        /* the change is not in the directory */
    struct feed_note note; /* told with the commit; kind FEED_NOTHING: nothing is */
    enum err (*apply)(struct core *c, struct store_tx *tx, struct change *change);
    struct refusal why;
    struct arena *arena; /* the asker's: for what `why` says */
};
/* letter.deliver is called at home. */
void core_change(struct core *c, struct change *change, struct mailbox *home,
                 void (*deliver)(struct letter *));

#endif
