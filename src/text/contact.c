/* SPDX-License-Identifier: Apache-2.0 */
#include "text/contact.h"

#include "text/phone.h"

enum { PHONE_LEAST = 9, PHONE_MOST = 15, PHONE_TEXT_MOST = 40, FRENCH_DIGITS = 10 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters beyond ASCII too: each byte of one has its top bit set. */
static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || (c & 0x80);
}

static bool is_host(char c)
{
    return is_digit(c) || is_letter(c) || c == '-';
}

static char at(struct str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

/* ---- the web ---- */

static bool is_top_level(struct str label)
{
    static const char names[] =
        "com net org info biz fr eu be ch lu de es it pt nl uk ie at pl io co app dev shop online "
        "site store link click live club xyz top pro tel mobi paris bzh re ly me tv cc gl gd gle "
        "to ms sh page blog news web cloud agency gouv gov edu ca us ru cn";
    struct str rest = STR(names);
    struct str each;
    while (str_split(&rest, ' ', &each))
        if (str_eq_nocase(each, label))
            return true;
    return false;
}

/* Where the host that begins here ends: labels with dots between them. */
static size_t host_end(struct str s, size_t from, size_t *last_label)
{
    size_t i = from;
    *last_label = from;
    for (;;) {
        while (is_host(at(s, i)))
            i++;
        if (at(s, i) != '.' || !is_host(at(s, i + 1)))
            return i;
        *last_label = ++i;
    }
}

/* "Merci.De rien": a sentence that begins without a blank. */
static bool begins_sentence(struct str s, size_t label)
{
    char before = s.p[label - 2];
    char first = s.p[label];
    return before >= 'a' && before <= 'z' && first >= 'A' && first <= 'Z';
}

/* A host under a known top-level domain; a first label of one letter only with a path or a .com
 * behind it, as "M.Be" is a person. */
static size_t find_host(struct str s, size_t from)
{
    size_t label;
    size_t end = host_end(s, from, &label);
    struct str top = str_sub(s, label, end);
    bool path = at(s, end) == '/' && is_word(at(s, end + 1));
    if (label == from || is_word(at(s, end)) || !is_top_level(top) || begins_sentence(s, label))
        return 0;
    if (label - from == 2 && !path && !str_eq_nocase(top, STR("com")))
        return 0;
    return end;
}

static size_t find_scheme(struct str s, size_t from)
{
    struct str rest = str_sub(s, from, s.n);
    static const struct str schemes[] = {{"http://", 7}, {"https://", 8}, {"www.", 4}};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t n = schemes[i].n;
        if (rest.n > n && str_eq_nocase(str_sub(rest, 0, n), schemes[i]) && is_word(rest.p[n]))
            return from + n;
    }
    return 0;
}

/* ---- e-mail ---- */

static bool is_local(char c)
{
    return is_word(c) || (c && strchr("._%+-", c));
}

/* Around the @ at this place. */
static bool find_email(struct str s, size_t sign, struct str *where)
{
    size_t from = sign;
    size_t label;
    size_t end = host_end(s, sign + 1, &label);
    while (from > 0 && is_local(s.p[from - 1]))
        from--;
    if (from == sign || label == sign + 1 || !is_letter(s.p[label]) || end - label < 2)
        return false;
    *where = str_sub(s, from, end);
    return true;
}

/* ---- phones ---- */

/* Groups of digits as they stand, with at most one sign between two of them. */
struct digits {
    char text[PHONE_MOST + 2];
    size_t n;
    size_t groups[PHONE_MOST + 1];
    size_t groups_n;
    size_t end;
};

/* As long as it could be one number: the French have the same sign between all groups. */
static struct digits read_french(struct str s, size_t from)
{
    struct digits d = {.end = from};
    char sign = '\0';
    for (size_t i = from; i < s.n && d.n < FRENCH_DIGITS; i++) {
        char c = s.p[i];
        bool between = d.n && !is_digit(c) && strchr(" .-", c) && is_digit(at(s, i + 1)) &&
                       (!sign || sign == c);
        if (is_digit(c)) {
            d.groups_n += d.groups_n == 0;
            d.groups[d.groups_n - 1]++;
            d.text[d.n++] = c;
            d.end = i + 1;
        } else if (between) {
            sign = c;
            d.groups_n++;
        } else {
            break;
        }
    }
    return d;
}

static bool is_french_grouping(const struct digits *d)
{
    static const size_t groupings[][5] = {
        {10}, {2, 2, 2, 2, 2}, {4, 3, 3}, {4, 2, 2, 2}, {1, 3, 3, 3}};
    for (size_t i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++) {
        size_t n = 0;
        while (n < 5 && groupings[i][n] && n < d->groups_n && d->groups[n] == groupings[i][n])
            n++;
        if (n == d->groups_n && (n == 5 || !groupings[i][n]))
            return true;
    }
    return false;
}

/* 0 and nine digits. */
static size_t find_french(struct str s, size_t from)
{
    uint64_t e164;
    char text[FRENCH_DIGITS + 2] = "+33";
    struct digits d = read_french(s, from);
    if (d.n != FRENCH_DIGITS || d.text[0] != '0' || is_word(at(s, d.end)) ||
        !is_french_grouping(&d))
        return 0;
    memcpy(text + 3, d.text + 1, FRENCH_DIGITS - 1);
    return phone_parse(&e164, (struct str){text, sizeof(text)}) == OK ? d.end : 0;
}

/* After + or 00. The longest run of digits and signs that is a valid number. */
static size_t find_international(struct str s, size_t from)
{
    uint64_t e164;
    size_t digits = 0;
    size_t found = 0;
    bool plus = s.p[from] == '+';
    size_t least = PHONE_LEAST + (plus ? 0 : 2);
    for (size_t i = from + plus; i < s.n && i - from < PHONE_TEXT_MOST; i++) {
        char c = s.p[i];
        if (!is_digit(c) && !(c && strchr(" .-/()", c)))
            break;
        digits += is_digit(c);
        if (is_digit(c) && digits >= least && !is_digit(at(s, i + 1)) &&
            phone_parse(&e164, str_sub(s, from, i + 1)) == OK)
            found = i + 1;
    }
    return found;
}

static size_t find_phone(struct str s, size_t from)
{
    if (s.p[from] == '+' || (s.p[from] == '0' && at(s, from + 1) == '0'))
        return find_international(s, from);
    return s.p[from] == '0' ? find_french(s, from) : 0;
}

/* ---- all ---- */

enum contact text_contact(struct str text, struct str *where)
{
    struct str none;
    struct str *out = where ? where : &none;
    for (size_t i = 0; i < text.n; i++) {
        bool begins = i == 0 || (!is_word(text.p[i - 1]) && text.p[i - 1] != '@');
        size_t end = 0;
        if (text.p[i] == '@' && find_email(text, i, out))
            return CONTACT_EMAIL;
        if (!begins)
            continue;
        if ((end = find_phone(text, i)) != 0) {
            *out = str_sub(text, i, end);
            return CONTACT_PHONE;
        }
        end = find_scheme(text, i);
        if (!end && is_host(text.p[i]) &&
            (i == 0 || (text.p[i - 1] != '.' && text.p[i - 1] != '-')))
            end = find_host(text, i);
        if (end && at(text, end) != '@') {
            *out = str_sub(text, i, end);
            return CONTACT_URL;
        }
    }
    return CONTACT_NONE;
}
