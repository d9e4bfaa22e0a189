/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sender_document: files that support a sender. They come in pieces, one behind the other,
 * each in a commit of its own; one is whole when as much is there as was announced.
 */
#ifndef NAVETTE_STORE_SENDER_DOCUMENT_H
#define NAVETTE_STORE_SENDER_DOCUMENT_H

#include "store/store.h"

enum { DOCUMENTS_MAX = 5, DOCUMENT_SIZE_MAX = 10 << 20 };

struct sender_document {
    int64_t id;
    int64_t sender_id;
    struct str name;
    struct str type; /* media type */
    int64_t size;    /* as announced */
    int64_t received;
    int64_t created_at_us;
};

enum err store_document_insert(struct store_tx *tx, const struct sender_document *d) MUST_CHECK;
/* The next piece. ERR_CONFLICT: not so much was received before it, or it is more than announced.
 */
enum err store_document_add(struct store_tx *tx, int64_t id, int64_t begins_at,
                            struct str bytes) MUST_CHECK;
/* Oldest first. */
enum err store_document_list(struct sender_document **out, size_t *n, struct store_view *view,
                             int64_t sender_id) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_document_get(struct sender_document *out, struct store_view *view,
                            int64_t id) MUST_CHECK;
/* In the view's arena. ERR_NOT_FOUND: it is not whole. */
enum err store_document_bytes(struct str *out, struct store_view *view,
                              const struct sender_document *d) MUST_CHECK;
enum err store_document_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

#endif
