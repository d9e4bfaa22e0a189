/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/member: people who sign in, what they are to each account, their codes in place of TOTP.
 *
 * An e-mail address is written in lower case and is one member's. Errors: ERR_EXISTS for an address
 * that is taken, ERR_NOT_FOUND for an id that is not there.
 */
#ifndef NAVETTE_STORE_MEMBER_H
#define NAVETTE_STORE_MEMBER_H

#include "store/store.h"

/* The numbers stand in the database; each role may less than the next but for the agent. */
enum role { ROLE_VIEWER = 1, ROLE_AGENT, ROLE_SENDER, ROLE_OWNER };

/* "viewer", "agent", "sender", "owner". */
const char *role_name(enum role role);
/* ERR_INVALID. */
enum err role_parse(enum role *out, struct str name) MUST_CHECK;

struct member {
    int64_t id;
    struct str email;
    struct str name;
    struct str password; /* argon2id string */
    struct str language; /* "en", "fr" */
    bool is_operator;
    struct str totp_secret; /* bytes; n 0: none was ever drawn */
    bool totp_on;
    int64_t totp_step; /* of the last code that was taken */
    int64_t created_at_us;
    int64_t seen_at_us; /* 0: never */
};

struct membership {
    int64_t member_id;
    int64_t account_id;
    enum role role;
};

enum err store_member_insert(struct store_tx *tx, const struct member *m) MUST_CHECK;
/* E-mail, name, password, language, operator. */
enum err store_member_update(struct store_tx *tx, const struct member *m) MUST_CHECK;
enum err store_member_get(struct member *out, struct store_view *view, int64_t id) MUST_CHECK;
enum err store_member_find(struct member *out, struct store_view *view,
                           struct str email) MUST_CHECK;
/* The newest first, older than before_id (0: from the newest). */
enum err store_member_list(struct member **out, size_t *n, struct store_view *view,
                           int64_t before_id, size_t limit) MUST_CHECK;
/* Is there any? And how many operators, of whom not this one (0: all count)? */
enum err store_member_any(bool *any, struct store_view *view) MUST_CHECK;
enum err store_member_operators(int64_t *n, struct store_view *view, int64_t but_id) MUST_CHECK;
/* With all that is theirs: memberships, sessions, links, codes. */
enum err store_member_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

/* Off, codes that were taken are forgotten: the next secret is another one. */
enum err store_member_totp_set(struct store_tx *tx, int64_t id, struct str secret,
                               bool on) MUST_CHECK;
/* A code of this step is taken: ERR_NOT_FOUND when one of it or of a later one was already. */
enum err store_member_totp_step(struct store_tx *tx, int64_t id, int64_t step) MUST_CHECK;

/* A role, in place of the one before. */
enum err store_membership_put(struct store_tx *tx, const struct membership *m) MUST_CHECK;
enum err store_membership_delete(struct store_tx *tx, int64_t member_id,
                                 int64_t account_id) MUST_CHECK;
enum err store_membership_get(struct membership *out, struct store_view *view, int64_t member_id,
                              int64_t account_id) MUST_CHECK;
enum err store_membership_of_member(struct membership **out, size_t *n, struct store_view *view,
                                    int64_t member_id) MUST_CHECK;
enum err store_membership_of_account(struct membership **out, size_t *n, struct store_view *view,
                                     int64_t account_id) MUST_CHECK;

/* In place of those before; n digests of SECRET_DIGEST_SIZE bytes. */
enum err store_recovery_put(struct store_tx *tx, int64_t member_id, const struct str *digests,
                            size_t n) MUST_CHECK;
/* Uses one up; ERR_NOT_FOUND. */
enum err store_recovery_take(struct store_tx *tx, int64_t member_id, struct str digest) MUST_CHECK;
enum err store_recovery_count(int64_t *n, struct store_view *view, int64_t member_id) MUST_CHECK;

#endif
