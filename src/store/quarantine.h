/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/quarantine: phones that must not be written to, or soon must not; and what brought them in
 * and out, with its evidence, which is never changed. What the rows mean: core/quarantine.
 *
 * A row stands for a phone, an account (0: all) and a number of ours (n 0: all); what is not there
 * is valid. Of the statuses only blacklisted and quarantined refuse; erroneous counts.
 */
#ifndef NAVETTE_STORE_QUARANTINE_H
#define NAVETTE_STORE_QUARANTINE_H

#include "store/store.h"

/* The numbers stand in the database. */
enum quarantine_status {
    QUARANTINE_VALID,
    QUARANTINE_BLACKLISTED, /* asked not to be written to */
    QUARANTINE_QUARANTINED, /* cannot be reached */
    QUARANTINE_ERRONEOUS    /* was not reached, for a time */
};
/* "valid", "blacklisted", "quarantined", "erroneous" */
const char *quarantine_status_name(enum quarantine_status status);
/* ERR_INVALID. */
enum err quarantine_status_parse(enum quarantine_status *out, struct str name) MUST_CHECK;

enum { QUARANTINE_ERRORS_MOST = 5, QUARANTINE_APART_H = 24 };

struct quarantine {
    int64_t id;
    uint64_t phone;
    int64_t account_id;
    struct str number;
    enum quarantine_status status;
    struct str reason;
    int64_t errors;
    int64_t error_at_us; /* 0: never */
    int64_t since_at_us; /* of this status */
    int64_t message_id;  /* that caused it; 0: none */
    int64_t incoming_id; /* the same */
    int64_t answer_id;   /* a message that may leave nevertheless: it confirms the entry; 0: none */
};

/* The rows that refuse, of these phones. */
enum err store_quarantine_find(struct quarantine **out, size_t *n, struct store_view *view,
                               const uint64_t *phones, size_t phones_n) MUST_CHECK;
/* All rows of a phone. */
enum err store_quarantine_of(struct quarantine **out, size_t *n, struct store_view *view,
                             uint64_t phone) MUST_CHECK;

/* Puts the row there, or its status, reason and cause over what stands there; q->id is that of the
 * row then. BLACKLISTED stays BLACKLISTED under QUARANTINED. */
enum err store_quarantine_enter(struct store_tx *tx, struct quarantine *q) MUST_CHECK;
/* Phone and account of each row: its message's. */
enum err store_quarantine_recipients(struct quarantine *rows, size_t n,
                                     struct store_view *view) MUST_CHECK;
/*
 * Failures: each row becomes ERRONEOUS, or one more error is counted when the last is
 * QUARANTINE_APART_H old, until QUARANTINE_ERRORS_MOST make it QUARANTINED; with that status it is
 * QUARANTINED at once. What refuses already stays as it is. status and errors are as they stand
 * then; status VALID: nothing changed. A phone, account and number once.
 */
enum err store_quarantine_fail(struct store_tx *tx, struct quarantine *rows, size_t n) MUST_CHECK;

struct quarantine_leave {
    uint64_t phone;
    int64_t account_id;
    struct str number; /* n 0: all */
    /* The phone asks for it: what a reply put there for all accounts goes too, and of what stands
     * for all accounts nothing else. */
    bool by_reply;
};
/* *left: what stood there. */
enum err store_quarantine_leave(struct quarantine **left, size_t *n, struct store_tx *tx,
                                const struct quarantine_leave *which) MUST_CHECK;
enum err store_quarantine_answer(struct store_tx *tx, int64_t id, int64_t message_id) MUST_CHECK;

/* The next ERRONEOUS rows behind an id that had no error since, or a delivery after it; they go.
 * *behind: how far it came; 0: it was all. */
enum err store_quarantine_tidy(struct quarantine **gone, size_t *n, int64_t *behind,
                               struct store_tx *tx, int64_t since_us, size_t limit) MUST_CHECK;

enum quarantine_cause {
    QUARANTINE_BY_ANY,
    QUARANTINE_BY_REPLY,   /* an incoming: STOP, or a row of the carrier's rules */
    QUARANTINE_BY_FAILURE, /* a message */
    QUARANTINE_BY_PERSON
};

struct quarantine_filter {
    int64_t account_id;            /* 0: any */
    uint64_t phone;                /* 0: any */
    enum quarantine_status status; /* VALID: any */
    enum quarantine_cause cause;
    int64_t since_us; /* with its status at it or later */
    int64_t until_us; /* before it; 0: any */
    bool oldest_first;
    int64_t past_id; /* behind it in this order; 0: from the first */
    size_t limit;
};
/* In the order of their ids. */
enum err store_quarantine_list(struct quarantine **out, size_t *n, struct store_view *view,
                               const struct quarantine_filter *filter) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_quarantine_get(struct quarantine *out, struct store_view *view,
                              int64_t id) MUST_CHECK;
/* Each phone that has a row that refuses. */
enum err store_quarantine_phones(struct store_view *view, void (*each)(void *ctx, uint64_t phone),
                                 void *ctx) MUST_CHECK;

struct quarantine_event {
    int64_t id;
    uint64_t phone;
    int64_t account_id;
    struct str number;
    int64_t at_us;
    enum quarantine_status status; /* from then on; VALID: it left */
    struct str who;                /* "reply", "rule", "receipt", "clock"; else who by hand */
    struct str reason;
    struct str text; /* of the incoming, as it came */
    int64_t carrier_id;
    int64_t incoming_id;
    int64_t message_id;
};
/* Its id and time are given here. */
enum err store_quarantine_event_add(struct store_tx *tx,
                                    const struct quarantine_event *e) MUST_CHECK;
/* Newest first. */
enum err store_quarantine_event_list(struct quarantine_event **out, size_t *n,
                                     struct store_view *view, uint64_t phone, int64_t before_id,
                                     size_t limit) MUST_CHECK;

#endif
