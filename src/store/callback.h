/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/callback: where an account has itself told of replies, receipts and STOPs, and whom it has
 * told of replies besides. The numbers of profiles and kinds stand in the database.
 */
#ifndef NAVETTE_STORE_CALLBACK_H
#define NAVETTE_STORE_CALLBACK_H

#include "store/store.h"

/* In which form an account is told. */
enum callback_profile { PROFILE_OVH = 1, PROFILE_OCTOPUSH, PROFILE_NAVETTE };

/* "ovh", "octopush", "navette". */
const char *callback_profile_name(enum callback_profile profile);
/* ERR_INVALID. */
enum err callback_profile_parse(enum callback_profile *out, struct str name) MUST_CHECK;

struct callback_setting {
    int64_t account_id;
    enum callback_profile profile;
    struct str secret;      /* "whsec_…": signs what goes out in the navette profile; n 0: none */
    struct str replies_url; /* n 0: not told; the same for the others */
    struct str receipts_url;
    struct str stops_url;
};

/* Writes the account's, or writes over it. */
enum err store_callback_put(struct store_tx *tx, const struct callback_setting *s) MUST_CHECK;
enum err store_callback_delete(struct store_tx *tx, int64_t account_id) MUST_CHECK;
/* By account. */
enum err store_callback_list(struct callback_setting **out, size_t *n,
                             struct store_view *view) MUST_CHECK;

enum notification_kind { NOTIFICATION_EMAIL = 1, NOTIFICATION_SMS };

/* "email", "sms". */
const char *notification_kind_name(enum notification_kind kind);

struct notification {
    int64_t id;
    int64_t account_id;
    enum notification_kind kind;
    struct str target;   /* an address; a phone, E.164 with + */
    struct str sender;   /* an address; a sender of the account */
    struct str language; /* of e-mails: "en", "fr" */
    int64_t created_at_us;
};

enum err store_notification_insert(struct store_tx *tx, const struct notification *n) MUST_CHECK;
/* Target, sender and language. ERR_NOT_FOUND; the same for the others. */
enum err store_notification_update(struct store_tx *tx, const struct notification *n) MUST_CHECK;
enum err store_notification_delete(struct store_tx *tx, int64_t id) MUST_CHECK;
/* By account, the oldest first. */
enum err store_notification_list(struct notification **out, size_t *n,
                                 struct store_view *view) MUST_CHECK;

#endif
