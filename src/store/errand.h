/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/errand: what others are to be told, and how that went.
 *
 *   WAITING ──take──► CLAIMED ──told──► DONE
 *      ▲                 │ └──too late─► GIVEN_UP
 *      └───failed, put off, its life dead
 *
 * An errand is what one place is told by one commit: receipts of many messages are one errand, its
 * body a line of JSON each, and `told` says which of them have arrived. A CLAIMED one is moved only
 * by the life that claimed it, or by who recovers that life. DONE and GIVEN_UP rest here for
 * ERRAND_KEPT_DAYS, so that they can be looked up and told again.
 *
 * Row budget: one insert and one update an errand; an attempt is written for what failed, for what
 * arrived after that, and for an errand of one event.
 */
#ifndef NAVETTE_STORE_ERRAND_H
#define NAVETTE_STORE_ERRAND_H

#include "store/callback.h"

enum { ERRAND_KEPT_DAYS = 7, ERRAND_EVENTS_MAX = 200 };

/* The numbers stand in the database. */
enum errand_kind {
    ERRAND_RECEIPT = 1,
    ERRAND_REPLY,
    ERRAND_STOP,
    ERRAND_CGI, /* the answer's text goes back to the phone */
    ERRAND_MAIL_REPLY,
    ERRAND_MAIL_CREDIT,
    ERRAND_TEST,
    ERRAND_MAIL_PASSWORD,
    ERRAND_MAIL_INVITE,
    ERRAND_MAIL_SENDER, /* an operator has decided about one */
    ERRAND_MAIL_ALERT,  /* a user has few credits left */
    ERRAND_KINDS
};
enum errand_state { ERRAND_WAITING = 1, ERRAND_CLAIMED, ERRAND_DONE, ERRAND_GIVEN_UP };

/* An e-mail; else a call. */
bool errand_is_mail(enum errand_kind kind);
/* "receipt", "reply", …; "waiting", … */
const char *errand_kind_name(enum errand_kind kind);
const char *errand_state_name(enum errand_state state);

struct errand {
    int64_t id;
    int64_t account_id;
    enum errand_kind kind;
    struct str target; /* a URL, or an address of e-mail */
    enum callback_profile profile;
    struct str body; /* n 0: it was not to be kept */
    uint32_t events;
    bool keep;
    struct str told; /* n 0: none; else a '1' or '0' for each */
    enum errand_state state;
    int64_t due_at_us;
    int64_t give_up_at_us;
    uint32_t attempts; /* that failed */
    int64_t created_at_us;
    int64_t done_at_us; /* 0: not yet */
};

/* CLAIMED ones are this life's. */
enum err store_errand_insert(struct store_tx *tx, const struct errand *rows, size_t n) MUST_CHECK;
/* The first that are WAITING and due become CLAIMED by this life. */
enum err store_errand_take(struct errand **out, size_t *n, struct store_tx *tx,
                           size_t limit) MUST_CHECK;
/* What this life has claimed has arrived. */
enum err store_errand_done(struct store_tx *tx, const int64_t *ids, size_t n) MUST_CHECK;

struct errand_back {
    int64_t id;
    enum errand_state state; /* WAITING or GIVEN_UP */
    int64_t due_at_us;
    struct str told;
    bool attempted;
};
/* What this life has claimed has not arrived, or not all of it. */
enum err store_errand_back(struct store_tx *tx, const struct errand_back *rows,
                           size_t n) MUST_CHECK;
/* All that a dead life has claimed is WAITING again; how many. */
enum err store_errand_release(int64_t *n, struct store_tx *tx, int64_t epoch) MUST_CHECK;

/* Those of the account made within a few seconds from this instant on whose body, if it was kept,
 * names the message: receipts of what ended then. At most `limit`. */
enum err store_errand_of_message(struct errand **out, size_t *n, struct store_view *view,
                                 int64_t account_id, int64_t from_us, int64_t message_id,
                                 size_t limit) MUST_CHECK;

struct errand_attempt {
    int64_t errand_id;
    int64_t at_us;
    int64_t took_ms;
    int64_t status; /* of HTTP or SMTP; 0: there was no answer */
    uint32_t events;
    uint32_t failed;
    struct str error; /* n 0: none */
};
enum err store_errand_attempt_add(struct store_tx *tx, const struct errand_attempt *rows,
                                  size_t n) MUST_CHECK;
/* Oldest first. */
enum err store_errand_attempt_list(struct errand_attempt **out, size_t *n, struct store_view *view,
                                   int64_t errand_id, size_t limit) MUST_CHECK;

/* ERR_NOT_FOUND. */
enum err store_errand_get(struct errand *out, struct store_view *view, int64_t id) MUST_CHECK;

struct errand_filter {
    int64_t account_id;
    bool failed; /* only those that failed once, and those given up */
    bool oldest_first;
    int64_t past_id; /* behind it in this order; 0: from the first */
    size_t limit;
};
/* Newest first, without their bodies. */
enum err store_errand_list(struct errand **out, size_t *n, struct store_view *view,
                           const struct errand_filter *filter) MUST_CHECK;

struct errand_replay {
    int64_t account_id;
    int64_t id;       /* 0: any */
    int64_t since_us; /* made since then */
    int64_t give_up_at_us;
};
/* DONE and GIVEN_UP ones are WAITING again, as if nothing of them had arrived, with the same events
 * under the same ids; how many. At most `limit`. */
enum err store_errand_replay(int64_t *n, struct store_tx *tx, const struct errand_replay *what,
                             size_t limit) MUST_CHECK;
/* DONE and GIVEN_UP ones made before this instant go, with their attempts; how many. */
enum err store_errand_forget(int64_t *n, struct store_tx *tx, int64_t before_us,
                             size_t limit) MUST_CHECK;

struct errand_glance {
    int64_t waiting;              /* no more than `most` + 1 are counted */
    int64_t oldest_created_at_us; /* of those that were looked at; 0: none waits */
};
enum err store_errand_glance(struct errand_glance *out, struct store_view *view,
                             int64_t most) MUST_CHECK;

#endif
