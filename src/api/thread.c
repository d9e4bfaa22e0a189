/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of an account: list, lines, and that somebody has read one. */
#include "api/thread.h"

#include "api/actor.h"
#include "api/aside.h"
#include "api/fields.h"
#include "api/present.h"
#include "base/clock.h"
#include "text/phone.h"

#include <stdlib.h>

enum {
    WORD_MAX = 64,
    CURSOR_MAX = 64,
    UNREAD_MOST = 1000,
    LOOK_AT_DIGITS = 200000, /* in the index alone */
    LOOK_AT_OPEN = 5000,     /* rows */
    LOOK_AT_TEXTS = 20000
};

struct thread_search {
    struct api_aside aside;
    const struct directory *directory;
    const struct account *account;
    struct thread_filter filter;
    struct str word; /* in the texts of the phone; n 0: the rows are walked */
    int64_t before_id;
    uint64_t phone; /* of the lines */
    json_t *answer;
};

/* ---- cursors ---- */

static json_t *cursor_of(int64_t a, uint64_t b)
{
    char text[CURSOR_MAX];
    snprintf(text, sizeof(text), "%lld.%llu", (long long)a, (unsigned long long)b);
    return json_string(text);
}

static bool read_cursor(struct fields *f, int64_t *a, uint64_t *b)
{
    struct str text;
    struct str first;
    uint64_t one = 0;
    if (!fields_text(f, "cursor", CURSOR_MAX, &text))
        return false;
    if (str_split(&text, '.', &first) && !str_to_u64(&one, first) && one && one <= INT64_MAX &&
        !str_to_u64(b, text) && *b <= INT64_MAX) {
        *a = (int64_t)one;
        return true;
    }
    fields_refuse(f, ERR_INVALID, "cursor", STR("give back the next of the page before, as it is"));
    return false;
}

static void read_limit(struct fields *f, size_t *limit)
{
    enum { USUAL = 50, MOST = 200 };
    int64_t size = USUAL;
    fields_number(f, "limit", 1, MOST, &size);
    *limit = (size_t)size;
}

/* ---- list ---- */

/* Digits of a number, as people write some of them; n 0: it is a word. A national 0 goes. */
static struct str digits_of(struct arena *a, struct str q)
{
    char *out = arena_alloc(a, q.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < q.n; i++) {
        if (q.p[i] >= '0' && q.p[i] <= '9')
            out[n++] = q.p[i];
        else if (!memchr(" .-()+/", q.p[i], 7))
            return (struct str){0};
    }
    struct str digits = {out, n};
    while (digits.n && digits.p[0] == '0')
        digits = str_sub(digits, 1, digits.n);
    return digits;
}

static enum err add_thread(json_t *items, struct store_view *view, const struct thread *t)
{
    json_t *item;
    enum err e = thread_json(&item, view, t);
    if (!e)
        json_array_append_new(items, item);
    return e;
}

static enum err walk(struct thread_search *s, struct store_view *view, json_t *items, json_t **next)
{
    struct thread *rows;
    struct thread behind = {0};
    size_t n, looked;
    enum err e = store_thread_list(&rows, &n, &looked, &behind, view, &s->filter);
    for (size_t i = 0; i < n && !e; i++)
        e = add_thread(items, view, &rows[i]);
    if (!e && (n == s->filter.limit || looked == s->filter.look_at))
        *next = cursor_of(behind.last_at_us, behind.phone);
    return e;
}

static enum err find_word(struct thread_search *s, struct store_view *view, json_t *items,
                          json_t **next)
{
    uint64_t *phones;
    size_t n;
    int64_t behind_id;
    enum err e = store_thread_find(&phones, &n, &behind_id, view, s->account->id, s->word,
                                   s->before_id, LOOK_AT_TEXTS, s->filter.limit);
    for (size_t i = 0; i < n && !e; i++) {
        struct thread t;
        e = store_thread_get(&t, view, s->account->id, phones[i]);
        bool wanted =
            !e && (!s->filter.unread || t.unread) && t.until_at_us >= s->filter.open_at_us;
        if (e == ERR_NOT_FOUND)
            e = OK;
        else if (wanted)
            e = add_thread(items, view, &t);
    }
    if (!e && behind_id)
        *next = cursor_of(behind_id, 0);
    return e;
}

static enum err search(struct api_aside *aside, struct store_view *view)
{
    struct thread_search *s = (struct thread_search *)aside;
    json_t *items = json_array();
    json_t *next = NULL;
    enum err e = s->word.n ? find_word(s, view, items, &next) : walk(s, view, items, &next);
    s->answer = json_pack("{s:o, s:o}", "items", items, "next", next ? next : json_null());
    return e;
}

static void reply(struct api_aside *aside)
{
    struct thread_search *s = (struct thread_search *)aside;
    directory_release(s->directory);
    if (!aside->err) {
        api_reply_json(aside->request, 200, s->answer);
        return;
    }
    json_decref(s->answer);
    api_reply_error(aside->request, aside->err, NULL, (struct str){0});
}

static void post(struct thread_search *s, struct api *api, struct http_request *request,
                 enum err (*work)(struct api_aside *aside, struct store_view *view))
{
    s->directory = core_directory(api_core(api));
    s->aside = (struct api_aside){.api = api, .request = request, .work = work, .done = reply};
    api_aside_post(&s->aside);
}

static void read_filter(struct fields *f, struct thread_search *s)
{
    struct str state = {0};
    struct str q = {0};
    struct thread_filter *filter = &s->filter;
    fields_text(f, "state", WORD_MAX, &state);
    filter->unread = str_eq(state, STR("unread"));
    filter->open_at_us = str_eq(state, STR("open")) ? clock_now_us() : 0;
    if (state.n && !filter->unread && !filter->open_at_us && !str_eq(state, STR("all")))
        fields_refuse(f, ERR_INVALID, "state", STR("write all, unread or open"));
    fields_text(f, "q", WORD_MAX * 4, &q);
    q = str_trim(q);
    filter->digits = digits_of(f->request->arena, q);
    s->word = filter->digits.n ? (struct str){0} : q;
    read_limit(f, &filter->limit);
    if (read_cursor(f, &filter->before_at_us, &filter->before_phone))
        s->before_id = filter->before_at_us;
    filter->look_at = filter->digits.n     ? LOOK_AT_DIGITS
                      : filter->open_at_us ? LOOK_AT_OPEN
                                           : filter->limit;
}

static void list_threads(struct api *api, struct http_request *request, const struct str *segments)
{
    struct thread_search *s = ARENA_NEW(request->arena, struct thread_search);
    struct fields f;
    fields_of_query(&f, request);
    read_filter(&f, s);
    if (!fields_end(&f))
        return;
    s->account = actor_account(request);
    s->filter.account_id = s->account->id;
    post(s, api, request, search);
}

static void count_unread(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    size_t n;
    enum err e = store_thread_unread(&n, &view, actor_account(request)->id, UNREAD_MOST);
    if (e)
        api_reply_error(request, e, NULL, (struct str){0});
    else
        api_reply_json(request, 200, json_pack("{s:I}", "threads", (json_int_t)n));
}

/* ---- lines ---- */

static enum err read_lines(struct api_aside *aside, struct store_view *view)
{
    struct thread_search *s = (struct thread_search *)aside;
    struct thread_state t;
    struct thread_line *lines;
    json_t *items = json_array();
    json_t *thread = NULL;
    size_t n = 0;
    enum err e = thread_read(&t, view, s->directory, s->account, s->phone);
    if (!e)
        e = thread_json(&thread, view, &t.row);
    if (!e)
        e = store_thread_lines(&lines, &n, view, s->account->id, s->phone, s->before_id,
                               s->filter.limit);
    for (size_t i = 0; i < n && !e; i++) {
        json_t *line;
        e = thread_line_json(&line, view, s->directory, lines[i]);
        if (line)
            json_array_append_new(items, line);
    }
    json_t *next = !e && n == s->filter.limit ? cursor_of(lines[n - 1].id, 0) : json_null();
    bool window = t.conversation.until_at_us != 0;
    s->answer =
        json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:b}", "thread", thread ? thread : json_null(),
                  "items", items, "next", next, "can_answer", !t.why_not, "why_not",
                  t.why_not ? json_string(t.why_not) : json_null(), "until_at",
                  window ? present_time(t.conversation.until_at_us) : json_null(), "quarantined",
                  t.quarantined);
    return e;
}

static void show_thread(struct api *api, struct http_request *request, const struct str *segments)
{
    struct thread_search *s = ARENA_NEW(request->arena, struct thread_search);
    struct fields f;
    uint64_t none;
    fields_of_query(&f, request);
    read_limit(&f, &s->filter.limit);
    read_cursor(&f, &s->before_id, &none);
    if (!fields_end(&f) || !thread_phone(&s->phone, request, segments[1]))
        return;
    s->account = actor_account(request);
    post(s, api, request, read_lines);
}

/* ---- read ---- */

struct thread_seen {
    struct change change;
    struct http_request *request;
    int64_t account_id;
    uint64_t phone;
    struct str name;
};

static enum err apply_seen(struct core *core, struct store_tx *tx, struct change *change)
{
    const struct thread_seen *s = (const struct thread_seen *)change;
    enum err e = store_thread_read(tx, s->account_id, s->phone, s->name);
    return e == ERR_NOT_FOUND
               ? refuse(&change->why, e, "phone", STR("the account has no thread with this phone"))
               : e;
}

static void on_seen(struct letter *letter)
{
    struct thread_seen *s = (struct thread_seen *)letter;
    enum err e = s->change.job.err;
    if (!e)
        api_reply_json(s->request, 200, json_pack("{s:i}", "unread", 0));
    else if (s->change.why.err == e)
        api_reply_refusal(s->request, &s->change.why);
    else
        api_reply_error(s->request, e, NULL, (struct str){0});
}

/* No change of a setting: nothing of it goes to the audit trail. */
static void read_thread(struct api *api, struct http_request *request, const struct str *segments)
{
    struct thread_seen *s = ARENA_NEW(request->arena, struct thread_seen);
    struct fields f;
    if (!fields_of_body(&f, request) || !fields_end(&f) ||
        !thread_phone(&s->phone, request, segments[1]))
        return;
    s->request = request;
    s->account_id = actor_account(request)->id;
    s->name = actor_of(request)->name;
    s->change = (struct change){.apply = apply_seen, .arena = request->arena, .no_reload = true};
    core_change(api_core(api), &s->change, api_mailbox(api), on_seen);
}

#define THREADS "/api/v1/accounts/{name}/threads"
const struct api_route thread_routes[] = {
    {HTTP_GET, THREADS, list_threads, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_GET, THREADS "/unread", count_unread, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_GET, THREADS "/{phone}", show_thread, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_POST, THREADS "/{phone}/read", read_thread, RIGHT_CHAT},
    {0},
};
