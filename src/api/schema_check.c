/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema_base.h"
#include "text/date.h"

#include <stdlib.h>

/* Of deeper values nobody asks. */
enum { DEPTH_MAX = 32 };

struct checking {
    struct arena *arena;
    struct schema_fault *fault;
    unsigned depth;
    bool quiet; /* only whether it fits is asked */
};

static bool check(struct checking *c, const struct schema *s, const json_t *value);

static bool refuse_as(struct checking *c, enum err err, struct str detail)
{
    if (!c->quiet)
        *c->fault = (struct schema_fault){.err = err, .detail = detail};
    return false;
}

/* On the way out each member puts its name before what stood within it. */
static bool within(struct checking *c, struct str name)
{
    struct str *field = &c->fault->field;
    if (!c->quiet)
        *field = field->n ? arena_printf(c->arena, "%.*s.%.*s", STR_FMT(name), STR_FMT(*field))
                          : arena_str(c->arena, name);
    return false;
}

/* ---- in words ---- */

static struct str joined(struct checking *c, struct str list, struct str word, bool last)
{
    return arena_printf(c->arena, "%.*s%s%.*s", STR_FMT(list),
                        !list.n ? ""
                        : last  ? " or "
                                : ", ",
                        STR_FMT(word));
}

static struct str word_of(struct checking *c, const json_t *value)
{
    if (json_is_string(value))
        return (struct str){json_string_value(value), json_string_length(value)};
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    struct str kept = arena_str(c->arena, str_of(text ? text : ""));
    free(text);
    return kept;
}

/* "write premium or low_cost"; the empty word is there for old callers. */
static struct str words_text(struct checking *c, const struct schema *s)
{
    struct str list = STR("");
    struct str before = STR("");
    for (size_t i = 0; i < json_array_size(s->words); i++) {
        struct str word = word_of(c, json_array_get(s->words, i));
        if (!word.n)
            continue;
        if (before.n)
            list = joined(c, list, before, false);
        before = word;
    }
    return arena_printf(c->arena, "write %.*s", STR_FMT(joined(c, list, before, true)));
}

static struct str number_text(struct checking *c, const struct schema *s)
{
    if (s->least > INT64_MIN && s->most < INT64_MAX)
        return arena_printf(c->arena, "write a whole number from %lld to %lld", (long long)s->least,
                            (long long)s->most);
    if (s->least > INT64_MIN)
        return arena_printf(c->arena, "write a whole number of at least %lld", (long long)s->least);
    return STR("write a whole number");
}

static struct str types_text(struct checking *c, const struct schema *s)
{
    static const struct {
        unsigned type;
        struct str alone, among;
    } types[] = {{SCHEMA_STRING, STR("write it as a string"), STR("a string")},
                 {SCHEMA_NUMBER, STR("write a number"), STR("a number")},
                 {SCHEMA_INTEGER, STR("write a whole number"), STR("a whole number")},
                 {SCHEMA_BOOLEAN, STR("write true or false"), STR("true or false")},
                 {SCHEMA_ARRAY, STR("write an array"), STR("an array")},
                 {SCHEMA_OBJECT, STR("write an object"), STR("an object")},
                 {SCHEMA_NULL, STR("write null"), STR("null")}};
    unsigned left = s->types & SCHEMA_NUMBER ? s->types & ~(unsigned)SCHEMA_INTEGER : s->types;
    struct str list = STR("");
    if (s->words)
        return words_text(c, s);
    if (left == SCHEMA_INTEGER)
        return number_text(c, s);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (left == types[i].type && !list.n)
            return types[i].alone;
        if (s->types & types[i].type && left & types[i].type) {
            left &= ~types[i].type;
            list = joined(c, list, types[i].among, !left);
        }
    }
    return arena_printf(c->arena, "write %.*s", STR_FMT(list));
}

static bool misfits(struct checking *c, const struct schema *s, struct str detail)
{
    return refuse_as(c, ERR_INVALID, s->cure.n ? s->cure : detail);
}

/* ---- kinds of values ---- */

static size_t characters_of(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool is_date(struct str s)
{
    int64_t at_us;
    char whole[32];
    struct str rest = STR("T00:00:00Z");
    if (s.n != 10)
        return false;
    memcpy(whole, s.p, s.n);
    memcpy(whole + s.n, rest.p, rest.n);
    return date_parse_iso(&at_us, (struct str){whole, s.n + rest.n}) == OK;
}

static bool check_format(struct checking *c, const struct schema *s, struct str text)
{
    int64_t at_us;
    if (s->format == FORMAT_DATE_TIME && date_parse_iso(&at_us, text))
        return refuse_as(c, ERR_BAD_DATE, STR("write a time such as 2026-11-21T14:05:00Z"));
    if (s->format == FORMAT_DATE && !is_date(text))
        return refuse_as(c, ERR_BAD_DATE, STR("write a day such as 2026-11-21"));
    return true;
}

static bool check_string(struct checking *c, const struct schema *s, const json_t *value)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    bool bounded = s->least_length > 0 || text.n > s->most_length;
    size_t length = bounded ? characters_of(text) : 0;
    if (bounded && length > s->most_length)
        return refuse_as(
            c, ERR_TOO_LONG,
            arena_printf(c->arena, "at most %zu characters: shorten it", s->most_length));
    if (length < s->least_length)
        return misfits(c, s,
                       s->least_length == 1
                           ? STR("must not be empty")
                           : arena_printf(c->arena, "at least %zu characters", s->least_length));
    if (s->pattern && !pattern_matches(s->pattern, text))
        return misfits(c, s, STR("is not written as it must be"));
    return s->format == FORMAT_ANY || check_format(c, s, text);
}

static bool is_twice(const json_t *array, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (json_equal(json_array_get(array, i), json_array_get(array, at)))
            return true;
    return false;
}

static bool check_array(struct checking *c, const struct schema *s, const json_t *value)
{
    size_t n = json_array_size(value);
    if (n > s->most_items)
        return misfits(c, s, arena_printf(c->arena, "at most %zu: leave some out", s->most_items));
    if (n < s->least_items)
        return misfits(c, s, arena_printf(c->arena, "at least %zu", s->least_items));
    for (size_t i = 0; i < n; i++) {
        bool good = !s->items || check(c, s->items, json_array_get(value, i));
        if (good && s->unique && is_twice(value, i))
            good = refuse_as(c, ERR_INVALID, STR("stands there twice: once is enough"));
        if (!good)
            return within(c, arena_printf(c->arena, "%zu", i));
    }
    return true;
}

static const struct schema_member *find(const struct schema *s, struct str name)
{
    size_t from = 0;
    size_t until = s->members_n;
    while (from < until) {
        size_t middle = (from + until) / 2;
        int order = schema_compare(name, s->members[middle].name);
        if (order == 0)
            return &s->members[middle];
        if (order < 0)
            until = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

static bool check_object(struct checking *c, const struct schema *s, const json_t *value)
{
    const char *key;
    json_t *each;
    for (size_t i = 0; i < s->required_n; i++)
        if (!json_object_get(value, s->required[i].name.p)) {
            refuse_as(c, ERR_MISSING, s->required[i].missing);
            return within(c, s->required[i].name);
        }
    if (!s->members_n && !s->closed && !s->others)
        return true;
    json_object_foreach((json_t *)(uintptr_t)value, key, each)
    {
        struct str name = str_of(key);
        const struct schema_member *m = find(s, name);
        const struct schema *of = m ? m->schema : s->others;
        bool good = true;
        if (!m && s->closed)
            good =
                refuse_as(c, ERR_INVALID, STR("there is no such field here: check its spelling"));
        else if (of)
            good = check(c, of, each);
        if (!good)
            return within(c, name);
    }
    return true;
}

/* ---- a value ---- */

static unsigned type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return SCHEMA_OBJECT;
    case JSON_ARRAY:
        return SCHEMA_ARRAY;
    case JSON_STRING:
        return SCHEMA_STRING;
    case JSON_INTEGER:
        return SCHEMA_INTEGER;
    case JSON_REAL:
        return SCHEMA_NUMBER;
    case JSON_NULL:
        return SCHEMA_NULL;
    default:
        return SCHEMA_BOOLEAN;
    }
}

static bool is_word(const struct schema *s, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(s->words); i++)
        if (json_equal(json_array_get(s->words, i), value))
            return true;
    return false;
}

static unsigned types_taken(const struct schema *s)
{
    return s->types || !s->ref ? s->types : types_taken(s->ref);
}

static bool check_one(struct checking *c, const struct schema *s, const json_t *value)
{
    struct checking quiet = {.arena = c->arena, .depth = c->depth, .quiet = true};
    const struct schema *near = NULL;
    size_t fitting = 0;
    size_t candidates = 0;
    for (size_t i = 0; i < s->one.n; i++) {
        fitting += check(&quiet, s->one.at[i], value);
        if (types_taken(s->one.at[i]) & (unsigned)~SCHEMA_NULL) {
            near = s->one.at[i];
            candidates++;
        }
    }
    if (fitting == 1)
        return true;
    if (fitting == 0 && candidates == 1 && !s->cure.n)
        return check(c, near, value);
    return misfits(c, s,
                   fitting ? STR("can be taken in several ways: leave out what is not meant")
                           : STR("fits none of the shapes that can be written here"));
}

static bool check_kind(struct checking *c, const struct schema *s, const json_t *value)
{
    switch (type_of(value)) {
    case SCHEMA_INTEGER:
        return (json_integer_value(value) >= s->least && json_integer_value(value) <= s->most) ||
               misfits(c, s, number_text(c, s));
    case SCHEMA_STRING:
        return check_string(c, s, value);
    case SCHEMA_ARRAY:
        return check_array(c, s, value);
    case SCHEMA_OBJECT:
        return check_object(c, s, value);
    default:
        return true;
    }
}

static bool check(struct checking *c, const struct schema *s, const json_t *value)
{
    if (++c->depth > DEPTH_MAX)
        return refuse_as(c, ERR_INVALID, STR("is nested too deep"));
    bool good = true;
    if (s->types && !(s->types & type_of(value)))
        good = misfits(c, s, types_text(c, s));
    else if (s->words && !is_word(s, value))
        good = misfits(c, s, words_text(c, s));
    good = good && check_kind(c, s, value) && (!s->ref || check(c, s->ref, value));
    for (size_t i = 0; i < s->all.n && good; i++)
        good = check(c, s->all.at[i], value);
    good = good && (!s->one.n || check_one(c, s, value));
    c->depth--;
    return good;
}

bool schema_check(const struct schema *s, const json_t *value, struct arena *a,
                  struct schema_fault *fault)
{
    struct checking c = {.arena = a, .fault = fault};
    return check(&c, s, value);
}

/* ---- paths and queries ---- */

static json_t *scalar_of(unsigned types, struct str text)
{
    uint64_t digits;
    bool minus = text.n > 1 && text.p[0] == '-';
    if (types & SCHEMA_INTEGER && !(types & SCHEMA_STRING) &&
        str_to_u64(&digits, str_sub(text, minus, text.n)) == OK && digits <= INT64_MAX)
        return json_integer(minus ? -(json_int_t)digits : (json_int_t)digits);
    if (types & SCHEMA_BOOLEAN && !(types & SCHEMA_STRING) &&
        (str_eq(text, STR("true")) || str_eq(text, STR("false"))))
        return json_boolean(text.p[0] == 't');
    return json_stringn(text.n ? text.p : "", text.n);
}

static const struct schema *items_of(const struct schema *s)
{
    return s->items || !s->ref ? s->items : items_of(s->ref);
}

static json_t *value_of(const struct schema *s, struct str text)
{
    unsigned types = types_taken(s);
    if (!(types & SCHEMA_ARRAY))
        return scalar_of(types, text);
    const struct schema *items = items_of(s);
    json_t *list = json_array();
    struct str each;
    while (str_split(&text, ',', &each)) {
        json_t *item = scalar_of(items ? types_taken(items) : 0, each);
        if (!item) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, item);
    }
    return list;
}

bool schema_check_text(const struct schema *s, struct str text, struct arena *a,
                       struct schema_fault *fault)
{
    bool has_nul = text.n && memchr(text.p, 0, text.n); /* as in a body: no database keeps one */
    json_t *value = has_nul ? NULL : value_of(s, text);
    if (!value) {
        *fault = (struct schema_fault){.err = ERR_BAD_UTF8,
                                       .detail = has_nul ? STR("holds a NUL character")
                                                         : STR("is not valid UTF-8")};
        return false;
    }
    bool good = schema_check(s, value, a, fault);
    json_decref(value);
    return good;
}
