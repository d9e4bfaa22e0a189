/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, filtered and sorted: as pages and as CSV. */
#include "api/actor.h"
#include "api/export.h"
#include "api/message_json.h"
#include "api/search_fields.h"
#include "core/accept.h"
#include "store/statistic.h"
#include "text/phone.h"

enum { STATES_MAX = 160, NUMBER_MAX = 32, PARTS_MOST = 255, WORD_MAX = 16 };

struct message_listing {
    struct listing base;
    struct message_search search;
};

static const unsigned impossible = 1u; /* no state has the number 0 */

static void read_states(struct fields *f, unsigned *states)
{
    struct str list, word;
    enum message_state state;
    if (!fields_text(f, "state", STATES_MAX, &list))
        return;
    while (str_split(&list, ',', &word)) {
        if (message_state_parse(&state, word))
            fields_refuse(f, ERR_INVALID, "state",
                          STR("write scheduled, queued, sending, sent, in_doubt, delivered, "
                              "undelivered, expired, rejected, unknown, cancelled or refused; "
                              "several with commas between them"));
        else
            *states |= 1u << state;
    }
}

/* sent: all that did not wait for a time of its own, or no longer do. */
static void read_kind(struct fields *f, unsigned *states)
{
    struct str word;
    if (!fields_text(f, "kind", WORD_MAX, &word))
        return;
    if (str_eq(word, STR("all")))
        return;
    bool scheduled = str_eq(word, STR("scheduled"));
    if (!scheduled && !str_eq(word, STR("sent")))
        fields_refuse(f, ERR_INVALID, "kind", STR("write sent, scheduled or all"));
    unsigned of_kind = scheduled ? 1u << MESSAGE_SCHEDULED : ~(1u << MESSAGE_SCHEDULED);
    if (*states)
        *states = *states & of_kind ? *states & of_kind : impossible;
    else
        *states = of_kind;
}

static void read_message_filter(struct message_search *s, struct fields *f)
{
    struct str number;
    int64_t parts = 0;
    if (fields_text(f, "to", NUMBER_MAX, &number) && phone_parse(&s->recipient, number))
        fields_refuse(f, ERR_BAD_NUMBER, "to",
                      STR("write it in international form, such as +33612345678"));
    fields_text(f, "from", NUMBER_MAX, &s->sender);
    read_states(f, &s->states);
    read_kind(f, &s->states);
    fields_text(f, "tag", ACCEPT_TAG_MAX * 4, &s->tag);
    fields_number(f, "parts", 1, PARTS_MOST, &parts);
    s->parts = (uint32_t)parts;
    fields_text(f, "word", STATISTIC_WORD_MAX, &s->word);
    fields_time(f, "done_since", &s->done_since_us);
    fields_time(f, "done_until", &s->done_until_us);
}

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct message_listing *m = (struct message_listing *)l;
    actor_scope(f, api, RIGHT_VIEW, &m->search.search.account_id);
    search_read(&m->search.search, l, f);
    read_message_filter(&m->search, f);
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct message_listing *m = (struct message_listing *)l;
    struct list_page page;
    search_goes_on(&m->search.search, l);
    enum err e = store_message_search(&page, view, &m->search);
    if (!e)
        listing_found(l, &page);
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    *out = message_row_json((const struct message *)l->rows + i, l->d);
    return OK;
}

static const struct listing_sort sorts[] = {
    {"at", LIST_TIME},     {"to", LIST_RECIPIENT},    {"from", LIST_SENDER}, {"state", LIST_STATE},
    {"parts", LIST_PARTS}, {"credits", LIST_CREDITS}, {NULL, LIST_TIME}};

static const struct listing_kind messages = {
    .name = "messages",
    .sorts = sorts,
    .size = sizeof(struct message_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns = (const char *const[]){
        "id",      "created_at", "account",         "user",    "sender",  "recipient",
        "text",    "encoding",   "parts",           "class",   "tag",     "state",
        "credits", "due_at",     "sent_at",         "done_at", "carrier", "receipt",
        "ptt",     "origin",     "conversation_id", NULL}};

static void list_messages(struct api *api, struct http_request *request, const struct str *segments)
{
    listing_answer(api, request, segments, &messages);
}

static void export_messages(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    export_answer(api, request, segments, &messages);
}

const struct api_route message_list_routes[] = {
    {HTTP_GET, "/api/v1/messages", list_messages, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/messages/export", export_messages, RIGHT_VIEW},
    {0},
};
