/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/account: accounts, their API users and their senders.
 * Errors: ERR_EXISTS for a name that is taken, ERR_NOT_FOUND for an id that is not there.
 */
#ifndef NAVETTE_STORE_ACCOUNT_H
#define NAVETTE_STORE_ACCOUNT_H

#include "store/store.h"

/* What a message is worth its way: the account's, and whom a route serves. The numbers stand in the
 * database. */
enum grade { GRADE_ANY = 0, GRADE_PREMIUM = 1, GRADE_LOW_COST = 2 };

/* "premium", "low_cost"; NULL for any. */
const char *grade_name(enum grade grade);
/* ERR_INVALID. */
enum err grade_parse(enum grade *out, struct str name) MUST_CHECK;

/* Whose an account is; n 0: not told. */
struct account_profile {
    struct str company, first_name, last_name;
    struct str domains; /* separated by blanks */
    struct str email, phone;
};

struct account {
    int64_t id;
    struct str name;
    struct str timezone;
    uint32_t max_parts;
    enum grade grade; /* GRADE_ANY is written as premium */
    bool enabled;
    int64_t keep_days; /* how long texts are kept; 0: always */
    struct account_profile profile;
    int64_t balance; /* hundredths; without the quotas given to users */
    int64_t created_at_us;
};

/* "fr" or "en": what whoever it belongs to most likely reads, where nobody has said it. */
struct str account_language(const struct account *a);

struct api_user {
    int64_t id;
    int64_t account_id;
    struct str login;
    struct str password; /* argon2id string */
    bool has_quota;
    int64_t quota;           /* hundredths, its own purse */
    struct str allow_ip;     /* networks separated by blanks; n 0 allows all */
    struct str receipts_url; /* n 0: the account's, if it has one; the same for stops_url */
    struct str stops_url;
    bool enabled;
    int64_t created_at_us;
};

/* The numbers stand in the database. */
enum sender_state {
    SENDER_WAITING = 1, /* for an operator's decision */
    SENDER_ENABLED,     /* only these can be sent from */
    SENDER_REFUSED,
    SENDER_DISABLED /* by its owner, who may enable it again */
};
enum sender_origin { SENDER_BY_HAND = 1, SENDER_PERSONAL, SENDER_DOMAIN };
/* "waiting", "enabled", "refused", "disabled" */
const char *sender_state_name(enum sender_state state);
enum err sender_state_parse(enum sender_state *out, struct str name) MUST_CHECK;
/* "manual", "personal", "domain" */
const char *sender_origin_name(enum sender_origin origin);
enum err sender_origin_parse(enum sender_origin *out, struct str name) MUST_CHECK;

struct sender {
    int64_t id;
    int64_t account_id;
    struct str name;
    enum sender_state state;
    enum sender_origin origin;
    struct str description;
    struct str reason;
    struct str comment;    /* of who decided */
    int64_t decided_at_us; /* 0: nobody has */
    int64_t created_at_us;
};
static inline bool sender_is_enabled(const struct sender *s)
{
    return s->state == SENDER_ENABLED;
}

enum err store_account_insert(struct store_tx *tx, const struct account *a) MUST_CHECK;
/* All but the balance, which only the ledger moves. */
enum err store_account_update(struct store_tx *tx, const struct account *a) MUST_CHECK;
enum err store_account_list(struct account **out, size_t *n, struct store_view *view) MUST_CHECK;
/* ERR_CONFLICT while it has messages, incoming or movements. */
enum err store_account_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

enum err store_user_insert(struct store_tx *tx, const struct api_user *u) MUST_CHECK;
/* All but the quota's amount. ERR_CONFLICT: has_quota is false and the quota is not empty: the
 * ledger empties it first, and a refund may come in between. */
enum err store_user_update(struct store_tx *tx, const struct api_user *u) MUST_CHECK;
enum err store_user_list(struct api_user **out, size_t *n, struct store_view *view) MUST_CHECK;
/* ERR_CONFLICT while its quota is not empty. */
enum err store_user_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

enum err store_sender_insert(struct store_tx *tx, const struct sender *s) MUST_CHECK;
enum err store_sender_update(struct store_tx *tx, const struct sender *s) MUST_CHECK;
enum err store_sender_list(struct sender **out, size_t *n, struct store_view *view) MUST_CHECK;
/* And its documents. */
enum err store_sender_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

#endif
