/* SPDX-License-Identifier: Apache-2.0 */
/* A bind with settings that nobody has saved yet. */
#include "api/fields.h"
#include "api/present.h"
#include "base/clock.h"
#include "core/admin.h"
#include "core/trial.h"
#include "smpp/pdu.h"

struct carrier_test {
    struct trial trial; /* first: the letter is the test */
    struct api *api;
    struct http_request *request;
    const struct directory *held; /* whose carrier lends its settings */
    struct carrier_settings settings;
};

static json_t *bind_json(const struct trial_bind *b)
{
    return json_pack("{s:s, s:b, s:I, s:o, s:o, s:o}", "mode", b->mode, "ok", b->bound, "took_ms",
                     (json_int_t)(b->took_us / MS_US), "peer",
                     present_text_or_null(str_of(b->peer)), "error",
                     b->bound ? json_null() : present_text_or_null(str_of(b->error)), "status",
                     b->status ? json_string(smpp_status_name(b->status)) : json_null());
}

static void on_tried(struct letter *letter)
{
    struct carrier_test *t = (struct carrier_test *)letter;
    directory_release(t->held);
    if (t->trial.busy) {
        api_reply_error(t->request, ERR_BUSY, NULL,
                        STR("another test is under way: try again in a moment"));
        return;
    }
    json_t *binds = json_array();
    bool all = true;
    for (size_t i = 0; i < t->trial.binds_n; i++) {
        all = all && t->trial.binds[i].bound;
        json_array_append_new(binds, bind_json(&t->trial.binds[i]));
    }
    api_reply_json(t->request, 200, json_pack("{s:b, s:o}", "ok", all, "binds", binds));
}

/* What is not said is as the carrier of that name has it, its passwords too; else the default. */
static bool read_settings(struct carrier_test *t, struct fields *f)
{
    struct str name = {0};
    struct refusal why;
    fields_text(f, "name", ADMIN_NAME_MAX, &name);
    t->held = core_directory(api_core(t->api));
    const struct directory_carrier *like = name.n ? directory_carrier(t->held, name) : NULL;
    if (name.n && !like)
        fields_refuse(f, ERR_NOT_FOUND, "name", STR("there is no carrier of this name"));
    if (like)
        t->settings = like->settings;
    json_object_del(f->body, "name");
    json_object_del(f->body, "enabled");
    if (carrier_settings_read(&t->settings, f->request->arena, f->body, !like, &why))
        fields_add(f, &why);
    else if (!t->settings.host.n)
        fields_refuse(f, ERR_MISSING, "host", STR("say where the SMSC is"));
    else if (!t->settings.system_id.n)
        fields_refuse(f, ERR_MISSING, "system_id", STR("give the login of the bind"));
    if (!f->why.err)
        return true;
    directory_release(t->held);
    api_reply_refusal(f->request, &f->why);
    return false;
}

static void test_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct api_config *config = api_config_of(api);
    struct carrier_test *t = ARENA_NEW(request->arena, struct carrier_test);
    struct fields f;
    *t = (struct carrier_test){.api = api, .request = request};
    if (!fields_of_body(&f, request) || !read_settings(t, &f))
        return;
    t->trial.letter.deliver = on_tried;
    t->trial.home = api_mailbox(api);
    t->trial.settings = &t->settings;
    config->carrier_try(config->ctx, &t->trial);
}

const struct api_route carrier_test_routes[] = {
    {HTTP_POST, "/api/v1/carriers/test", test_carrier, RIGHT_OPERATE},
    {0},
};
