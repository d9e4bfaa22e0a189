/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/ask: a question of this program to a server as anybody would ask it, and its answer's JSON.
 * Threads: any, each question on its own.
 */
#ifndef NAVETTE_APP_ASK_H
#define NAVETTE_APP_ASK_H

#include "base/err.h"

#include <jansson.h>

struct app_answer {
    int status;   /* 0: nobody answered */
    json_t *json; /* the caller's; NULL: it is none */
};

/* `place`: the path of a socket, then `url` is a path on it; or NULL. Takes the reference of
 * `body`; NULL: none. ERR_IO when nobody answers within ten seconds. */
enum err app_ask(struct app_answer *out, const char *place, const char *method, const char *url,
                 json_t *body) MUST_CHECK;
/* The same over TCP, as the program that has this key. */
enum err app_ask_as(struct app_answer *out, const char *key, const char *method, const char *url,
                    json_t *body) MUST_CHECK;

#endif
