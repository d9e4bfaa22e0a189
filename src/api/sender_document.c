/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that support a sender: they come in pieces that fit the usual limit of a body, and are
 * given back for nothing but saving.
 */
#include "api/aside.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "api/sender.h"
#include "core/admin.h"
#include "store/id.h"
#include "text/text.h"

enum { NAME_CHARACTERS = 100 };

static const struct kind {
    struct str begins;
    struct str type;
} kinds[] = {
    {{"%PDF-", 5}, {"application/pdf", 15}},
    {{"\xFF\xD8\xFF", 3}, {"image/jpeg", 10}},
    {{"\x89PNG\r\n\x1A\n", 8}, {"image/png", 9}},
};

json_t *sender_document_json(const struct sender_document *d)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o}", "id", present_id(d->id), "name",
                     present_text(d->name), "type", present_text(d->type), "size",
                     (json_int_t)d->size, "received", (json_int_t)d->received, "created_at",
                     present_time(d->created_at_us));
}

/* ---- in ---- */

struct document_change {
    struct api_change base;
    struct str account;
    struct str sender;
    struct sender_document document;
    int64_t begins_at;
    struct str bytes;
};

/* The sender of the path, and of an id its document. */
static enum err find(struct sender *s, struct sender_document *d, struct store_view *view,
                     struct str account, struct str sender, int64_t id, struct refusal *why)
{
    struct account a;
    enum err e = admin_account_find(&a, view, account, why);
    if (!e)
        e = admin_sender_find(s, view, a.id, sender, why);
    if (e || !id)
        return e;
    e = store_document_get(d, view, id);
    if (e == ERR_NOT_FOUND || (!e && d->sender_id != s->id))
        return refuse(why, ERR_NOT_FOUND, "id", STR("the sender has no document of this id"));
    return e;
}

static enum err find_for(struct sender *s, struct sender_document *d, struct store_tx *tx,
                         struct document_change *c, int64_t id)
{
    return find(s, d, &tx->view, c->account, c->sender, id, &c->base.change.why);
}

static void reply_document(struct document_change *c, int status)
{
    struct store_view view = api_view(c->base.api, c->base.request);
    struct sender_document d;
    enum err e = store_document_get(&d, &view, c->document.id);
    if (e)
        api_reply_error(c->base.request, e, "id", (struct str){0});
    else
        api_reply_json(c->base.request, status, sender_document_json(&d));
}

static void answer_created(struct api_change *c)
{
    reply_document((struct document_change *)c, 201);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, ((struct document_change *)c)->document.name);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct document_change *c = (struct document_change *)change;
    struct sender s;
    struct sender_document *there;
    size_t n;
    enum err e = find_for(&s, NULL, tx, c, 0);
    if (!e)
        e = store_document_list(&there, &n, &tx->view, s.id);
    if (e)
        return e;
    if (n >= DOCUMENTS_MAX)
        return refuse(&change->why, ERR_CONFLICT, NULL,
                      STR("a sender has at most 5 documents: remove one first"));
    c->document.id = store_id_next();
    c->document.sender_id = s.id;
    e = store_document_insert(tx, &c->document);
    return e ? e : store_document_add(tx, c->document.id, 0, c->bytes);
}

static bool is_plain_name(struct str name)
{
    size_t bad_at;
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7F || strchr("/\\\"", name.p[i]))
            return false;
    return str_trim(name).n && !text_utf8_check(name, &bad_at);
}

static void read_name(struct fields *f, struct document_change *c)
{
    struct str *name = &c->document.name;
    if (!fields_text(f, "name", NAME_CHARACTERS * 4, name))
        fields_refuse(f, ERR_MISSING, "name", STR("say how the file is called"));
    else if (text_utf8_prefix(*name, NAME_CHARACTERS) < name->n)
        fields_refuse(f, ERR_TOO_LONG, "name", STR("at most 100 characters: shorten it"));
    else if (!is_plain_name(*name))
        fields_refuse(f, ERR_INVALID, "name", STR("no slashes and no quotes in it"));
}

/* By its first bytes, whatever it calls itself. */
static void read_kind(struct fields *f, struct document_change *c)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_starts(c->bytes, kinds[i].begins))
            c->document.type = kinds[i].type;
    if (!c->document.type.n)
        fields_refuse(f, ERR_INVALID, NULL, STR("send a PDF, a JPEG or a PNG file"));
}

static struct document_change *change_of(struct http_request *request, const struct str *segments,
                                         const char *did)
{
    struct document_change *c = ARENA_NEW(request->arena, struct document_change);
    c->account = segments[0];
    c->sender = segments[1];
    c->bytes = request->body;
    c->base.did = did;
    c->base.subject = segments[1];
    c->base.change.no_reload = true;
    return c;
}

static void add_document(struct api *api, struct http_request *request, const struct str *segments)
{
    struct document_change *c = change_of(request, segments, "document_added");
    struct fields f;
    fields_of_query(&f, request);
    read_name(&f, c);
    c->document.size = (int64_t)c->bytes.n;
    fields_number(&f, "size", 1, DOCUMENT_SIZE_MAX, &c->document.size);
    read_kind(&f, c);
    if ((int64_t)c->bytes.n > c->document.size)
        fields_refuse(&f, ERR_INVALID, "size", STR("the body is longer than this"));
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err apply_grow(struct core *core, struct store_tx *tx, struct change *change)
{
    struct document_change *c = (struct document_change *)change;
    struct sender s;
    struct sender_document d;
    enum err e = find_for(&s, &d, tx, c, c->document.id);
    if (e)
        return e;
    int64_t n = (int64_t)c->bytes.n;
    if (d.received != c->begins_at || n > d.size - d.received)
        return refuse(&change->why, ERR_CONFLICT, "offset",
                      arena_printf(change->arena, "%lld of %lld bytes are there: go on behind them",
                                   (long long)d.received, (long long)d.size));
    return store_document_add(tx, d.id, c->begins_at, c->bytes);
}

static void on_grown(struct letter *letter)
{
    struct document_change *c = (struct document_change *)letter;
    enum err e = c->base.change.job.err;
    if (!e)
        reply_document(c, 200);
    else if (c->base.change.why.err == e)
        api_reply_refusal(c->base.request, &c->base.change.why);
    else
        api_reply_error(c->base.request, e, NULL, (struct str){0});
}

/* That a document was added is told once, not with each piece. */
static void grow_document(struct api *api, struct http_request *request, const struct str *segments)
{
    struct document_change *c = change_of(request, segments, NULL);
    struct fields f;
    if (!fields_id(&c->document.id, request, segments[2], "document"))
        return;
    fields_of_query(&f, request);
    if (!fields_number(&f, "offset", 1, DOCUMENT_SIZE_MAX, &c->begins_at))
        fields_refuse(&f, ERR_MISSING, "offset", STR("say how many bytes came before"));
    if (!fields_end(&f))
        return;
    c->base.api = api;
    c->base.request = request;
    c->base.change.apply = apply_grow;
    c->base.change.arena = request->arena;
    core_change(api_core(api), &c->base.change, api_mailbox(api), on_grown);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct document_change *c = (struct document_change *)change;
    struct sender s;
    enum err e = find_for(&s, &c->document, tx, c, c->document.id);
    if (e)
        return e;
    c->document.name = arena_str(change->arena, c->document.name);
    return store_document_delete(tx, c->document.id);
}

static void remove_document(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    struct document_change *c = change_of(request, segments, "document_removed");
    if (fields_id(&c->document.id, request, segments[2], "document"))
        api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

/* ---- out ---- */

struct document_read {
    struct api_aside aside;
    struct str account;
    struct str sender;
    int64_t id;
    struct sender_document document;
    struct str bytes;
    struct refusal why;
};

static enum err read_document(struct api_aside *aside, struct store_view *view)
{
    struct document_read *r = (struct document_read *)aside;
    struct sender s;
    enum err e = find(&s, &r->document, view, r->account, r->sender, r->id, &r->why);
    if (!e)
        e = store_document_bytes(&r->bytes, view, &r->document);
    if (e == ERR_NOT_FOUND && !r->why.err)
        return refuse(&r->why, ERR_CONFLICT, "id", STR("not all of it was received"));
    return e;
}

/* RFC 6266, RFC 8187: the name for those who read no UTF-8, and the name. */
static struct str disposition(struct arena *a, struct str name)
{
    struct buf b = buf_limited(NAME_CHARACTERS * 4 * 4 + 100);
    buf_add_str(&b, STR("attachment; filename=\""));
    for (size_t i = 0; i < name.n; i++)
        buf_printf(&b, "%c", name.p[i] >= ' ' && name.p[i] <= '~' ? name.p[i] : '_');
    buf_add_str(&b, STR("\"; filename*=UTF-8''"));
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     strchr("-._", c);
        buf_printf(&b, plain ? "%c" : "%%%02X", (unsigned char)c);
    }
    struct str out = arena_printf(a, "%.*s", STR_FMT(buf_str(&b)));
    buf_free(&b);
    return out;
}

static void give_document(struct api_aside *aside)
{
    const struct document_read *r = (const struct document_read *)aside;
    struct arena *a = aside->request->arena;
    if (aside->err) {
        if (r->why.err)
            api_reply_refusal(aside->request, &r->why);
        else
            api_reply_error(aside->request, aside->err, NULL, (struct str){0});
        return;
    }
    const char *const headers[] = {"Content-Disposition",
                                   disposition(a, r->document.name).p,
                                   "Content-Security-Policy",
                                   "default-src 'none'; sandbox",
                                   "Cache-Control",
                                   "private, no-store",
                                   NULL};
    http_reply_headers(aside->request, 200, arena_printf(a, "%.*s", STR_FMT(r->document.type)).p,
                       r->bytes, headers);
}

static void show_document(struct api *api, struct http_request *request, const struct str *segments)
{
    struct document_read *r = ARENA_NEW(request->arena, struct document_read);
    if (!fields_id(&r->id, request, segments[2], "document"))
        return;
    r->account = segments[0];
    r->sender = segments[1];
    r->aside = (struct api_aside){
        .api = api, .request = request, .work = read_document, .done = give_document};
    api_aside_post(&r->aside);
}

#define DOCUMENTS "/api/v1/accounts/{name}/senders/{sender}/documents"
const struct api_route sender_document_routes[] = {
    {HTTP_POST, DOCUMENTS, add_document, RIGHT_OWN},
    {HTTP_POST, DOCUMENTS "/{id}", grow_document, RIGHT_OWN},
    {HTTP_GET, DOCUMENTS "/{id}", show_document, RIGHT_OWN},
    {HTTP_DELETE, DOCUMENTS "/{id}", remove_document, RIGHT_OWN},
    {0},
};
