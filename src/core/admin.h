/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/admin: what an operator's changes have in common: finding a row by its name, and moving
 * credits between purses. For the `apply` of a struct change: all checks come before the first
 * write (core_change), and a refusal names the field and the cure.
 *
 * Amounts: hundredths of a credit. Owner: rows live in the view's arena, refusals are constant
 * sentences. Threads: whoever holds the view or the transaction.
 */
#ifndef NAVETTE_CORE_ADMIN_H
#define NAVETTE_CORE_ADMIN_H

#include "core/refusal.h"
#include "store/account.h"
#include "store/carrier.h"

/* A purse never holds more: so a sum of purses stays far from the end of 64 bits. */
#define ADMIN_CREDITS_MAX INT64_C(100000000000)
enum { ADMIN_NAME_MAX = 64 };

/* A name of an account, a user or a carrier: 1 to 64 of letters, digits and - . _ @. */
enum err admin_name_check(struct str name, const char *field, struct refusal *why) MUST_CHECK;
/* Digits of a phone number's beginning, at most 15, a leading + is taken off; n 0 means all. */
enum err admin_prefix_check(struct str *prefix, struct refusal *why) MUST_CHECK;

/* http:// or https:// with a host; no blanks, no login in it. */
enum { ADMIN_URL_MAX = 2000 };
enum err admin_url_check(struct str url, const char *field, struct refusal *why) MUST_CHECK;
/* "someone@example.org": what may stand in a header and in SMTP as it is. */
enum { ADMIN_EMAIL_MAX = 254 };
enum err admin_email_check(struct str address, const char *field, struct refusal *why) MUST_CHECK;

/* ERR_NOT_FOUND with the field "account", "user", "sender" or "carrier". */
enum err admin_account_find(struct account *out, struct store_view *view, struct str name,
                            struct refusal *why) MUST_CHECK;
/* What that says where it finds none. */
enum err admin_account_refuse(struct refusal *why) MUST_CHECK;
enum err admin_user_find(struct api_user *out, struct store_view *view, int64_t account_id,
                         struct str login, struct refusal *why) MUST_CHECK;
enum err admin_sender_find(struct sender *out, struct store_view *view, int64_t account_id,
                           struct str name, struct refusal *why) MUST_CHECK;
/* The same of one that messages may leave from; ERR_BAD_SENDER with this field when it is none. */
enum err admin_sender_enabled(struct store_view *view, int64_t account_id, struct str name,
                              const char *field, struct refusal *why) MUST_CHECK;
enum err admin_carrier_find(struct carrier_row *out, struct store_view *view, struct str name,
                            struct refusal *why) MUST_CHECK;

/* Adds to an account's balance, or takes (amount below 0): it never falls below 0. */
enum err admin_credit(struct store_tx *tx, const struct account *account, int64_t amount,
                      struct str reason, struct refusal *why) MUST_CHECK;

/*
 * Writes a user whose quota becomes `quota` (has_quota) or is switched off: the difference moves
 * from the account's balance to the user's purse, or back. `user` holds the new columns, `before`
 * what stood there; NULL for a user that is inserted.
 */
enum err admin_user_write(struct store_tx *tx, const struct account *account,
                          const struct api_user *before, const struct api_user *user,
                          struct refusal *why) MUST_CHECK;

#endif
