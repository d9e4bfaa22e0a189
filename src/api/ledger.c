/* SPDX-License-Identifier: Apache-2.0 */
/* Does the ledger balance? The list names every purse where it does not. */
#include "store/ledger.h"

#include "api/aside.h"
#include "api/fields.h"
#include "api/present.h"

static json_t *imbalance_json(const struct imbalance *i, const struct directory *d)
{
    const struct account *account = directory_account_by_id(d, i->account_id);
    const struct api_user *user = i->user_id ? directory_user_by_id(d, i->user_id) : NULL;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "account_id",
                     present_id(i->account_id), "account",
                     account ? present_text(account->name) : json_null(), "user_id",
                     present_id(i->user_id), "user", user ? present_text(user->login) : json_null(),
                     "balance", present_credits(i->balance), "moved", present_credits(i->moved),
                     "paid", present_credits(i->paid), "cost", present_credits(i->cost));
}

struct ledger_check {
    struct api_aside aside;
    struct imbalance *rows;
    size_t n;
};

static enum err read_all(struct api_aside *aside, struct store_view *view)
{
    struct ledger_check *c = (struct ledger_check *)aside;
    return store_ledger_check(&c->rows, &c->n, view);
}

static void answer(struct api_aside *aside)
{
    const struct ledger_check *c = (const struct ledger_check *)aside;
    if (aside->err) {
        api_reply_error(aside->request, aside->err, NULL, (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(aside->api));
    json_t *items = json_array();
    for (size_t i = 0; i < c->n; i++)
        json_array_append_new(items, imbalance_json(&c->rows[i], d));
    directory_release(d);
    present_list(aside->request, items, 0);
}

static void check_ledger(struct api *api, struct http_request *request, const struct str *segments)
{
    struct fields f;
    fields_of_query(&f, request);
    if (!fields_end(&f))
        return;
    struct ledger_check *c = ARENA_NEW(request->arena, struct ledger_check);
    c->aside = (struct api_aside){.api = api, .request = request, .work = read_all, .done = answer};
    api_aside_post(&c->aside);
}

const struct api_route ledger_routes[] = {
    {HTTP_GET, "/api/v1/ledger/check", check_ledger, RIGHT_OPERATE},
    {0},
};
