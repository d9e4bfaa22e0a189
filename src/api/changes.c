/* SPDX-License-Identifier: Apache-2.0 */
#include "api/changes.h"

#include <stdlib.h>

static bool is_secret(const char *name)
{
    static const char *const names[] = {"password",   "old_password", "secret", "code",
                                        "setup_code", "token",        "key",    "invite_url"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* A new reference. */
static json_t *told(const char *name, const json_t *value)
{
    if (!value || json_is_null(value))
        return json_null();
    if (is_secret(name))
        return json_string("***");
    if (json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) > CHANGES_VALUE_MAX)
        return json_string("…");
    return json_deep_copy(value);
}

static void add(json_t *out, const char *name, const json_t *before, const json_t *after)
{
    json_object_set_new(out, name, json_pack("[o, o]", told(name, before), told(name, after)));
}

static json_t *object(const json_t *json)
{
    return (json_t *)(uintptr_t)(json_is_object(json) ? json : NULL);
}

static void compare(json_t *out, const json_t *before, const json_t *after)
{
    const char *name;
    json_t *value;
    json_object_foreach(object(before), name, value)
    {
        const json_t *now = json_object_get(after, name);
        if (!now || !json_equal(value, now))
            add(out, name, value, now);
    }
    json_object_foreach(object(after), name, value) if (!json_object_get(before, name))
        add(out, name, NULL, value);
}

struct str changes_text(struct arena *arena, const json_t *before, const json_t *after,
                        const json_t *said)
{
    const char *name;
    json_t *value;
    json_t *out = json_object();
    bool set = before && !after && json_object_size(said);
    if (!set)
        compare(out, before, after);
    json_object_foreach(object(said), name, value)
    {
        const json_t *was = json_object_get(before, name);
        bool shown = !set && (was || json_object_get(after, name));
        if (!shown && !json_equal(was, value))
            add(out, name, was, value);
    }
    char *text = json_object_size(out) ? json_dumps(out, JSON_COMPACT) : NULL;
    struct str all = str_of(text);
    struct str kept = all.n > CHANGES_MAX ? STR("{}") : arena_str(arena, all);
    free(text);
    json_decref(out);
    return all.n ? kept : (struct str){0};
}
