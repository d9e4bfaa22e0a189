/* SPDX-License-Identifier: Apache-2.0 */
#include "api/account_profile.h"

#include "api/present.h"
#include "core/admin.h"
#include "text/phone.h"
#include "text/text.h"

enum { NAME_CHARACTERS = 100, DOMAINS_MAX = 10, DOMAIN_MAX = 253, NUMBER_MAX = 32 };

static bool read_name(struct fields *f, const char *name, struct str *out)
{
    if (!fields_text_or_null(f, name, NAME_CHARACTERS * 4, out))
        return false;
    *out = str_trim(*out);
    if (text_utf8_prefix(*out, NAME_CHARACTERS) < out->n)
        fields_refuse(f, ERR_TOO_LONG, name, STR("at most 100 characters: shorten it"));
    return true;
}

static bool is_domain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            return false;
    }
    size_t dot = str_find(s, '.');
    return s.n <= DOMAIN_MAX && dot > 0 && dot + 1 < s.n && s.p[s.n - 1] != '.';
}

static struct str lower(struct arena *a, struct str s)
{
    char *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    return (struct str){.p = out, .n = s.n};
}

static void read_domains(struct fields *f, struct profile_change *c)
{
    struct arena *a = f->request->arena;
    struct str *list;
    struct str all = {0};
    size_t n;
    c->has_domains = fields_texts_upto(f, "domains", DOMAINS_MAX, &list, &n);
    for (size_t i = 0; c->has_domains && i < n; i++) {
        struct str domain = lower(a, list[i]);
        if (!is_domain(domain))
            fields_refuse(f, ERR_INVALID, "domains", STR("write domain names such as example.org"));
        all = arena_printf(a, "%.*s%s%.*s", STR_FMT(all), all.n ? " " : "", STR_FMT(domain));
    }
    c->profile.domains = all;
}

void profile_read(struct fields *f, struct profile_change *c)
{
    struct account_profile *p = &c->profile;
    struct refusal why;
    uint64_t number;
    c->has_company = read_name(f, "company", &p->company);
    c->has_first_name = read_name(f, "first_name", &p->first_name);
    c->has_last_name = read_name(f, "last_name", &p->last_name);
    read_domains(f, c);
    c->has_email = fields_text_or_null(f, "email", ADMIN_EMAIL_MAX, &p->email);
    if (c->has_email && p->email.n && admin_email_check(p->email, "email", &why))
        fields_add(f, &why);
    c->has_phone = fields_text_or_null(f, "phone", NUMBER_MAX, &p->phone);
    if (!c->has_phone || !p->phone.n)
        return;
    char text[PHONE_SIZE];
    if (phone_parse(&number, p->phone))
        fields_refuse(f, ERR_BAD_NUMBER, "phone",
                      STR("write it in international form, such as +33612345678"));
    else
        p->phone = arena_str(f->request->arena, phone_format(text, number));
}

void profile_apply(struct account_profile *p, const struct profile_change *c)
{
    const struct {
        bool there;
        struct str *to;
        struct str from;
    } columns[] = {
        {c->has_company, &p->company, c->profile.company},
        {c->has_first_name, &p->first_name, c->profile.first_name},
        {c->has_last_name, &p->last_name, c->profile.last_name},
        {c->has_domains, &p->domains, c->profile.domains},
        {c->has_email, &p->email, c->profile.email},
        {c->has_phone, &p->phone, c->profile.phone},
    };
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        if (columns[i].there)
            *columns[i].to = columns[i].from;
}

void profile_add(json_t *account, const struct account_profile *p)
{
    json_t *domains = json_array();
    struct str rest = p->domains;
    struct str domain;
    while (str_split(&rest, ' ', &domain))
        if (domain.n)
            json_array_append_new(domains, present_text(domain));
    json_object_set_new(account, "company", present_text_or_null(p->company));
    json_object_set_new(account, "first_name", present_text_or_null(p->first_name));
    json_object_set_new(account, "last_name", present_text_or_null(p->last_name));
    json_object_set_new(account, "domains", domains);
    json_object_set_new(account, "email", present_text_or_null(p->email));
    json_object_set_new(account, "phone", present_text_or_null(p->phone));
}
