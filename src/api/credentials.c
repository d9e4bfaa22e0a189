/* SPDX-License-Identifier: Apache-2.0 */
#include "api/credentials.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/secret.h"

#include <stdlib.h>

struct verified {
    uint8_t digest[SECRET_DIGEST_SIZE];
    int64_t at_us; /* clock_mono_us */
};

/* One argon2id run and all who wait for it. */
struct verification {
    struct letter letter; /* first: the letter is the verification */
    struct credentials *credentials;
    struct verification *next, **link;
    struct credential_check *first, **last;
    uint8_t digest[SECRET_DIGEST_SIZE];
    uint64_t asker;
    enum err err;
    size_t stored_n, password_n;
    char secrets[]; /* the stored string, then the password */
};

struct credentials {
    struct mailbox *work;
    struct mailbox *home;
    struct map *index; /* first bytes of a digest -> its place in `verified` */
    struct verified verified[CREDENTIALS_KEPT];
    size_t next_verified; /* a ring: the oldest is overwritten */
    struct verification *waiting;
    size_t waiting_n;
};

struct credentials *credentials_new(struct mailbox *work, struct mailbox *home)
{
    struct credentials *c = base_alloc(sizeof(*c));
    c->work = work;
    c->home = home;
    c->index = map_new(CREDENTIALS_KEPT);
    return c;
}

static void verification_free(struct verification *v)
{
    *v->link = v->next;
    if (v->next)
        v->next->link = v->link;
    explicit_bzero(v->secrets, v->stored_n + v->password_n);
    v->credentials->waiting_n--;
    free(v);
}

void credentials_free(struct credentials *c)
{
    if (!c)
        return;
    while (c->waiting)
        verification_free(c->waiting);
    map_free(c->index);
    free(c);
}

/* --- what is remembered --- */

static uint64_t index_key(const uint8_t *digest)
{
    uint64_t key;
    memcpy(&key, digest, sizeof(key));
    return key;
}

static bool remembered(const struct credentials *c, const uint8_t *digest)
{
    uint64_t at;
    if (!map_get(c->index, index_key(digest), &at))
        return false;
    const struct verified *v = &c->verified[at];
    return secret_equal(v->digest, digest, SECRET_DIGEST_SIZE) &&
           clock_mono_us() - v->at_us < CREDENTIALS_KEPT_US;
}

static void remember(struct credentials *c, const uint8_t *digest)
{
    size_t at = c->next_verified;
    c->next_verified = (at + 1) % CREDENTIALS_KEPT;
    memcpy(c->verified[at].digest, digest, SECRET_DIGEST_SIZE);
    c->verified[at].at_us = clock_mono_us();
    map_put(c->index, index_key(digest), at);
}

/* --- verifying --- */

static void on_verified(struct letter *letter)
{
    struct verification *v = (struct verification *)letter;
    if (v->err == OK)
        remember(v->credentials, v->digest);
    struct credential_check *check = v->first;
    enum err err = v->err;
    verification_free(v);
    while (check) {
        struct credential_check *next = check->next;
        check->err = err;
        check->done(check);
        check = next;
    }
}

/* On the worker's thread. */
static void verify(struct letter *letter)
{
    struct verification *v = (struct verification *)letter;
    struct str stored = {.p = v->secrets, .n = v->stored_n};
    struct str password = {.p = v->secrets + v->stored_n, .n = v->password_n};
    v->err = secret_password_verify(stored, password);
    metric_add(METRIC_AUTH_VERIFIED, 1);
    v->letter.deliver = on_verified;
    mailbox_post(v->credentials->home, &v->letter);
}

static void join(struct verification *v, struct credential_check *check)
{
    check->next = NULL;
    *v->last = check;
    v->last = &check->next;
}

static void begin(struct credentials *c, struct credential_check *check, const uint8_t *digest)
{
    struct verification *v = base_alloc(sizeof(*v) + check->stored.n + check->password.n);
    v->letter.deliver = verify;
    v->credentials = c;
    v->last = &v->first;
    v->asker = check->asker;
    v->stored_n = check->stored.n;
    v->password_n = check->password.n;
    memcpy(v->digest, digest, sizeof(v->digest));
    if (check->stored.n)
        memcpy(v->secrets, check->stored.p, check->stored.n);
    if (check->password.n)
        memcpy(v->secrets + check->stored.n, check->password.p, check->password.n);
    join(v, check);
    v->next = c->waiting;
    v->link = &c->waiting;
    if (v->next)
        v->next->link = &v->next;
    c->waiting = v;
    c->waiting_n++;
    mailbox_post(c->work, &v->letter);
}

bool credentials_check(struct credentials *c, struct credential_check *check)
{
    const struct str parts[] = {check->account, check->login, check->password, check->stored};
    uint8_t digest[SECRET_DIGEST_SIZE];
    secret_digest(digest, parts, sizeof(parts) / sizeof(parts[0]));
    if (remembered(c, digest)) {
        metric_add(METRIC_AUTH_CACHE_HITS, 1);
        check->err = OK;
        return true;
    }
    size_t of_asker = 0;
    for (struct verification *v = c->waiting; v; v = v->next) {
        of_asker += v->asker == check->asker;
        if (secret_equal(v->digest, digest, sizeof(digest))) {
            join(v, check);
            return false;
        }
    }
    if (c->waiting_n >= CREDENTIALS_WAITING || of_asker >= CREDENTIALS_PER_ASKER) {
        check->err = ERR_BUSY;
        return true;
    }
    begin(c, check, digest);
    return false;
}
