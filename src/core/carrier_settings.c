/* SPDX-License-Identifier: Apache-2.0 */
#include "core/carrier_settings.h"

enum kind { KIND_TEXT, KIND_SECRET, KIND_NUMBER, KIND_FLAG, KIND_CHOICE };

/* One line of the table, with where its member stands in the struct. */
struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *initial_text; /* TEXT; for CHOICE all words, the default first */
    int64_t initial;
    int64_t least;
    int64_t most; /* for TEXT: bytes */
};

static const struct setting settings_table[] = {
#define AT(name) offsetof(struct carrier_settings, name)
#define SECTION(title)
#define TEXT(name, initial, most, help) {#name, KIND_TEXT, AT(name), initial, 0, 0, most},
#define SECRET(name, most, help)        {#name, KIND_SECRET, AT(name), "", 0, 0, most},
#define NUMBER(name, initial, least, most, help) \
    {#name, KIND_NUMBER, AT(name), NULL, initial, least, most},
#define FLAG(name, initial, help) {#name, KIND_FLAG, AT(name), NULL, initial, 0, 1},
#define CHOICE(name, words, help) {#name, KIND_CHOICE, AT(name), words, 0, 0, 0},
#include "core/carrier_settings.def"
#undef SECTION
#undef SECRET
#undef TEXT
#undef NUMBER
#undef FLAG
#undef CHOICE
#undef AT
};
enum { SETTINGS = sizeof(settings_table) / sizeof(settings_table[0]) };

static void *member(struct carrier_settings *settings, const struct setting *s)
{
    return (char *)settings + s->offset;
}

static struct str first_word(const char *words)
{
    struct str all = str_of(words);
    return str_sub(all, 0, str_find(all, '|'));
}

static void set_default(struct carrier_settings *settings, const struct setting *s)
{
    switch (s->kind) {
    case KIND_TEXT:
    case KIND_SECRET:
        *(struct str *)member(settings, s) = str_of(s->initial_text);
        break;
    case KIND_CHOICE:
        *(struct str *)member(settings, s) = first_word(s->initial_text);
        break;
    case KIND_NUMBER:
        *(int64_t *)member(settings, s) = s->initial;
        break;
    case KIND_FLAG:
        *(bool *)member(settings, s) = s->initial != 0;
        break;
    }
}

static bool is_one_of(struct str word, const char *words)
{
    struct str rest = str_of(words);
    struct str each;
    while (str_split(&rest, '|', &each))
        if (str_eq(word, each))
            return true;
    return false;
}

static enum err read_text(struct carrier_settings *settings, struct arena *a,
                          const struct setting *s, const json_t *value, struct refusal *why)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value))
        return refuse(why, ERR_INVALID, s->name, STR("must be a text"));
    if (s->kind == KIND_CHOICE && !is_one_of(text, s->initial_text))
        return refuse(why, ERR_INVALID, s->name,
                      arena_printf(a, "must be one of %s", s->initial_text));
    if (s->kind != KIND_CHOICE && text.n > (size_t)s->most)
        return refuse(why, ERR_TOO_LONG, s->name,
                      arena_printf(a, "at most %lld bytes", (long long)s->most));
    if (text.n && memchr(text.p, 0, text.n))
        return refuse(why, ERR_INVALID, s->name, STR("must not hold a NUL"));
    *(struct str *)member(settings, s) = arena_str(a, text);
    return OK;
}

static enum err read_one(struct carrier_settings *settings, struct arena *a,
                         const struct setting *s, const json_t *value, struct refusal *why)
{
    switch (s->kind) {
    case KIND_TEXT:
    case KIND_SECRET:
    case KIND_CHOICE:
        return read_text(settings, a, s, value, why);
    case KIND_FLAG:
        if (!json_is_boolean(value))
            return refuse(why, ERR_INVALID, s->name, STR("must be true or false"));
        *(bool *)member(settings, s) = json_is_true(value);
        return OK;
    case KIND_NUMBER:
        break;
    }
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < s->least || number > s->most)
        return refuse(why, ERR_INVALID, s->name,
                      arena_printf(a, "must be a number from %lld to %lld", (long long)s->least,
                                   (long long)s->most));
    *(int64_t *)member(settings, s) = number;
    return OK;
}

static const struct setting *find(const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(settings_table[i].name, name) == 0)
            return &settings_table[i];
    return NULL;
}

enum err carrier_settings_read(struct carrier_settings *settings, struct arena *a,
                               const json_t *json, bool fresh, struct refusal *why)
{
    if (fresh)
        for (size_t i = 0; i < SETTINGS; i++)
            set_default(settings, &settings_table[i]);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        const struct setting *s = find(name);
        if (!s)
            return refuse(why, ERR_INVALID, arena_str(a, str_of(name)).p,
                          STR("a carrier has no such setting"));
        enum err e = read_one(settings, a, s, value, why);
        if (e)
            return e;
    }
    return carrier_settings_check(settings, a, why);
}

json_t *carrier_settings_json(const struct carrier_settings *settings, bool secrets)
{
    json_t *out = json_object();
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings_table[i];
        const void *at = (const char *)settings + s->offset;
        const struct str *text = at;
        json_t *value = NULL;
        if (s->kind == KIND_NUMBER)
            value = json_integer(*(const int64_t *)at);
        else if (s->kind == KIND_FLAG)
            value = json_boolean(*(const bool *)at);
        else if (secrets || s->kind != KIND_SECRET)
            value = json_stringn(text->p ? text->p : "", text->n);
        if (value)
            json_object_set_new(out, s->name, value);
    }
    return out;
}
