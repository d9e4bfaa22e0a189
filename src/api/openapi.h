/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/openapi: the description of the REST API, joined from openapi/ when it is built.
 *
 * Source: OpenAPI 3.1; JSON Schema 2020-12. x-needs says which rights an operation asks for, any
 * one of them: view, chat, send, own, operate; member: who has signed in; anyone.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_OPENAPI_H
#define NAVETTE_API_OPENAPI_H

#include "net/http.h"

#define OPENAPI_PATH "/api/openapi.json"

/* The whole document. */
struct str openapi_text(void);
/* Answers with it. */
void openapi_handle(struct http_request *request);

#endif
