/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"

#include "api/api_base.h"
#include "base/map.h"
#include "base/secret.h"
#include "store/api_key.h"

#include <stdlib.h>

struct remembered {
    uint8_t digest[SECRET_DIGEST_SIZE];
    enum actor_kind kind;
    uint64_t generation;
    int64_t until_us;   /* clock_mono_us */
    int64_t seen_at_us; /* as the store has it, or as it will */
    struct arena *arena;
    struct actor actor;
    struct session session;
};

struct ids {
    int64_t sessions[ACCESS_TOUCHES];
    size_t sessions_n;
    int64_t keys[ACCESS_TOUCHES];
    size_t keys_n;
};

/* One at a time; what comes while it is under way is for the next. */
struct touch {
    struct change change; /* first: the letter is the touch */
    struct api *api;
    bool under_way;
    struct ids now, next;
};

struct access {
    struct map *index; /* first bytes of a digest -> its place in `remembered` */
    struct remembered remembered[ACCESS_REMEMBERED];
    size_t next; /* a ring: the oldest is overwritten */
    uint64_t generation;
    struct touch touch;
};

struct access *access_new(void)
{
    struct access *a = base_alloc(sizeof(*a));
    a->index = map_new(ACCESS_REMEMBERED);
    return a;
}

void access_free(struct access *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < ACCESS_REMEMBERED; i++)
        if (a->remembered[i].arena)
            arena_free(a->remembered[i].arena);
    map_free(a->index);
    free(a);
}

void access_changed(struct api *api)
{
    api->access->generation++;
}

/* ---- rights ---- */

unsigned access_rights_of_role(enum role role)
{
    static const unsigned rights[] = {
        [ROLE_VIEWER] = RIGHT_VIEW,
        [ROLE_AGENT] = RIGHT_CHAT,
        [ROLE_SENDER] = RIGHT_VIEW | RIGHT_CHAT | RIGHT_SEND,
        [ROLE_OWNER] = RIGHT_VIEW | RIGHT_CHAT | RIGHT_SEND | RIGHT_OWN,
    };
    return role >= ROLE_VIEWER && role <= ROLE_OWNER ? rights[role] : 0;
}

unsigned access_rights_of_scopes(unsigned scopes)
{
    return ((scopes & SCOPE_READ) ? RIGHT_VIEW : 0) | ((scopes & SCOPE_CHAT) ? RIGHT_CHAT : 0) |
           ((scopes & SCOPE_SEND) ? RIGHT_SEND : 0) | ((scopes & SCOPE_MANAGE) ? RIGHT_OWN : 0);
}

/* ---- what is remembered ---- */

static uint64_t index_key(const uint8_t *digest)
{
    uint64_t key;
    memcpy(&key, digest, sizeof(key));
    return key;
}

static struct remembered *find(struct access *a, enum actor_kind kind, const uint8_t *digest)
{
    uint64_t at;
    if (!map_get(a->index, index_key(digest), &at))
        return NULL;
    struct remembered *r = &a->remembered[at];
    bool good = r->kind == kind && r->generation == a->generation &&
                clock_mono_us() < r->until_us &&
                secret_equal(r->digest, digest, SECRET_DIGEST_SIZE);
    return good ? r : NULL;
}

static struct remembered *place(struct access *a, enum actor_kind kind, const uint8_t *digest)
{
    uint64_t at;
    if (!map_get(a->index, index_key(digest), &at)) {
        at = a->next;
        a->next = (a->next + 1) % ACCESS_REMEMBERED;
    }
    struct remembered *r = &a->remembered[at];
    struct arena *arena = r->arena;
    if (arena)
        arena_reset(arena);
    else
        arena = arena_new();
    *r = (struct remembered){.kind = kind,
                             .generation = a->generation,
                             .until_us = clock_mono_us() + ACCESS_KEPT_US,
                             .arena = arena};
    memcpy(r->digest, digest, sizeof(r->digest));
    map_put(a->index, index_key(digest), at);
    return r;
}

static void give(struct actor *out, const struct remembered *r, struct arena *arena)
{
    struct actor_account *accounts =
        ARENA_ARRAY(arena, r->actor.accounts_n + 1, struct actor_account);
    if (r->actor.accounts_n)
        memcpy(accounts, r->actor.accounts, r->actor.accounts_n * sizeof(*accounts));
    *out = r->actor;
    out->name = arena_str(arena, r->actor.name);
    out->accounts = accounts;
}

/* ---- seen, used ---- */

static enum err write_touch(struct core *core, struct store_tx *tx, struct change *change)
{
    const struct ids *ids = &((struct touch *)change)->now;
    enum err e = store_session_touch(tx, ids->sessions, ids->sessions_n);
    return e ? e : store_api_key_touch(tx, ids->keys, ids->keys_n);
}

static void touched(struct letter *letter);

static void post_touch(struct touch *t)
{
    t->now = t->next;
    t->next = (struct ids){0};
    t->under_way = true;
    t->change = (struct change){.apply = write_touch, .no_reload = true};
    core_change(api_core(t->api), &t->change, api_mailbox(t->api), touched);
}

/* What the store could not take is touched again once it is read anew. */
static void touched(struct letter *letter)
{
    struct touch *t = (struct touch *)letter;
    t->under_way = false;
    if (t->next.sessions_n || t->next.keys_n)
        post_touch(t);
}

static void touch(struct api *api, struct remembered *r, int64_t now_us)
{
    struct touch *t = &api->access->touch;
    bool member = r->kind == ACTOR_MEMBER;
    size_t *n = member ? &t->next.sessions_n : &t->next.keys_n;
    if (now_us - r->seen_at_us < ACCESS_TOUCH_US || *n == ACCESS_TOUCHES)
        return;
    r->seen_at_us = now_us;
    (member ? t->next.sessions : t->next.keys)[(*n)++] = member ? r->actor.session_id : r->actor.id;
    t->api = api;
    if (!t->under_way)
        post_touch(t);
}

/* ---- sessions ---- */

static enum err read_session(struct remembered **out, struct api *api, struct http_request *request,
                             uint8_t *digest)
{
    struct store_view view = api_view(api, request);
    struct session_owner o;
    enum err e = store_session_owner(&o, &view, (struct str){(char *)digest, SECRET_DIGEST_SIZE});
    if (e)
        return e;
    struct remembered *r = place(api->access, ACTOR_MEMBER, digest);
    struct actor_account *accounts =
        ARENA_ARRAY(r->arena, o.memberships_n + 1, struct actor_account);
    for (size_t i = 0; i < o.memberships_n; i++)
        accounts[i] =
            (struct actor_account){.account_id = o.memberships[i].account_id,
                                   .rights = access_rights_of_role(o.memberships[i].role)};
    r->seen_at_us = o.session.seen_at_us;
    r->session = o.session;
    r->actor = (struct actor){.kind = ACTOR_MEMBER,
                              .id = o.member.id,
                              .session_id = o.session.id,
                              .name = arena_str(r->arena, o.member.email),
                              .everywhere = o.member.is_operator ? RIGHTS_ALL : 0,
                              .accounts = accounts,
                              .accounts_n = o.memberships_n};
    *out = r;
    return OK;
}

enum err access_session(struct actor *out, struct api *api, struct http_request *request,
                        struct str cookie)
{
    uint8_t digest[SECRET_DIGEST_SIZE];
    secret_fingerprint(digest, cookie);
    struct remembered *r = find(api->access, ACTOR_MEMBER, digest);
    enum err e = r ? OK : read_session(&r, api, request, digest);
    if (e)
        return e;
    int64_t now_us = clock_now_us();
    if (!store_session_holds(&r->session, now_us))
        return ERR_NOT_FOUND;
    touch(api, r, now_us);
    give(out, r, request->arena);
    return OK;
}

void access_csrf(char out[CSRF_SIZE], struct str cookie)
{
    static const struct str what = {"csrf", 4};
    uint8_t mac[SECRET_HMAC_SIZE];
    char text[48];
    secret_hmac(mac, cookie, &what, 1);
    secret_base64(text, sizeof(text), mac, sizeof(mac));
    for (size_t i = 0; i < CSRF_SIZE - 1; i++) /* the last of its characters only fills up */
        out[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    out[CSRF_SIZE - 1] = '\0';
}

/* ---- keys ---- */

static enum err read_key(struct remembered **out, struct api *api, struct http_request *request,
                         uint8_t *digest)
{
    struct store_view view = api_view(api, request);
    struct api_key k;
    enum err e = store_api_key_find(&k, &view, (struct str){(char *)digest, SECRET_DIGEST_SIZE});
    if (e)
        return e;
    struct remembered *r = place(api->access, ACTOR_KEY, digest);
    struct actor_account *account = ARENA_NEW(r->arena, struct actor_account);
    *account = (struct actor_account){.account_id = k.account_id,
                                      .rights = access_rights_of_scopes(k.scopes)};
    r->seen_at_us = k.last_used_at_us;
    r->actor = (struct actor){.kind = ACTOR_KEY,
                              .id = k.id,
                              .name = arena_str(r->arena, k.name),
                              .accounts = account,
                              .accounts_n = 1};
    *out = r;
    return OK;
}

enum err access_key(struct actor *out, struct api *api, struct http_request *request,
                    struct str key)
{
    uint8_t digest[SECRET_DIGEST_SIZE];
    secret_fingerprint(digest, key);
    struct remembered *r = find(api->access, ACTOR_KEY, digest);
    enum err e = r ? OK : read_key(&r, api, request, digest);
    if (e)
        return e;
    touch(api, r, clock_now_us());
    give(out, r, request->arena);
    return OK;
}
