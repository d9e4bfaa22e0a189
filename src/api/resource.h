/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/resource: the shape of a REST resource: a table of routes, one file per resource.
 *
 * A handler answers exactly once, now with one of the answers below, or after a change was made.
 * Errors are problem answers (RFC 9457), application/problem+json: {"type":"/api#error-not_found",
 * "title":"…","status":404,"code":"not_found","detail":"what and the cure","field":"name"}, with
 * err.def's status; the field is absent when none is at fault. Lists are {"items":[…],"next":
 * "cursor"|null}; keys are snake_case; ids are strings; money is a string of credits with as many
 * decimals as needed (0 or 2); times are ISO 8601 UTC. openapi/ describes each of them.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_RESOURCE_H
#define NAVETTE_API_RESOURCE_H

#include "api/api.h"

enum { API_SEGMENTS_MAX = 4 };

/* What a request may need; roles and scopes of keys are masks of these. */
enum right {
    RIGHT_VIEW = 1,       /* read an account's lists and settings */
    RIGHT_CHAT = 2,       /* its conversations: read, answer */
    RIGHT_SEND = 4,       /* send, cancel */
    RIGHT_OWN = 8,        /* change its settings, users, keys, members */
    RIGHT_OPERATE = 16,   /* the platform */
    RIGHT_SIGNED_IN = 32, /* of a route: any member's own affairs */
    RIGHT_ANYONE = 64,    /* of a route: nobody has to be signed in */
    RIGHTS_ALL = 31
};

struct operation;

struct api_route {
    enum http_method method;
    const char *pattern; /* "/api/v1/accounts/{name}/credit": {…} matches one segment */
    void (*handle)(struct api *api, struct http_request *request, const struct str *segments);
    unsigned needs; /* one of these rights: on the account of the path, else on any */
};

/* Each resource's table, ended by a route without a pattern. */
extern const struct api_route account_routes[];
extern const struct api_route user_routes[];
extern const struct api_route sender_routes[];
extern const struct api_route sender_document_routes[];
extern const struct api_route account_keywords_routes[];
extern const struct api_route callback_routes[];
extern const struct api_route callback_log_routes[];
extern const struct api_route notification_routes[];
extern const struct api_route carrier_test_routes[];
extern const struct api_route carrier_fields_routes[]; /* before carrier_routes */
extern const struct api_route carrier_routes[];
extern const struct api_route carrier_trace_routes[];
extern const struct api_route carrier_probe_routes[];
extern const struct api_route route_explain_routes[]; /* before route_routes */
extern const struct api_route route_routes[];
extern const struct api_route rate_routes[];
extern const struct api_route message_list_routes[]; /* before message_routes */
extern const struct api_route message_routes[];
extern const struct api_route message_send_routes[];
extern const struct api_route estimate_routes[];
extern const struct api_route sender_choices_routes[];
extern const struct api_route thread_routes[];
extern const struct api_route thread_answer_routes[];
extern const struct api_route saved_reply_routes[];
extern const struct api_route incoming_routes[];
extern const struct api_route hours_routes[];
extern const struct api_route conversation_routes[];
extern const struct api_route number_routes[];
extern const struct api_route two_way_routes[];
extern const struct api_route ledger_routes[];
extern const struct api_route reply_routes[];
extern const struct api_route rule_routes[];
extern const struct api_route quarantine_routes[];
extern const struct api_route event_routes[];
extern const struct api_route statistic_routes[];
extern const struct api_route session_routes[];
extern const struct api_route first_run_routes[];
extern const struct api_route member_routes[];
extern const struct api_route account_member_routes[];
extern const struct api_route invite_routes[];
extern const struct api_route me_routes[];
extern const struct api_route totp_routes[];
extern const struct api_route sign_in_routes[];
extern const struct api_route audit_routes[];
extern const struct api_route password_reset_routes[];
extern const struct api_route key_routes[];

/* All of them, in the order in which they are looked through; NULL at the end. */
extern const struct api_route *const api_tables[];

/* What openapi/ says of the nth route of all tables; NULL: nothing. */
const struct operation *api_operation(const struct api *api, size_t nth);

struct core *api_core(struct api *api);
const struct api_config *api_config_of(struct api *api);
/* A read-only view whose results live in the request's arena. */
struct store_view api_view(struct api *api, struct http_request *request);
/* The mailbox of the http loop: home of jobs posted by handlers. */
struct mailbox *api_mailbox(struct api *api);

/* One more header of the answer, whatever it will be. */
void api_add_header(struct http_request *request, const char *name, struct str value);
/* Takes over the reference. */
void api_reply_json(struct http_request *request, int status, json_t *body);
/* With more headers: pairs of C strings, NULL at the end. */
void api_reply_json_headers(struct http_request *request, int status, json_t *body,
                            const char *const *headers);
void api_reply_error(struct http_request *request, enum err err, const char *field,
                     struct str detail);
void api_reply_error_headers(struct http_request *request, enum err err, const char *field,
                             struct str detail, const char *const *headers);
void api_reply_refusal(struct http_request *request, const struct refusal *why);
/* The body as an object; NULL when an error was answered already. Borrowed: freed with the arena.
 */
json_t *api_body(struct http_request *request);

#endif
