/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/listing: what all lists that can grow long have in common: a page at a time by cursor, an
 * order, a size; read on the lists' own thread; and the whole list as CSV (api/export).
 *
 *     GET /api/v1/things?cursor=&limit=&sort=-at&…
 *     {"items":[…],"next":"…"|null}
 *
 * `partial` is true when a page ended before it was full, because so many rows had to be looked at:
 * `next` goes on; in the order of time `looked_back_to` tells how far it came. `sorted_until`: rows
 * that are younger are not in this order yet.
 *
 * A resource has a struct that begins with struct listing, and a struct listing_kind.
 * Threads: `read` on the http loop, `page` and `row` on the lists' thread.
 */
#ifndef NAVETTE_API_LISTING_H
#define NAVETTE_API_LISTING_H

#include "api/aside.h"
#include "api/fields.h"
#include "store/list_page.h"

struct listing_sort {
    const char *name; /* as in sort=name, sort=-name */
    enum list_by by;
};

struct listing {
    struct api_aside aside;
    const struct listing_kind *kind;
    const struct str *segments; /* of the path */
    const struct listing_sort *sort;
    bool descending;
    bool has_after;
    struct list_place after;
    size_t limit;
    struct list_budget budget;
    bool bom;                  /* of an export */
    const struct directory *d; /* while a page is made */
    /* What `page` finds. */
    const void *rows;
    size_t n;
    bool more;
    bool partial;
    struct list_place end;
    int64_t whole_to_id; /* INT64_MAX */
    json_t *items;
};

struct listing_kind {
    const char *name;                 /* of the list, in cursors and files: "messages" */
    const struct listing_sort *sorts; /* the first is the usual one; ended by a name NULL */
    size_t size;                      /* of the resource's struct */
    /* Its filters. */
    void (*read)(struct listing *l, struct fields *f, struct api *api);
    /* Fills what is found, by after, limit, sort, descending and budget. */
    enum err (*page)(struct listing *l, struct store_view *view);
    /* Of the i-th row. */
    enum err (*row)(json_t **out, struct listing *l, struct store_view *view, size_t i);
    /* Members of a row that are columns of the CSV, in order; NULL at the end. */
    const char *const *columns;
};

/* Reads the query and answers with a page. */
void listing_answer(struct api *api, struct http_request *request, const struct str *segments,
                    const struct listing_kind *kind);

/* The same for who goes on by himself: NULL when a refusal was answered. Lives in the arena. */
struct listing *listing_read(struct api *api, struct http_request *request, struct arena *arena,
                             const struct str *segments, const struct listing_kind *kind);
/* One page as JSON rows in l->items, a new array. */
enum err listing_page(struct listing *l, struct store_view *view) MUST_CHECK;

/* Takes over what store/list_page found. */
void listing_found(struct listing *l, const struct list_page *page);
/* The same of verbs that know ids only: `n` rows behind the last of which `end_id` is. */
void listing_found_by_id(struct listing *l, const void *rows, size_t n, int64_t end_id);

#endif
