/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/search: messages and incoming as lists ask for them: filtered, sorted, a page at a time.
 * Owner: rows live in the view's arena. Threads: a view's.
 */
#ifndef NAVETTE_STORE_SEARCH_H
#define NAVETTE_STORE_SEARCH_H

#include "store/incoming.h"
#include "store/list_page.h"

/* What both have in common. Zeros ask for nothing. */
struct search {
    int64_t account_id;
    int64_t since_us; /* accepted, or received, at it or later */
    int64_t until_us; /* before it */
    int64_t conversation_id;
    struct str text; /* has this in it: folded by text/word; looked for in what is kept */
    enum list_by by; /* not LIST_TIME: of an account only */
    bool descending;
    bool has_after;
    struct list_place after; /* the end of the page before */
    size_t limit;
    struct list_budget budget;
};

struct message_search {
    struct search search;
    uint64_t recipient;
    struct str sender;
    unsigned states; /* 1 << enum message_state, added; 0: any */
    struct str tag;
    uint32_t parts;
    struct str word;       /* of the carrier, as store/statistic counts failures */
    int64_t done_since_us; /* got its final state at it or later */
    int64_t done_until_us; /* before it */
};
/* Rows are struct message. */
enum err store_message_search(struct list_page *out, struct store_view *view,
                              const struct message_search *s) MUST_CHECK;

struct incoming_search {
    struct search search;
    struct str sender;
    struct str number;
    unsigned standings; /* 1 << enum standing, added; 0: any */
};
/* Rows are struct incoming. */
enum err store_incoming_search(struct list_page *out, struct store_view *view,
                               const struct incoming_search *s) MUST_CHECK;

#endif
