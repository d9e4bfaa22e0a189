/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/reply: what a reply to an account starts, and how often a phone was answered by itself.
 */
#ifndef NAVETTE_STORE_REPLY_H
#define NAVETTE_STORE_REPLY_H

#include "store/store.h"

/* The account's own action. The numbers stand in the database. */
enum reply_action { REPLY_NOTHING, REPLY_TEXT, REPLY_CGI };
/* "none", "text", "cgi" */
const char *reply_action_name(enum reply_action action);
/* ERR_INVALID. */
enum err reply_action_parse(enum reply_action *out, struct str name) MUST_CHECK;

enum { REPLY_AN_HOUR = 3, REPLY_AN_HOUR_MAX = 100 };

/* An account that has no row: REPLY_NOTHING, REPLY_AN_HOUR. */
struct reply_setting {
    int64_t account_id;
    enum reply_action action;
    struct str text; /* of REPLY_TEXT */
    struct str url;  /* of REPLY_CGI */
    int64_t an_hour; /* automatic answers to one phone, at most */
};

/* By account. */
enum err store_reply_setting_list(struct reply_setting **out, size_t *n,
                                  struct store_view *view) MUST_CHECK;
/* In the place of what was there. */
enum err store_reply_setting_put(struct store_tx *tx, const struct reply_setting *s) MUST_CHECK;

enum { ANSWER_GUARD_H = 1 };

/* Takes one of the `most` answers that a phone may get from an account within ANSWER_GUARD_H; of
 * several nodes only one gets the same. *taken is false when none is left. */
enum err store_answer_take(bool *taken, struct store_tx *tx, uint64_t phone, int64_t account_id,
                           int64_t most) MUST_CHECK;
/* Drops what does not count any more. */
enum err store_answer_forget(struct store_tx *tx) MUST_CHECK;

#endif
