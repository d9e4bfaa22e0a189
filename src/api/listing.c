/* SPDX-License-Identifier: Apache-2.0 */
#include "api/listing.h"

#include "api/cursor.h"
#include "api/present.h"
#include "base/clock.h"
#include "store/id.h"

enum { SORT_MAX = 24, PAGE_USUAL = 50, PAGE_MOST = 1000 };

/* ---- what is asked ---- */

static struct str sorts_named(struct arena *a, const struct listing_kind *kind)
{
    struct str all = STR("write ");
    for (const struct listing_sort *s = kind->sorts; s->name; s++)
        all = arena_printf(a, "%.*s%s%s", STR_FMT(all), s == kind->sorts ? "" : ", ", s->name);
    return arena_printf(a, "%.*s, with - before it for the last first", STR_FMT(all));
}

static void read_sort(struct listing *l, struct fields *f)
{
    struct str word;
    l->sort = l->kind->sorts;
    l->descending = true;
    if (!fields_text(f, "sort", SORT_MAX, &word))
        return;
    l->descending = str_starts(word, STR("-"));
    if (l->descending)
        word = str_sub(word, 1, word.n);
    for (const struct listing_sort *s = l->kind->sorts; s->name; s++)
        if (str_eq(word, str_of(s->name))) {
            l->sort = s;
            return;
        }
    fields_refuse(f, ERR_INVALID, "sort", sorts_named(f->request->arena, l->kind));
}

/* Its cursors go on in no other list, nor in another order. */
static struct str name_of(struct arena *a, const struct listing *l)
{
    return arena_printf(a, "%s %s%s", l->kind->name, l->descending ? "-" : "", l->sort->name);
}

static void read_cursor(struct listing *l, struct fields *f)
{
    struct str text;
    if (!fields_text(f, "cursor", CURSOR_SIZE * 2, &text))
        return;
    l->has_after = true;
    if (cursor_read(&l->after, name_of(f->request->arena, l), text))
        fields_refuse(f, ERR_INVALID, "cursor",
                      STR("it is none of this list in this order: take it from `next` of the page "
                          "before, or leave it out to begin again"));
}

static const struct str *segments_kept(struct arena *a, const struct str *segments)
{
    struct str *kept = ARENA_ARRAY(a, API_SEGMENTS_MAX, struct str);
    for (size_t i = 0; i < API_SEGMENTS_MAX; i++)
        kept[i] = arena_str(a, segments[i]);
    return kept;
}

struct listing *listing_read(struct api *api, struct http_request *request, struct arena *arena,
                             const struct str *segments, const struct listing_kind *kind)
{
    struct listing *l = (struct listing *)arena_alloc(arena, kind->size);
    struct fields f;
    struct str word;
    int64_t size = PAGE_USUAL;
    l->kind = kind;
    l->segments = segments_kept(arena, segments);
    l->aside.api = api;
    l->aside.request = request;
    fields_of_query(&f, request);
    read_sort(l, &f);
    read_cursor(l, &f);
    fields_number(&f, "limit", 1, PAGE_MOST, &size);
    l->limit = (size_t)size;
    l->bom = fields_text(&f, "bom", SORT_MAX, &word) && str_eq(word, STR("yes"));
    l->budget = (struct list_budget){
        .rows = LIST_BUDGET_ROWS, .few = LIST_BUDGET_FEW, .time_us = LIST_BUDGET_MS * MS_US};
    kind->read(l, &f, api);
    return fields_end(&f) ? l : NULL;
}

/* ---- a page ---- */

void listing_found(struct listing *l, const struct list_page *page)
{
    l->rows = page->rows;
    l->n = page->n;
    l->more = page->more;
    l->partial = page->partial;
    l->end = page->end;
    l->whole_to_id = page->whole_to_id;
}

void listing_found_by_id(struct listing *l, const void *rows, size_t n, int64_t end_id)
{
    l->rows = rows;
    l->n = n;
    l->more = n == l->limit;
    l->end = (struct list_place){.id = end_id};
    l->whole_to_id = INT64_MAX;
}

enum err listing_page(struct listing *l, struct store_view *view)
{
    l->items = json_array();
    enum err e = l->kind->page(l, view);
    if (e)
        return e;
    struct store_view scratch = {.db = view->db, .arena = arena_new()};
    l->d = core_directory(api_core(l->aside.api));
    for (size_t i = 0; i < l->n && !e; i++) {
        json_t *item;
        e = l->kind->row(&item, l, &scratch, i);
        if (!e)
            json_array_append_new(l->items, item);
        arena_reset(scratch.arena);
    }
    directory_release(l->d);
    l->d = NULL;
    arena_free(scratch.arena);
    return e;
}

static json_t *next_of(const struct listing *l)
{
    char text[CURSOR_SIZE];
    if (!l->more)
        return json_null();
    cursor_write(text, name_of(l->aside.request->arena, l), &l->end);
    return json_string(text);
}

static enum err work(struct api_aside *aside, struct store_view *view)
{
    return listing_page((struct listing *)aside, view);
}

static void done(struct api_aside *aside)
{
    struct listing *l = (struct listing *)aside;
    if (aside->err) {
        json_decref(l->items);
        api_reply_error(aside->request, aside->err, NULL, (struct str){0});
        return;
    }
    json_t *body = json_pack("{s:o, s:o}", "items", l->items, "next", next_of(l));
    if (l->partial)
        json_object_set_new(body, "partial", json_true());
    if (l->partial && l->sort->by == LIST_TIME && l->end.id)
        json_object_set_new(body, "looked_back_to", present_time(store_id_time_us(l->end.id)));
    if (l->whole_to_id != INT64_MAX)
        json_object_set_new(body, "sorted_until", present_time(store_id_time_us(l->whole_to_id)));
    api_reply_json(aside->request, 200, body);
}

void listing_answer(struct api *api, struct http_request *request, const struct str *segments,
                    const struct listing_kind *kind)
{
    struct listing *l = listing_read(api, request, request->arena, segments, kind);
    if (!l)
        return;
    l->aside.work = work;
    l->aside.done = done;
    api_aside_list(&l->aside);
}
