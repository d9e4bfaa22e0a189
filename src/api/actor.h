/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/actor: who asks, and what he may: the one place that says so. The router lets a request
 * through only when the actor has one of the rights that its route needs; a handler whose path
 * names no account asks here about the row that it found.
 *
 * A stranger learns nothing: an account, or a row of one, in which the actor has no right at all is
 * answered as if it did not exist.
 * Owner: an actor lives as long as its request. Threads: the http loop's; actor_may and
 * actor_rights are pure.
 */
#ifndef NAVETTE_API_ACTOR_H
#define NAVETTE_API_ACTOR_H

#include "api/fields.h"

enum actor_kind {
    ACTOR_NOBODY,
    ACTOR_SOCKET, /* the administration socket: its file's mode says who may */
    ACTOR_MEMBER,
    ACTOR_KEY
};

/* Why somebody is ACTOR_NOBODY. */
enum actor_lack {
    ACTOR_SHOWS_NOTHING,
    ACTOR_SESSION_ENDED,
    ACTOR_NO_CSRF, /* of a session that holds: the request did not come from our page */
};

struct actor_account {
    int64_t account_id;
    unsigned rights; /* enum right */
};

struct actor {
    enum actor_kind kind;
    int64_t id;              /* of the member or the key */
    int64_t session_id;      /* of a member */
    enum actor_lack lack;    /* of nobody */
    struct str name;         /* e-mail of the member, name of the key, "command line" */
    struct str from_address; /* of the peer; empty on the socket */
    unsigned everywhere;     /* rights on all accounts: an operator's */
    const struct actor_account *accounts;
    size_t accounts_n;
};

/* Of the request; never NULL: ACTOR_NOBODY until it was found out. */
const struct actor *actor_of(const struct http_request *request);
/* Finds out who asks over TCP and hangs it on the request. false when that was answered: a key that
 * does not hold, a page of another origin. A session that has ended, or one without its CSRF token,
 * is nobody's: only what anyone may is done then. */
bool actor_identify(struct api *api, struct http_request *request);
void actor_is_socket(struct http_request *request);
/* Of a request that goes on for long: does who asked still have what he had then? Once the session
 * or the key has ended, or a role was changed, he has to ask again. */
bool actor_holds(struct api *api, struct http_request *request);

/* All rights on the account; 0: none, as if it did not exist. account_id 0, of rows that belong to
 * no account: only an operator's. */
unsigned actor_rights(const struct actor *a, int64_t account_id);
/* One of the rights of the mask `needs`, on this account. */
bool actor_may(const struct actor *a, int64_t account_id, unsigned needs);

/* May this route be taken? Answers 401, 403 or 404 when not. Finds the account that its path names,
 * for actor_account. */
bool actor_admit(struct api *api, struct http_request *request, const struct api_route *route,
                 const struct str *segments);

/* The account that the request's path names ("/api/v1/accounts/{name}…"), as it was when the
 * request was let through: a writer's transaction reads it again. Of other paths: NULL. */
const struct account *actor_account(const struct http_request *request);

/* Reads "account": an id that the actor has one of the rights `needs` on. Absent or null: 0, all,
 * for those who may everywhere; for others their only account, or a refusal that asks which. */
void actor_scope(struct fields *f, struct api *api, unsigned needs, int64_t *account_id);

#endif
