/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/api_key: what programs of an account sign in with: "nvt_" and a secret of 256 bits, of
 * which only the digest is kept (base/secret: secret_fingerprint of the whole key).
 */
#ifndef NAVETTE_STORE_API_KEY_H
#define NAVETTE_STORE_API_KEY_H

#include "store/store.h"

#define API_KEY_BEGIN "nvt_"
enum { API_KEYS_MAX = 100, API_KEY_PREFIX = 10 };

/* A mask; the numbers stand in the database. */
enum scope { SCOPE_READ = 1, SCOPE_CHAT = 2, SCOPE_SEND = 4, SCOPE_MANAGE = 8, SCOPES_ALL = 15 };

/* "read", "chat", "send", "manage" of one bit. */
const char *scope_name(enum scope scope);
/* ERR_INVALID. */
enum err scope_parse(enum scope *out, struct str name) MUST_CHECK;

struct api_key {
    int64_t id;
    int64_t account_id;
    struct str name;
    struct str digest; /* only written */
    struct str prefix; /* the key's first characters: API_KEY_BEGIN and a few more */
    unsigned scopes;
    int64_t created_at_us;
    int64_t last_used_at_us; /* 0: never */
};

enum err store_api_key_insert(struct store_tx *tx, const struct api_key *k) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_api_key_find(struct api_key *out, struct store_view *view,
                            struct str digest) MUST_CHECK;
/* The newest first. */
enum err store_api_key_list(struct api_key **out, size_t *n, struct store_view *view,
                            int64_t account_id) MUST_CHECK;
enum err store_api_key_delete(struct store_tx *tx, int64_t account_id, int64_t id) MUST_CHECK;
/* Used now. */
enum err store_api_key_touch(struct store_tx *tx, const int64_t *ids, size_t n) MUST_CHECK;

#endif
