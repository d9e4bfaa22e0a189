/* SPDX-License-Identifier: Apache-2.0 */
/* What can be set at a carrier: the table of core/carrier_settings for who draws a form of it. */
#include "api/present.h"

static const char *french(const char *english)
{
    static const struct {
        const char *english, *french;
    } sentences[] = {
#define SAY(english, french) {english, french},
#include "core/carrier_settings_french.def"
#undef SAY
    };
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
        if (strcmp(sentences[i].english, english) == 0)
            return sentences[i].french;
    return english;
}

static json_t *in_both(const char *english)
{
    return json_pack("{s:s, s:s}", "en", english, "fr", french(english));
}

/* As its name ends: "response_s" is in seconds. */
static json_t *unit_of(const char *name)
{
    static const struct {
        const char *ending, *unit;
    } units[] = {{"_ms", "ms"}, {"_s", "s"}, {"_min", "min"}, {"_h", "h"}, {"rate", "1/s"}};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t ending = strlen(units[i].ending);
        if (n >= ending && strcmp(name + n - ending, units[i].ending) == 0)
            return json_string(units[i].unit);
    }
    return json_null();
}

static json_t *choices_of(const char *words)
{
    json_t *list = json_array();
    struct str rest = str_of(words);
    struct str word;
    while (str_split(&rest, '|', &word))
        json_array_append_new(list, present_text(word));
    return list;
}

static json_t *field(const char *section, const char *name, const char *kind, json_t *initial,
                     const char *help)
{
    json_t *unit = strcmp(kind, "number") == 0 ? unit_of(name) : json_null();
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:n, s:n, s:n, s:n, s:o}", "name", name,
                     "section", section, "section_title", in_both(section), "kind", kind, "unit",
                     unit, "default", initial, "minimum", "maximum", "max_length", "choices",
                     "help", in_both(help));
}

static json_t *text_field(const char *section, const char *name, const char *kind,
                          const char *initial, int64_t most, const char *help)
{
    json_t *out = field(section, name, kind, initial ? json_string(initial) : json_null(), help);
    json_object_set_new(out, "max_length", json_integer(most));
    return out;
}

static json_t *number_field(const char *section, const char *name, int64_t initial, int64_t least,
                            int64_t most, const char *help)
{
    json_t *out = field(section, name, "number", json_integer(initial), help);
    json_object_set_new(out, "minimum", json_integer(least));
    json_object_set_new(out, "maximum", json_integer(most));
    return out;
}

static json_t *choice_field(const char *section, const char *name, const char *words,
                            const char *help)
{
    json_t *choices = choices_of(words);
    json_t *out = field(section, name, "choice", json_incref(json_array_get(choices, 0)), help);
    json_object_set_new(out, "choices", choices);
    return out;
}

static void list_fields(struct api *api, struct http_request *request, const struct str *segments)
{
    json_t *items = json_array();
    const char *section = "";
#define ADD(item)                       json_array_append_new(items, item);
#define SECTION(title)                  section = title;
#define TEXT(name, initial, most, help) ADD(text_field(section, #name, "text", initial, most, help))
#define SECRET(name, most, help)        ADD(text_field(section, #name, "secret", NULL, most, help))
#define NUMBER(name, initial, least, most, help) \
    ADD(number_field(section, #name, initial, least, most, help))
#define FLAG(name, initial, help) ADD(field(section, #name, "flag", json_boolean(initial), help))
#define CHOICE(name, words, help) ADD(choice_field(section, #name, words, help))
#include "core/carrier_settings.def"
#undef ADD
#undef SECTION
#undef TEXT
#undef SECRET
#undef NUMBER
#undef FLAG
#undef CHOICE
    present_list(request, items, 0);
}

const struct api_route carrier_fields_routes[] = {
    {HTTP_GET, "/api/v1/carriers/fields", list_fields, RIGHT_OPERATE},
    {0},
};
