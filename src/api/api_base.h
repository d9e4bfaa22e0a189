/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/api_base: what the files of this room share. Threads: the http loop's.
 */
#ifndef NAVETTE_API_API_BASE_H
#define NAVETTE_API_API_BASE_H

#include "api/access.h"
#include "api/allowance.h"
#include "api/credentials.h"
#include "api/guard.h"
#include "api/health.h"
#include "api/operation.h"
#include "api/resource.h"
#include "api/worker.h"

enum {
    API_BODY_MAX = 64 * 1024,
    API_PAIRS_MAX = 64,
    API_CONNECTIONS_MAX = 1024,
    API_CONNECTIONS_PER_IP_MAX = 512,
    API_SOCKET_CONNECTIONS_MAX = 64,
    API_IDLE_S = 30,
    API_HELD_MAX = 256 * 1024 * 1024 /* bytes of answers that clients have not taken yet */
};

struct api {
    struct core *core;
    struct net_loop *loop;
    struct api_config config;
    struct http_server *tcp;
    struct http_server *socket;
    struct db *reader;          /* of the http loop */
    struct db *counting_reader; /* of the worker */
    struct db *list_reader;     /* of the lists' thread */
    struct worker *worker;
    struct worker *lister;  /* lists */
    struct export *exports; /* that run: api/export */
    bool ending;            /* no thread works for a request any more */
    struct credentials *credentials;
    struct access *access;
    struct guard *guard;
    size_t signing_in; /* passwords of sign-ins that are being verified */
    struct events *events;
    struct health *health;
    struct allowance *allowance;
    struct operations *operations;
    const struct operation **described; /* of each route of api_tables, one after the other */
    char *public_url;  /* of the panel, without / at the end: as configured, or our address */
    bool is_https;     /* people come over TLS */
    struct buf answer; /* of http2sms; emptied for each */
};

#endif
