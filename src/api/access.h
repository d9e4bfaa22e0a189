/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/access: whose cookie is this, whose key? Small indexed reads, with a bounded memory of a
 * short life over them: what another node changed counts here after ACCESS_KEPT_US, what this one
 * changed at once (access_changed). Of secrets only their digests are remembered.
 *
 * That a session was seen or a key was used is written at most once in ACCESS_TOUCH_US, many in one
 * commit.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_ACCESS_H
#define NAVETTE_API_ACCESS_H

#include "api/actor.h"
#include "base/clock.h"
#include "store/session.h"

enum { ACCESS_REMEMBERED = 1024, ACCESS_TOUCHES = 128 };
#define ACCESS_KEPT_US  (2 * SEC_US)
#define ACCESS_TOUCH_US (60 * SEC_US)

struct access;

struct access *access_new(void);
/* After the writer has ended. */
void access_free(struct access *a);

/* Fills the actor, in the request's arena, but for from_address. ERR_NOT_FOUND: there is no such
 * session or key, or it has ended. */
enum err access_session(struct actor *out, struct api *api, struct http_request *request,
                        struct str cookie) MUST_CHECK;
enum err access_key(struct actor *out, struct api *api, struct http_request *request,
                    struct str key) MUST_CHECK;
/* Members, roles, sessions or keys were changed here. */
void access_changed(struct api *api);

/* What a page must send besides the cookie: made of the cookie, so that each node knows it. */
enum { CSRF_SIZE = 44 };
void access_csrf(char out[CSRF_SIZE], struct str cookie);

unsigned access_rights_of_role(enum role role);
/* Of a mask of store/api_key's scopes. */
unsigned access_rights_of_scopes(unsigned scopes);

#endif
