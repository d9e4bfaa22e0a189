/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/change: a change that somebody makes, on its way from a handler to the writer and back.
 *
 * A handler embeds this struct first in its own, which lives in the request's arena. In the same
 * commit stands in the audit who made it, from where, and which fields it changed (api/changes):
 * from what `show` gives before and after, or from what `was` gives and the request's body says.
 * After the commit the directory is read anew (unless `change.no_reload`), one line goes to the log
 * (who, what, which: never a secret), and `answer` gives the one answer. A refusal of `apply` is
 * answered here. On all nodes together one change is made at a time, so `apply` may read a row and
 * write it whole.
 *
 * Where openapi/ says that a path takes If-Match, each change makes another edition of it, told as
 * ETag; a change that says which one it has seen is refused when another one stands there, in the
 * transaction that would change it.
 * Threads: the http loop's; `apply`, `show` and `was` run on the writer's.
 */
#ifndef NAVETTE_API_CHANGE_H
#define NAVETTE_API_CHANGE_H

#include "api/resource.h"

struct api_change {
    struct change change;
    struct api *api;
    struct http_request *request;
    const char *did;    /* "account_added" */
    struct str subject; /* the name of what was changed */
    void (*answer)(struct api_change *change);
    bool is_edited;     /* its path takes If-Match */
    struct str seen;    /* that header; n 0: whichever edition stands there is changed */
    int64_t edition;    /* that it becomes; of a refusal by it: that stands there */
    int64_t account_id; /* that it concerns, where neither the path nor the body names it; or 0 */
    bool silent;        /* neither audit nor log: strangers cause it */
    /* The thing as it is shown, a new reference, NULL when it is not there. NULL: not told. */
    json_t *(*show)(struct api_change *change, struct store_view *view);
    /* The same as it was, from the directory. */
    json_t *(*was)(struct api_change *change, const struct directory *d);
    enum err (*apply)(struct core *core, struct store_tx *tx, struct change *change);
};

typedef enum err api_apply(struct core *core, struct store_tx *tx, struct change *change);

/* Fills the struct and posts it. */
void api_change_post(struct api_change *change, struct api *api, struct http_request *request,
                     api_apply *apply, void (*answer)(struct api_change *change));

/* "123" with its quotes. */
struct str api_edition_tag(struct http_request *request, int64_t edition);

#endif
