/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/invite: who is asked to become a member of an account. Of the link only the digest is kept.
 * Whether the address is a member's already stays unknown to who invites.
 */
#ifndef NAVETTE_STORE_INVITE_H
#define NAVETTE_STORE_INVITE_H

#include "base/clock.h"
#include "store/member.h"

#define INVITE_HOLDS_US (7 * DAY_US)
enum { INVITES_MAX = 200 }; /* of an account */

struct invite {
    int64_t id;
    struct str digest; /* only written */
    int64_t account_id;
    struct str email; /* lower case */
    struct str name;
    struct str language;
    enum role role;
    int64_t created_at_us;
    int64_t expires_at_us;
};

/* In place of one to the same address; those of the account that have expired go. */
enum err store_invite_insert(struct store_tx *tx, const struct invite *i) MUST_CHECK;
enum err store_invite_role(struct store_tx *tx, int64_t account_id, int64_t id,
                           enum role role) MUST_CHECK;
/* ERR_NOT_FOUND: there is none, or it has expired. */
enum err store_invite_find(struct invite *out, struct store_view *view, struct str digest,
                           int64_t now_us) MUST_CHECK;
/* Those that hold, the newest first. */
enum err store_invite_list(struct invite **out, size_t *n, struct store_view *view,
                           int64_t account_id, int64_t now_us) MUST_CHECK;
enum err store_invite_delete(struct store_tx *tx, int64_t account_id, int64_t id) MUST_CHECK;

#endif
