/* SPDX-License-Identifier: Apache-2.0 */
#include "api/fields.h"

#include "core/admin.h"
#include "text/date.h"
#include "text/phone.h"

enum { PAGE_USUAL = 50, PAGE_MOST = 1000 };

bool fields_of_body(struct fields *f, struct http_request *request)
{
    *f = (struct fields){.request = request, .body = api_body(request)};
    return f->body != NULL;
}

void fields_of_query(struct fields *f, struct http_request *request)
{
    *f = (struct fields){.request = request};
}

void fields_refuse(struct fields *f, enum err err, const char *field, struct str detail)
{
    if (!f->why.err)
        f->why = (struct refusal){.err = err, .field = field, .detail = detail};
}

void fields_add(struct fields *f, const struct refusal *why)
{
    fields_refuse(f, why->err, why->field, why->detail);
}

/* A member as it came: a view of a string, or another JSON value. */
struct member {
    bool there;
    const json_t *json; /* NULL: text says it */
    struct str text;
};

static struct member find(struct fields *f, const char *name)
{
    struct member m = {0};
    if (f->asked_n < FIELDS_MAX)
        f->asked[f->asked_n++] = name;
    if (!f->body) {
        m.there = http_query(f->request, name, &m.text);
        return m;
    }
    const json_t *json = json_object_get(f->body, name);
    m.there = json != NULL;
    if (json_is_string(json))
        m.text = (struct str){json_string_value(json), json_string_length(json)};
    else
        m.json = json;
    return m;
}

bool fields_text(struct fields *f, const char *name, size_t most_bytes, struct str *out)
{
    struct member m = find(f, name);
    if (!m.there)
        return false;
    if (m.json) {
        fields_refuse(f, ERR_INVALID, name, STR("write it as a string"));
        return false;
    }
    if (m.text.n > most_bytes) {
        fields_refuse(f, ERR_TOO_LONG, name,
                      arena_printf(f->request->arena, "at most %zu bytes: shorten it", most_bytes));
        return false;
    }
    *out = arena_str(f->request->arena, m.text);
    return true;
}

bool fields_text_or_null(struct fields *f, const char *name, size_t most_bytes, struct str *out)
{
    if (!fields_null(f, name))
        return fields_text(f, name, most_bytes, out);
    (void)find(f, name);
    *out = (struct str){0};
    return true;
}

void fields_phone(struct fields *f, const char *name, struct str *number)
{
    char text[PHONE_SIZE];
    uint64_t phone;
    if (phone_parse(&phone, *number))
        fields_refuse(f, ERR_BAD_NUMBER, name,
                      STR("write it in international form, such as +33612345678"));
    else
        *number = arena_str(f->request->arena, phone_format(text, phone));
}

bool fields_url(struct fields *f, const char *name, struct str *out)
{
    struct refusal why;
    bool there = fields_text_or_null(f, name, ADMIN_URL_MAX, out);
    if (there && out->n && admin_url_check(*out, name, &why))
        fields_add(f, &why);
    return there;
}

static bool read_number(int64_t *out, const struct member *m)
{
    uint64_t digits;
    if (m->json && json_is_integer(m->json)) {
        *out = json_integer_value(m->json);
        return true;
    }
    if (m->json || str_to_u64(&digits, m->text) || digits > INT64_MAX)
        return false;
    *out = (int64_t)digits;
    return true;
}

bool fields_number(struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out)
{
    struct member m = find(f, name);
    if (!m.there)
        return false;
    int64_t value;
    if (!read_number(&value, &m) || value < least || value > most) {
        fields_refuse(f, ERR_INVALID, name,
                      arena_printf(f->request->arena, "write a whole number from %lld to %lld",
                                   (long long)least, (long long)most));
        return false;
    }
    *out = value;
    return true;
}

bool fields_credits(struct fields *f, const char *name, int64_t least, int64_t *out)
{
    struct member m = find(f, name);
    if (!m.there)
        return false;
    int64_t value = 0;
    bool good = false;
    if (m.json && json_is_integer(m.json))
        good = !__builtin_mul_overflow(json_integer_value(m.json), 100, &value);
    else if (!m.json)
        good = str_to_hundredths(&value, m.text) == OK;
    if (!good || value < least || value > ADMIN_CREDITS_MAX) {
        fields_refuse(f, ERR_INVALID, name,
                      least < 0 ? STR("write credits such as 100 or -12.50, at most 1000000000")
                                : STR("write credits such as 100 or 12.50, at most 1000000000"));
        return false;
    }
    *out = value;
    return true;
}

bool fields_flag(struct fields *f, const char *name, bool *out)
{
    struct member m = find(f, name);
    if (!m.there)
        return false;
    if (!json_is_boolean(m.json)) {
        fields_refuse(f, ERR_INVALID, name, STR("write true or false"));
        return false;
    }
    *out = json_is_true(m.json);
    return true;
}

bool fields_texts_upto(struct fields *f, const char *name, size_t most, struct str **out, size_t *n)
{
    struct member m = find(f, name);
    if (!m.there)
        return false;
    size_t count = json_array_size(m.json);
    bool good = json_is_array(m.json) && count <= most;
    struct str *list = ARENA_ARRAY(f->request->arena, count + 1, struct str);
    for (size_t i = 0; i < count && good; i++) {
        const json_t *item = json_array_get(m.json, i);
        good = json_is_string(item);
        if (good)
            list[i] = arena_str(f->request->arena,
                                (struct str){json_string_value(item), json_string_length(item)});
    }
    if (!good) {
        fields_refuse(
            f, ERR_INVALID, name,
            arena_printf(f->request->arena, "write an array of at most %zu strings", most));
        return false;
    }
    *out = list;
    *n = count;
    return true;
}

bool fields_texts(struct fields *f, const char *name, struct str **out, size_t *n)
{
    return fields_texts_upto(f, name, FIELDS_LIST_MAX, out, n);
}

bool fields_null(struct fields *f, const char *name)
{
    return f->body && json_is_null(json_object_get(f->body, name));
}

bool fields_time(struct fields *f, const char *name, int64_t *at_us)
{
    enum { TIME_MAX = 40 };
    struct str text;
    if (!fields_text(f, name, TIME_MAX, &text))
        return false;
    if (!date_parse_iso(at_us, text))
        return true;
    fields_refuse(f, ERR_BAD_DATE, name, STR("write it as 2026-11-21T14:05:00Z"));
    return false;
}

void fields_page(struct fields *f, int64_t *before_id, size_t *limit)
{
    int64_t size = PAGE_USUAL;
    *before_id = 0;
    fields_number(f, "cursor", 1, INT64_MAX, before_id);
    fields_number(f, "limit", 1, PAGE_MOST, &size);
    *limit = (size_t)size;
}

static bool was_asked(const struct fields *f, struct str name)
{
    for (size_t i = 0; i < f->asked_n; i++)
        if (str_eq(name, str_of(f->asked[i])))
            return true;
    return false;
}

static void refuse_unknown(struct fields *f, struct str name)
{
    struct str kept = arena_str(f->request->arena, name);
    fields_refuse(f, ERR_INVALID, kept.p, STR("there is no such field here: check its spelling"));
}

bool fields_end(struct fields *f)
{
    const char *key;
    json_t *value;
    if (f->body) {
        json_object_foreach(f->body, key, value) if (!was_asked(f, str_of(key)))
            refuse_unknown(f, str_of(key));
    } else {
        for (size_t i = 0; i < f->request->query_n; i++)
            if (!was_asked(f, f->request->query[i].name))
                refuse_unknown(f, f->request->query[i].name);
    }
    if (f->why.err)
        api_reply_refusal(f->request, &f->why);
    return !f->why.err;
}

bool fields_id(int64_t *id, struct http_request *request, struct str segment, const char *what)
{
    uint64_t digits;
    if (str_to_u64(&digits, segment) || digits == 0 || digits > INT64_MAX) {
        api_reply_error(request, ERR_NOT_FOUND, "id",
                        arena_printf(request->arena, "there is no %s of this id", what));
        return false;
    }
    *id = (int64_t)digits;
    return true;
}
