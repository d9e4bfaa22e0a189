/* SPDX-License-Identifier: Apache-2.0 */
#include "api/export.h"

#include "api/actor.h"
#include "api/api_base.h"
#include "api/csv.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/http_pull.h"

#include <stdlib.h>

enum {
    SLICE_ROWS = 1000,
    SLICE_MS = 100, /* after which it lets others go first, whatever it has */
    SLICE_BYTES = 16 * 1024 * 1024,
};

struct export
{
    struct api_aside aside; /* first: the letter is the export */
    struct listing *list;
    struct arena *arena; /* of the list and its filters */
    struct buf bytes;    /* of the last slice, not yet taken */
    bool reading;        /* a slice is on the lists' thread */
    bool ended;          /* there are no more */
    bool failed;
    bool gone;                   /* the client has all, or is gone */
    int64_t ready_at_us;         /* the slice can be taken since then; clock_mono_us */
    struct export *next, **link; /* api->exports; link NULL: it yielded its place */
};

/* ---- on the lists' thread ---- */

static void add_row(struct buf *out, const struct listing_kind *kind, const json_t *row)
{
    for (size_t i = 0; kind->columns[i]; i++)
        csv_json(out, i == 0, json_object_get(row, kind->columns[i]));
    csv_end(out);
}

static enum err read_slice(struct api_aside *aside, struct store_view *view)
{
    struct export *x = (struct export *)aside;
    struct listing *l = x->list;
    struct store_view own = {.db = view->db, .arena = arena_new()};
    size_t i;
    const json_t *row;
    enum err e = listing_page(l, &own);
    if (!e)
        json_array_foreach(l->items, i, row) add_row(&x->bytes, l->kind, row);
    json_decref(l->items);
    l->items = NULL;
    l->after = l->end;
    l->has_after = true;
    x->ended = e || !l->more;
    arena_free(own.arena);
    return e ? e : x->bytes.err;
}

/* ---- on the http loop ---- */

static void enter(struct export *x, struct export **list)
{
    x->next = *list;
    x->link = list;
    if (x->next)
        x->next->link = &x->next;
    *list = x;
}

static void leave(struct export *x)
{
    if (!x->link)
        return;
    *x->link = x->next;
    if (x->next)
        x->next->link = x->link;
    x->link = NULL;
}

static void end_export(struct export *x)
{
    leave(x);
    arena_free(x->arena);
    buf_free(&x->bytes);
    free(x);
}

static void slice_read(struct api_aside *aside)
{
    struct export *x = (struct export *)aside;
    x->reading = false;
    if (x->gone) {
        end_export(x);
        return;
    }
    x->ready_at_us = clock_mono_us();
    x->failed = aside->err != OK; /* the answer has begun: all that is left is to break it off */
    if (x->failed)
        log_warn("export_failed", "list=%s error=%s", x->list->kind->name, err_name(aside->err));
    http_pull_wake(aside->request);
}

/* A long one ends with the right to it. */
static void read_on(struct export *x)
{
    if (!actor_holds(x->aside.api, x->aside.request)) {
        x->failed = true;
        return;
    }
    x->reading = true;
    x->aside.work = read_slice;
    x->aside.done = slice_read;
    api_aside_list(&x->aside);
}

static long more(void *ctx, char *to, size_t size)
{
    struct export *x = ctx;
    if (x->reading)
        return 0;
    if (x->failed)
        return HTTP_PULL_BREAK;
    if (x->bytes.n == 0 && x->ended)
        return HTTP_PULL_END;
    if (x->bytes.n == 0) {
        read_on(x);
        return x->failed ? HTTP_PULL_BREAK : 0;
    }
    size_t n = x->bytes.n < size ? x->bytes.n : size;
    memcpy(to, x->bytes.p, n);
    buf_consume(&x->bytes, n);
    return (long)n;
}

static void over(void *ctx)
{
    struct export *x = ctx;
    x->gone = true;
    if (!x->reading || x->aside.api->ending)
        end_export(x);
}

/* The filters' texts must outlive the request: a slice may be under way when the client leaves. */
static struct listing *read_ask(struct api *api, struct http_request *request, struct arena *arena,
                                const struct str *segments, const struct listing_kind *kind)
{
    struct arena *of_request = request->arena;
    request->arena = arena;
    struct listing *l = listing_read(api, request, arena, segments, kind);
    request->arena = of_request;
    return l;
}

static void add_head(struct buf *out, const struct listing_kind *kind, bool bom)
{
    if (bom)
        buf_add_str(out, CSV_BOM);
    for (size_t i = 0; kind->columns[i]; i++)
        csv_cell(out, i == 0, str_of(kind->columns[i]));
    csv_end(out);
}

/* The one whose client has let its slice lie longest; NULL: none for so long. */
static struct export *slowest(struct api *api)
{
    int64_t before_us = clock_mono_us() - EXPORT_PATIENCE_S * SEC_US;
    struct export *found = NULL;
    for (struct export *x = api->exports; x; x = x->next)
        if (!x->reading && x->ready_at_us <= before_us) {
            before_us = x->ready_at_us;
            found = x;
        }
    return found;
}

/* Its memory goes at once, its connection when the client next takes something, or is idle. */
static void yield_place(struct export *x)
{
    log_info("export_yielded", "list=%s", x->list->kind->name);
    leave(x);
    buf_free(&x->bytes);
    x->failed = true;
}

static bool find_place(struct api *api)
{
    size_t n = 0;
    for (const struct export *x = api->exports; x; x = x->next)
        n++;
    struct export *slow = n < EXPORTS_MAX ? NULL : slowest(api);
    if (slow)
        yield_place(slow);
    return n < EXPORTS_MAX || slow;
}

void export_answer(struct api *api, struct http_request *request, const struct str *segments,
                   const struct listing_kind *kind)
{
    struct arena *arena = arena_new();
    struct listing *l = read_ask(api, request, arena, segments, kind);
    if (l && !find_place(api)) {
        api_reply_error(request, ERR_LIMIT, NULL,
                        STR("other exports are running: try again when one of them has ended"));
        l = NULL;
    }
    if (!l) {
        arena_free(arena);
        return;
    }
    struct export *x = base_alloc(sizeof(*x));
    *x = (struct export){.aside = {.api = api, .request = request, .arena = arena},
                         .list = l,
                         .arena = arena,
                         .bytes = buf_limited(SLICE_BYTES),
                         .ready_at_us = clock_mono_us()};
    enter(x, &api->exports);
    l->limit = SLICE_ROWS;
    l->budget = (struct list_budget){
        .rows = (size_t)LIST_BUDGET_ROWS * 2, .few = LIST_BUDGET_FEW, .time_us = SLICE_MS * MS_US};
    add_head(&x->bytes, kind, l->bom);
    const char *const headers[] = {
        "Content-Disposition",
        arena_printf(request->arena, "attachment; filename=\"%s.csv\"", kind->name).p, NULL};
    struct http_pull pull = {.more = more, .over = over, .ctx = x, .headers = headers};
    http_pull_reply(request, 200, "text/csv; charset=utf-8", &pull);
}
