/* SPDX-License-Identifier: Apache-2.0 */
#include "api/route_json.h"

#include "api/present.h"
#include "core/route.h"

static json_t *word(const char *name)
{
    return name ? json_string(name) : json_null();
}

static void add_hours(json_t *json, const struct route *r)
{
    char days[ROUTE_DAYS_SIZE];
    char hours[ROUTE_HOURS_SIZE];
    bool any = r->timezone.n == 0;
    json_object_set_new(json, "days",
                        any ? json_null() : present_text(route_days_write(days, r->days)));
    json_object_set_new(json, "hours",
                        any ? json_null()
                            : present_text(route_hours_write(hours, r->from_min, r->until_min)));
    json_object_set_new(json, "timezone", present_text_or_null(r->timezone));
}

json_t *route_json(const struct route *r, const struct directory *d)
{
    const struct account *account =
        r->account_id ? directory_account_by_id(d, r->account_id) : NULL;
    const struct directory_carrier *carrier = directory_carrier_by_id(d, r->carrier_id);
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", present_id(r->id), "prefix",
        present_text(r->prefix), "carrier", carrier ? present_text(carrier->row.name) : json_null(),
        "account", account ? present_text(account->name) : json_null(), "sender",
        present_text_or_null(r->sender), "sender_kind", word(sender_kind_name(r->sender_kind)),
        "grade", word(grade_name(r->grade)));
    add_hours(json, r);
    json_object_set_new(json, "turn", json_integer(r->turn));
    json_object_set_new(json, "weight", json_integer(r->weight));
    json_object_set_new(json, "draining", json_boolean(r->draining));
    json_object_set_new(json, "created_at", present_time(r->created_at_us));
    return json;
}
