/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/sender: what the files about senders share. Threads: the http loop's.
 */
#ifndef NAVETTE_API_SENDER_H
#define NAVETTE_API_SENDER_H

#include "api/resource.h"
#include "store/account.h"
#include "store/sender_document.h"

/* {"id","name","type","size","received","created_at"} */
json_t *sender_document_json(const struct sender_document *d);
/* With its documents. */
enum err sender_json(json_t **out, struct store_view *view, const struct sender *s,
                     struct str account) MUST_CHECK;

struct sender_suggestion {
    struct str name;
    enum sender_origin origin;
};
enum { SENDER_SUGGESTIONS_MAX = 16 };
/* Names that the account's profile gives, each once and none that it has; in the arena. */
size_t sender_suggest(struct sender_suggestion out[SENDER_SUGGESTIONS_MAX], struct arena *a,
                      const struct account_profile *p);

#endif
