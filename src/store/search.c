/* SPDX-License-Identifier: Apache-2.0 */
#include "store/search.h"

#include "store/feed.h"
#include "store/id.h"

/* The way through the list by what both have. */
static struct list_way way_of(const struct search *s)
{
    return (struct list_way){
        .descending = s->descending,
        .account_id = s->account_id,
        .by = s->by,
        .above_id = s->since_us ? store_id_at(s->since_us) - 1 : 0,
        .below_id = s->until_us ? store_id_at(s->until_us) : INT64_MAX,
        .after = s->after,
        .has_after = s->has_after,
        .conversation_id = s->conversation_id,
    };
}

static void only(struct list_way *way, enum list_by by, struct list_key key)
{
    way->only_by = by;
    way->only[way->only_n++] = key;
}

static bool has_text(struct str text, struct str part)
{
    if (!part.n)
        return true;
    struct arena *scratch = arena_new();
    bool has = list_text_has(scratch, text, part);
    arena_free(scratch);
    return has;
}

/* ---- messages ---- */

static enum err load_messages(void **rows, struct store_view *view, const int64_t *ids, size_t n)
{
    struct message *list;
    enum err e = store_message_rows(&list, view, ids, n);
    *rows = list;
    return e;
}

static int64_t message_id(const void *row)
{
    return ((const struct message *)row)->id;
}

static struct list_key message_key(const void *row, enum list_by by)
{
    const struct message *m = row;
    switch (by) {
    case LIST_RECIPIENT:
        return list_key_number((int64_t)m->recipient);
    case LIST_SENDER:
        return list_key_text(m->sender);
    case LIST_STATE:
        return list_key_state(m->state);
    case LIST_PARTS:
        return list_key_number(m->parts);
    case LIST_CREDITS:
        return list_key_number(m->credits);
    default:
        return (struct list_key){0};
    }
}

static bool has_ended_so(const struct message *m, const struct message_search *s)
{
    return (!s->word.n || store_feed_word_is(m->receipt, s->word)) &&
           (!s->done_since_us || m->done_at_us >= s->done_since_us) &&
           (!s->done_until_us || (m->done_at_us && m->done_at_us < s->done_until_us));
}

static bool message_matches(const void *row, const void *search)
{
    const struct message *m = row;
    const struct message_search *s = search;
    return (!s->search.account_id || m->account_id == s->search.account_id) &&
           (!s->search.conversation_id || m->conversation_id == s->search.conversation_id) &&
           (!s->recipient || m->recipient == s->recipient) &&
           (!s->sender.n || str_eq(m->sender, s->sender)) &&
           (!s->states || (s->states >> m->state & 1u)) && (!s->parts || m->parts == s->parts) &&
           (!s->tag.n || str_eq(m->tag, s->tag)) && has_ended_so(m, s) &&
           has_text(m->text, s->search.text);
}

/* Each of the orders' keys that stand for these states. */
static void only_states(struct list_way *way, unsigned states)
{
    bool shared = false;
    for (size_t i = 0; message_state_nth(i); i++) {
        enum message_state state = message_state_nth(i);
        struct list_key key = list_key_state(state);
        if (!(states >> state & 1u) || (shared && !key.first))
            continue;
        shared = shared || !key.first;
        only(way, LIST_STATE, key);
    }
}

/* By what the fewest rows are expected to match. */
static void narrow_messages(struct list_way *way, const struct message_search *s)
{
    unsigned usual = 1u << MESSAGE_DELIVERED | 1u << MESSAGE_UNDELIVERED | 1u << MESSAGE_SENT;
    bool rare = s->states && !(s->states >> MESSAGE_DELIVERED & 1u);
    bool most = (s->states & usual) == usual;
    if (way->conversation_id)
        return;
    way->recipient = s->recipient;
    way->states = s->states;
    if (s->recipient || !way->account_id)
        return;
    if (rare || (s->states && !most && !s->sender.n && s->parts < 2))
        only_states(way, s->states);
    else if (s->tag.n)
        only(way, LIST_TAG, list_key_tag(s->tag));
    else if (s->parts > 1)
        only(way, LIST_PARTS, list_key_number(s->parts));
    else if (s->sender.n)
        only(way, LIST_SENDER, list_key_text(s->sender));
    else if (s->parts)
        only(way, LIST_PARTS, list_key_number(s->parts));
}

enum err store_message_search(struct list_page *out, struct store_view *view,
                              const struct message_search *s)
{
    static const struct list_kind kind = {.size = sizeof(struct message),
                                          .load = load_messages,
                                          .id = message_id,
                                          .key = message_key,
                                          .matches = message_matches};
    struct list_way way = way_of(&s->search);
    narrow_messages(&way, s);
    return list_page_read(out, view, &way, &kind, s, s->search.limit, &s->search.budget);
}

/* ---- incoming ---- */

static enum err load_incoming(void **rows, struct store_view *view, const int64_t *ids, size_t n)
{
    struct incoming *list;
    enum err e = store_incoming_rows(&list, view, ids, n);
    *rows = list;
    return e;
}

static int64_t incoming_id(const void *row)
{
    return ((const struct incoming *)row)->id;
}

static struct list_key incoming_key(const void *row, enum list_by by)
{
    const struct incoming *i = row;
    switch (by) {
    case LIST_PHONE:
        return list_key_text(i->sender);
    case LIST_NUMBER:
        return list_key_text(i->number);
    case LIST_STANDING:
        return list_key_number((int64_t)i->standing);
    default:
        return (struct list_key){0};
    }
}

static bool incoming_matches(const void *row, const void *search)
{
    const struct incoming *i = row;
    const struct incoming_search *s = search;
    return (!s->search.account_id || i->account_id == s->search.account_id) &&
           (!s->search.conversation_id || i->conversation_id == s->search.conversation_id) &&
           (!s->sender.n || str_eq(i->sender, s->sender)) &&
           (!s->number.n || str_eq(i->number, s->number)) &&
           (!s->standings || (s->standings >> i->standing & 1u)) &&
           has_text(i->kept ? i->text : STR(""), s->search.text);
}

static void narrow_incoming(struct list_way *way, const struct incoming_search *s)
{
    if (way->conversation_id || !way->account_id)
        return;
    if (s->sender.n)
        only(way, LIST_PHONE, list_key_text(s->sender));
    else if (s->standings && !(s->standings >> STANDING_IN_TIME & 1u))
        for (unsigned i = 0; i < 32; i++) {
            if (s->standings >> i & 1u)
                only(way, LIST_STANDING, list_key_number(i));
        }
    else if (s->number.n)
        only(way, LIST_NUMBER, list_key_text(s->number));
}

enum err store_incoming_search(struct list_page *out, struct store_view *view,
                               const struct incoming_search *s)
{
    static const struct list_kind kind = {.size = sizeof(struct incoming),
                                          .load = load_incoming,
                                          .id = incoming_id,
                                          .key = incoming_key,
                                          .matches = incoming_matches};
    struct list_way way = way_of(&s->search);
    way.incoming = true;
    narrow_incoming(&way, s);
    return list_page_read(out, view, &way, &kind, s, s->search.limit, &s->search.budget);
}
