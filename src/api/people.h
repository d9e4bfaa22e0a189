/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/people: what the resources about people share: reading what is said of somebody, showing a
 * member, hashing a password aside before a change, beginning a session.
 * Threads: the http loop's; people_session_begin runs on the writer's.
 */
#ifndef NAVETTE_API_PEOPLE_H
#define NAVETTE_API_PEOPLE_H

#include "api/access.h"
#include "api/aside.h"
#include "api/change.h"
#include "api/guard.h"
#include "base/secret.h"

enum {
    PEOPLE_NAME_MAX = 100,
    PEOPLE_PASSWORD_MIN = 10,
    PEOPLE_PASSWORD_MAX = 128,
    PEOPLE_AGENT_MAX = 200
};

/* A change of something about a member; embedded first in a handler's own. */
struct people_change {
    struct api_change base;
    struct api_aside aside;
    struct member member; /* what was said of them */
    bool has_email, has_name, has_language, has_operator;
    struct str password; /* to be hashed into member.password; n 0: none was said */
    char hash[SECRET_PASSWORD_SIZE];
    char token[SECRET_TOKEN_SIZE]; /* of the cookie or the link that the change makes */
    uint8_t digest[SECRET_DIGEST_SIZE];
    struct guard_try try; /* of a password or a code, where one is guessed */
    api_apply *apply;
    void (*answer)(struct api_change *change);
};

/* Each is true when the member stands there and is good. */
bool people_read_email(struct fields *f, struct str *out);
bool people_read_name(struct fields *f, struct str *out);
bool people_read_language(struct fields *f, struct str *out);
bool people_read_password(struct fields *f, const char *name, struct str *out);
bool people_read_role(struct fields *f, enum role *out);
/* Lower case, in the arena. */
struct str people_email(struct arena *arena, struct str email);

/* A member asks; answers 403 for the command line. */
bool people_is_member(struct http_request *request);

/* Counts a try, or answers 429 with Retry-After. */
bool people_may_try(struct api *api, struct http_request *request, const struct guard_try *t);

/* A new secret for `token`, and its digest. */
void people_token(struct people_change *c);
/* Hashes the password, where there is one, and posts the change. */
void people_post(struct people_change *c, struct api *api, struct http_request *request,
                 api_apply *apply, void (*answer)(struct api_change *change));

/* The member with all roles, or with `role` on one account alone. New references. */
json_t *people_member_json(const struct member *m, const struct membership *memberships, size_t n,
                           const struct directory *d);
json_t *people_of_account_json(const struct member *m, enum role role);

/* The session of c->token begins, of c->member.id. */
enum err people_session_begin(struct store_tx *tx, struct people_change *c) MUST_CHECK;
/* What GET /session answers to this member (0: to nobody), whose session has this cookie. */
void people_session_reply(struct api *api, struct http_request *request, int64_t member_id,
                          struct str cookie, const char *const *headers);
/* The same of c->member, with the cookie c->token. */
void people_reply_signed_in(struct people_change *c);
/* The value of Set-Cookie, in the arena. */
const char *people_set_cookie(struct api *api, struct arena *arena, const char *name,
                              struct str secret, int age_s);

/* The session's secret, as the request shows it. */
bool people_cookie(struct str *out, const struct http_request *request);

/* "https://sms.example.org/#/first-run/CODE" */
struct str people_link(struct api *api, struct arena *arena, const char *page, struct str secret);

#endif
