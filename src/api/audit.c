/* SPDX-License-Identifier: Apache-2.0 */
/* Who changed what: an operator sees all, an owner what concerns the account. */
#include "store/audit.h"

#include "api/actor.h"
#include "api/export.h"
#include "api/present.h"

enum { WHO_MAX = 254, WHAT_MAX = 64 };

struct audit_listing {
    struct listing base;
    struct audit_filter filter;
};

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct audit_filter *filter = &((struct audit_listing *)l)->filter;
    actor_scope(f, api, RIGHT_OWN, &filter->account_id);
    fields_text(f, "who", WHO_MAX, &filter->who);
    fields_text(f, "what", WHAT_MAX, &filter->what);
    fields_time(f, "since", &filter->since_us);
    fields_time(f, "until", &filter->until_us);
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct audit_filter *filter = &((struct audit_listing *)l)->filter;
    struct audit *rows;
    size_t n = 0;
    filter->past_id = l->after.id;
    filter->oldest_first = !l->descending;
    filter->limit = l->limit;
    enum err e = store_audit_list(&rows, &n, view, filter);
    if (!e)
        listing_found_by_id(l, rows, n, n ? rows[n - 1].id : 0);
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    const struct audit *a = (const struct audit *)l->rows + i;
    const struct account *account =
        a->account_id ? directory_account_by_id(l->d, a->account_id) : NULL;
    json_t *changes = a->changes.n ? json_loadb(a->changes.p, a->changes.n, 0, NULL) : json_null();
    *out = json_pack(
        "{s:o, s:o, s:{s:s, s:o}, s:o, s:o, s:o, s:o, s:o}", "id", present_id(a->id), "at",
        present_time(a->at_us), "who", "kind", audit_kind_name(a->kind), "name",
        present_text(a->who), "account", account ? present_text(account->name) : json_null(),
        "what", present_text(a->what), "subject", present_text(a->subject), "changes",
        changes ? changes : json_null(), "from_address", present_text_or_null(a->from_address));
    return OK;
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME}, {NULL, LIST_TIME}};

static const struct listing_kind list = {
    .name = "audit",
    .sorts = sorts,
    .size = sizeof(struct audit_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns = (const char *const[]){"id", "at", "who", "account", "what", "subject", "changes",
                                     "from_address", NULL}};

static void list_audit(struct api *api, struct http_request *request, const struct str *segments)
{
    listing_answer(api, request, segments, &list);
}

static void export_audit(struct api *api, struct http_request *request, const struct str *segments)
{
    export_answer(api, request, segments, &list);
}

const struct api_route audit_routes[] = {
    {HTTP_GET, "/api/v1/audit", list_audit, RIGHT_OWN | RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/audit/export", export_audit, RIGHT_OWN | RIGHT_OPERATE},
    {0},
};
