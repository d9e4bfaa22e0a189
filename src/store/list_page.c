/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list_page.h"

#include "base/clock.h"
#include "text/word.h"

#include <stdlib.h>

enum {
    BATCH_FIRST = 64,
    BATCH_MOST = 256,
};

struct reading {
    struct list_page *page;
    struct store_view *view;
    const struct list_way *way;
    const struct list_kind *kind;
    const void *search;
    size_t room;
};

static void drop_arena(void *arena)
{
    arena_free(arena);
}

static const void *row_at(const struct reading *r, const void *rows, size_t i)
{
    return (const char *)rows + i * r->kind->size;
}

/* Is it still where it was found, and is it wanted? */
static bool belongs(const struct reading *r, const void *row, const struct list_place *place)
{
    const struct list_way *way = r->way;
    int64_t id = r->kind->id(row);
    if (!id || id <= way->above_id || id >= way->below_id)
        return false;
    struct list_key key = r->kind->key(row, way->by);
    return key.first == place->key.first && key.second == place->key.second &&
           r->kind->matches(row, r->search);
}

/* Reads the rows of these places and takes what belongs, while there is room; *looked: how many of
 * the places that were. */
static enum err take(struct reading *r, const struct list_place *places, size_t n, size_t *looked)
{
    struct store_view scratch = {.db = r->view->db, .arena = arena_new()};
    int64_t *ids = ARENA_ARRAY(scratch.arena, n + 1, int64_t);
    void *rows;
    size_t before = r->page->n;
    *looked = 0;
    for (size_t i = 0; i < n; i++)
        ids[i] = places[i].id;
    enum err e = r->kind->load(&rows, &scratch, ids, n);
    while (!e && *looked < n && r->page->n < r->room) {
        const void *row = row_at(r, rows, *looked);
        if (belongs(r, row, &places[(*looked)++]))
            memcpy((char *)r->page->rows + r->page->n++ * r->kind->size, row, r->kind->size);
    }
    if (r->page->n > before) /* the rows' texts are in it */
        arena_at_end(r->view->arena, drop_arena, scratch.arena);
    else
        arena_free(scratch.arena);
    return e;
}

static bool spent(size_t looked, int64_t began_us, const struct list_budget *b)
{
    return looked >= b->rows || (b->time_us && clock_mono_us() - began_us >= b->time_us);
}

/* One more than is wanted is looked for: whether there is a next page. */
static enum err walk(struct reading *r, struct list_walk *w, size_t limit,
                     const struct list_budget *budget, int64_t began_us)
{
    struct list_page *page = r->page;
    struct list_place *places = ARENA_ARRAY(r->view->arena, BATCH_MOST, struct list_place);
    size_t batch = limit + 1 < BATCH_FIRST ? limit + 1 : BATCH_FIRST, all = 0;
    for (;;) {
        size_t n, looked;
        enum err e = list_walk_next(places, &n, w, batch);
        if (!e)
            e = take(r, places, n, &looked);
        if (e)
            return e;
        if (looked)
            page->end = places[looked - 1];
        all += looked;
        page->more = looked < n || n == batch;
        if (page->n == limit || !page->more)
            return OK;
        if (spent(all, began_us, budget)) {
            page->partial = true;
            return OK;
        }
        batch = batch * 2 < BATCH_MOST ? batch * 2 : BATCH_MOST;
    }
}

/* ---- few rows ---- */

static _Thread_local const struct reading *sorting; /* of qsort, which passes nothing on */

static struct list_place place_of(const struct reading *r, const void *row)
{
    return (struct list_place){.key = r->kind->key(row, r->way->by), .id = r->kind->id(row)};
}

static int in_order(const void *a, const void *b)
{
    struct list_place x = place_of(sorting, a), y = place_of(sorting, b);
    return list_place_compare(&x, &y, sorting->way->descending);
}

/* All that may match by its keys, unsorted; *few false: there are too many. */
static enum err find_few(struct list_place *places, size_t *n, bool *few, const struct reading *r,
                         size_t most, bool old_only)
{
    struct list_way by_time = *r->way;
    struct list_walk *w;
    int64_t ignored;
    by_time.by = LIST_TIME;
    by_time.has_after = false;
    by_time.descending = true;
    by_time.old_only = old_only;
    enum err e = list_walk_begin(&w, &ignored, r->view, &by_time);
    if (!e)
        e = list_walk_next(places, n, w, most + 1);
    *few = *n <= most;
    return e;
}

static enum err read_few(struct reading *r, const struct list_place *places, size_t n)
{
    struct list_way by_time = *r->way;
    const struct list_way *own = r->way;
    enum err e = OK;
    by_time.by = LIST_TIME;
    r->way = &by_time;
    r->room = n;
    r->page->rows = arena_array(r->view->arena, n + 1, r->kind->size);
    for (size_t i = 0, some, looked; i < n && !e; i += some) {
        some = n - i < BATCH_MOST ? n - i : BATCH_MOST;
        e = take(r, places + i, some, &looked);
    }
    r->way = own;
    return e;
}

/* Sorts what was read and cuts the page out of it. */
static void cut_page(struct reading *r, size_t limit)
{
    struct list_page *page = r->page;
    size_t from = 0, n = page->n;
    sorting = r;
    if (n)
        qsort(page->rows, n, r->kind->size, in_order);
    sorting = NULL;
    while (r->way->has_after && from < n) {
        struct list_place p = place_of(r, row_at(r, page->rows, from));
        if (list_place_compare(&p, &r->way->after, r->way->descending) > 0)
            break;
        from++;
    }
    page->n = n - from < limit ? n - from : limit;
    page->more = n - from > limit;
    page->rows = (char *)page->rows + from * r->kind->size;
    if (page->n)
        page->end = place_of(r, row_at(r, page->rows, page->n - 1));
}

enum err list_page_read(struct list_page *out, struct store_view *view, const struct list_way *way,
                        const struct list_kind *kind, const void *search, size_t limit,
                        const struct list_budget *budget)
{
    struct reading r = {
        .page = out, .view = view, .way = way, .kind = kind, .search = search, .room = limit};
    struct list_walk *w;
    int64_t began_us = clock_mono_us();
    enum err e;
    *out = (struct list_page){.whole_to_id = INT64_MAX};
    if (way->by != LIST_TIME) {
        struct list_place *places = ARENA_ARRAY(view->arena, budget->few + 1, struct list_place);
        size_t n = 0;
        bool few;
        e = find_few(places, &n, &few, &r, budget->few, true);
        if (!e && few)
            e = find_few(places, &n, &few, &r, budget->few, false);
        if (!e && few)
            e = read_few(&r, places, n);
        if (e || few) {
            if (!e)
                cut_page(&r, limit);
            return e;
        }
    }
    out->rows = arena_array(view->arena, limit, kind->size);
    e = list_walk_begin(&w, &out->whole_to_id, view, way);
    return e ? e : walk(&r, w, limit, budget, began_us);
}

/* ---- texts ---- */

static bool ascii_only(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80)
            return false;
    return true;
}

bool list_text_has(struct arena *scratch, struct str text, struct str part)
{
    if (!ascii_only(part)) {
        struct str folded = text_fold(scratch, text);
        return folded.n && memmem(folded.p, folded.n, part.p, part.n) != NULL;
    }
    for (size_t at = 0; at + part.n <= text.n; at++)
        if (str_eq_nocase(str_sub(text, at, at + part.n), part))
            return true;
    return false;
}
