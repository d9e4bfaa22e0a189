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
#define OPENAPI_PAGE "/api" /* shows it to people; errors' types lead there */

/* The whole document. */
struct str openapi_text(void);
/* Answers with it. */
void openapi_handle(struct http_request *request);
/* Answers with the page: Swagger UI, as the panel's build has packed it, in the language that
 * api/docs chooses. */
void openapi_page(struct http_request *request);

#endif
