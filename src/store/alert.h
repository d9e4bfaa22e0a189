/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/alert: who is told that an API user has fewer credits left than so many: its quota's, or
 * the account's where it has none. Told once, until it has as many again. Amounts: hundredths.
 */
#ifndef NAVETTE_STORE_ALERT_H
#define NAVETTE_STORE_ALERT_H

#include "store/account.h"

struct user_alert {
    int64_t user_id;
    int64_t below;
    struct str email;   /* n 0: none; the same of sms */
    struct str sms;     /* E.164 with + */
    struct str sender;  /* of the SMS: one of the account's */
    int64_t told_at_us; /* 0: it has as many, or more, as far as anybody has looked */
};

/* In place of the one before; that it was told stays. */
enum err store_alert_put(struct store_tx *tx, const struct user_alert *a) MUST_CHECK;
/* If there is one. */
enum err store_alert_delete(struct store_tx *tx, int64_t user_id) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_alert_get(struct user_alert *out, struct store_view *view,
                         int64_t user_id) MUST_CHECK;
/* Of an account's users, by their ids. */
enum err store_alert_list(struct user_alert **out, size_t *n, struct store_view *view,
                          int64_t account_id) MUST_CHECK;

struct alert_due {
    struct user_alert alert;
    int64_t account_id;
    struct str login;
    int64_t left;
    bool is_below; /* else it was, and is no more */
};
/* What nobody was told yet, and what is over, in the order of users; one that is switched off has
 * no alert. At most `limit`. */
enum err store_alert_due(struct alert_due **out, size_t *n, struct store_view *view,
                         size_t limit) MUST_CHECK;
/* Told now, or over. */
enum err store_alert_told(struct store_tx *tx, int64_t user_id, bool is_below) MUST_CHECK;

#endif
