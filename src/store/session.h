/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/session: who is signed in, and what a link allows once. Of a cookie and of a link only the
 * digest is kept (base/secret: secret_fingerprint), so that nobody who reads the database can use
 * them.
 *
 * A session ends SESSION_IDLE_US after it was last seen and SESSION_WHOLE_US after it began;
 * whether a row still holds is asked with store_session_holds.
 */
#ifndef NAVETTE_STORE_SESSION_H
#define NAVETTE_STORE_SESSION_H

#include "base/clock.h"
#include "store/member.h"

#define SESSION_IDLE_US  (12 * HOUR_US)
#define SESSION_WHOLE_US (30 * DAY_US)
enum { SESSIONS_MAX = 50 }; /* of a member: the oldest one goes */

struct session {
    int64_t id;
    struct str digest; /* only written */
    int64_t member_id;
    int64_t created_at_us;
    int64_t seen_at_us;
    struct str from_address;
    struct str agent;
};

bool store_session_holds(const struct session *s, int64_t now_us);

/* Whose session it is, with the member's roles, in one question. ERR_NOT_FOUND. */
struct session_owner {
    struct session session;
    struct member member; /* without password and TOTP's secret */
    struct membership *memberships;
    size_t memberships_n;
};
enum err store_session_owner(struct session_owner *out, struct store_view *view,
                             struct str digest) MUST_CHECK;

/* Those of the member that do not hold any more go, and the oldest ones beyond SESSIONS_MAX. */
enum err store_session_insert(struct store_tx *tx, const struct session *s) MUST_CHECK;
enum err store_session_list(struct session **out, size_t *n, struct store_view *view,
                            int64_t member_id) MUST_CHECK;
enum err store_session_delete(struct store_tx *tx, int64_t member_id, int64_t id) MUST_CHECK;
/* All of the member, but for one (0: all). */
enum err store_session_delete_others(struct store_tx *tx, int64_t member_id,
                                     int64_t but_id) MUST_CHECK;
/* Seen now, and so are their members. */
enum err store_session_touch(struct store_tx *tx, const int64_t *ids, size_t n) MUST_CHECK;

/* Browsers that signed in as a member before, by the digest of a cookie of their own. */
enum { DEVICES_MAX = 20 }; /* of a member: the one seen longest ago goes */
enum err store_device_holds(bool *holds, struct store_view *view, struct str digest,
                            int64_t member_id) MUST_CHECK;
/* It is the member's, and seen now. */
enum err store_device_put(struct store_tx *tx, struct str digest, int64_t member_id) MUST_CHECK;

/* The numbers stand in the database. */
enum token_kind { TOKEN_SETUP = 1, TOKEN_PASSWORD = 2 };

struct token {
    struct str digest;
    enum token_kind kind;
    int64_t member_id; /* 0: of nobody yet */
    int64_t created_at_us;
    int64_t expires_at_us;
};

enum { TOKENS_MAX = 32 }; /* of a kind and a member: the oldest one goes */

/* Those of the kind and the member that have expired go. */
enum err store_token_insert(struct store_tx *tx, const struct token *t) MUST_CHECK;
/* ERR_NOT_FOUND: there is none, or it has expired. */
enum err store_token_find(struct token *out, struct store_view *view, enum token_kind kind,
                          struct str digest, int64_t now_us) MUST_CHECK;
/* How many of them hold. */
enum err store_token_count(int64_t *n, struct store_view *view, enum token_kind kind,
                           int64_t member_id, int64_t now_us) MUST_CHECK;
/* All of the kind and the member. */
enum err store_token_delete(struct store_tx *tx, enum token_kind kind,
                            int64_t member_id) MUST_CHECK;

#endif
