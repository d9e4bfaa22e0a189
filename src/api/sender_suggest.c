/* SPDX-License-Identifier: Apache-2.0 */
/* Names of senders that the account's own data give: cleaned as senders may be written, and no
 * longer than they may be. */
#include "api/sender.h"
#include "core/accept.h"
#include "text/text.h"

enum { LONGEST = 11 };

/* Letters with marks, as they are written without; in the order of Unicode. */
static const struct {
    const char *letters;
    char plain;
} plain_letters[] = {
    {"àáâãäåāăą", 'a'}, {"ÀÁÂÃÄÅĀĂĄ", 'A'}, {"çćč", 'c'},       {"ÇĆČ", 'C'},
    {"ďđ", 'd'},        {"ĎĐ", 'D'},        {"èéêëēĕėęě", 'e'}, {"ÈÉÊËĒĔĖĘĚ", 'E'},
    {"ìíîïĩīı", 'i'},   {"ÌÍÎÏĨĪİ", 'I'},   {"ł", 'l'},         {"Ł", 'L'},
    {"ñńň", 'n'},       {"ÑŃŇ", 'N'},       {"òóôõöøōő", 'o'},  {"ÒÓÔÕÖØŌŐ", 'O'},
    {"ř", 'r'},         {"Ř", 'R'},         {"śšşș", 's'},      {"ŚŠŞȘ", 'S'},
    {"ťţț", 't'},       {"ŤŢȚ", 'T'},       {"ùúûüũūůű", 'u'},  {"ÙÚÛÜŨŪŮŰ", 'U'},
    {"ýÿ", 'y'},        {"ÝŸ", 'Y'},        {"źżž", 'z'},       {"ŹŻŽ", 'Z'},
};

/* What a character becomes; 0: nothing. */
static char plain_of(struct str character)
{
    if (character.n == 1)
        return character.p[0];
    for (size_t i = 0; i < sizeof(plain_letters) / sizeof(plain_letters[0]); i++) {
        struct str letters = str_of(plain_letters[i].letters);
        if (memmem(letters.p, letters.n, character.p, character.n))
            return plain_letters[i].plain;
    }
    return 0;
}

static bool may_stand(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(" -.,&+_", c));
}

/* n 0: nothing is left that a sender may be. */
static struct str clean(struct arena *a, struct str text)
{
    char *out = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        struct str rest = str_sub(text, at, text.n);
        size_t size = text_utf8_prefix(rest, 1);
        char c = plain_of(str_sub(rest, 0, size));
        bool doubled = c == ' ' && (!n || out[n - 1] == ' ');
        if (may_stand(c) && !doubled)
            out[n++] = c;
        at += size;
    }
    struct str cleaned = str_trim((struct str){out, n < LONGEST ? n : LONGEST});
    return sender_check(cleaned) || sender_is_number(cleaned) ? (struct str){0} : cleaned;
}

struct suggesting {
    struct sender_suggestion *out;
    size_t n;
    struct arena *arena;
};

static void suggest(struct suggesting *s, struct str text, enum sender_origin origin)
{
    struct str name = clean(s->arena, text);
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->out[i].name, name))
            return;
    if (name.n && s->n < SENDER_SUGGESTIONS_MAX)
        s->out[s->n++] = (struct sender_suggestion){.name = name, .origin = origin};
}

/* "www.example.com": example.com when there is room, and example. */
static void suggest_domain(struct suggesting *s, struct str domain)
{
    if (str_starts(domain, STR("www.")))
        domain = str_sub(domain, 4, domain.n);
    if (domain.n <= LONGEST)
        suggest(s, domain, SENDER_DOMAIN);
    suggest(s, str_sub(domain, 0, str_find(domain, '.')), SENDER_DOMAIN);
}

size_t sender_suggest(struct sender_suggestion out[SENDER_SUGGESTIONS_MAX], struct arena *a,
                      const struct account_profile *p)
{
    struct suggesting s = {.out = out, .arena = a};
    struct str rest = p->domains;
    struct str domain;
    suggest(&s, p->company, SENDER_PERSONAL);
    suggest(&s, p->last_name, SENDER_PERSONAL);
    suggest(&s, p->first_name, SENDER_PERSONAL);
    if (p->first_name.n && p->last_name.n)
        suggest(&s, arena_printf(a, "%.*s %.*s", STR_FMT(p->first_name), STR_FMT(p->last_name)),
                SENDER_PERSONAL);
    while (str_split(&rest, ' ', &domain))
        suggest_domain(&s, domain);
    return s.n;
}
