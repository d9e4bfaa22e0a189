/* SPDX-License-Identifier: Apache-2.0 */
#include "text/octets.h"
#include "text/utf8.h"

#include <pthread.h>

static const struct group {
    struct str replacement;
    struct str characters;
} groups[] = {
    {.replacement.n = 0}, /* 0 stands for no group */
#define LOOKALIKE(replacement, characters) \
    {{replacement, sizeof(replacement) - 1}, {characters, sizeof(characters) - 1}},
#include "text/lookalike.def"
#undef LOOKALIKE
};

enum {
    GROUPS = sizeof(groups) / sizeof(groups[0]),
    GROWTH_MAX = 2 /* bytes of a replacement for one byte of what it replaces */
};

_Static_assert(GROUPS <= UINT8_MAX + 1, "group_of holds a group in a byte");

/* By code point of the Basic Multilingual Plane. Filled once, read only from then on. */
static uint8_t group_of[0x10000];
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill_groups(void)
{
    for (size_t i = 1; i < GROUPS; i++) {
        struct str s = groups[i].characters;
        uint32_t code_point = 0;
        for (const char *at = s.p; at < s.p + s.n;) {
            at += utf8_decode(&code_point, at, s.p + s.n);
            group_of[code_point] = (uint8_t)i;
        }
    }
}

/* NULL when there is none. */
static const struct group *find_group(uint32_t code_point)
{
    uint8_t group = code_point < sizeof(group_of) ? group_of[code_point] : 0;
    return group ? &groups[group] : NULL;
}

static size_t count_offenders(struct str utf8)
{
    size_t count = 0;
    uint32_t code_point = 0;
    for (size_t at = 0; at < utf8.n;) {
        at += utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        count += gsm7_size(code_point) == 0;
    }
    return count;
}

enum err text_offenders(struct text_offender **out, size_t *n, size_t *total, struct arena *a,
                        struct str utf8, size_t limit)
{
    enum err err = text_utf8_check(utf8, NULL);
    if (err)
        return err;
    pthread_once(&filled, fill_groups);
    *total = count_offenders(utf8);
    *n = *total < limit ? *total : limit;
    *out = ARENA_ARRAY(a, *n, struct text_offender);

    size_t found = 0;
    uint32_t code_point = 0;
    for (size_t at = 0, character = 0; found < *n; character++) {
        size_t size = utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        if (gsm7_size(code_point) == 0) {
            const struct group *group = find_group(code_point);
            (*out)[found++] = (struct text_offender){
                .at_byte = at,
                .at_character = character,
                .code_point = code_point,
                .replacement = group ? group->replacement : (struct str){0},
                .left_out = group && group->replacement.n == 0,
            };
        }
        at += size;
    }
    return OK;
}

enum err text_extended(size_t **at_byte, size_t *n, struct arena *a, struct str utf8, size_t limit)
{
    enum { EXTENDED_SIZE = 2 };
    enum err err = text_utf8_check(utf8, NULL);
    uint32_t code_point = 0;
    *n = 0;
    *at_byte = ARENA_ARRAY(a, utf8.n < limit ? utf8.n : limit, size_t);
    for (size_t at = 0; !err && at < utf8.n && *n < limit;) {
        size_t size = utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        if (gsm7_size(code_point) == EXTENDED_SIZE)
            (*at_byte)[(*n)++] = at;
        at += size;
    }
    return err;
}

static bool has_all(enum text_encoding encoding, struct str utf8)
{
    uint32_t code_point = 0;
    for (size_t at = 0; at < utf8.n;) {
        at += utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        if (!units_of(code_point, encoding))
            return false;
    }
    return true;
}

struct str replace_for(struct arena *a, struct str utf8, enum text_encoding encoding)
{
    pthread_once(&filled, fill_groups);
    char *start = arena_alloc(a, utf8.n * GROWTH_MAX + 1);
    char *to = start;
    uint32_t code_point = 0;
    for (size_t at = 0, size; at < utf8.n; at += size) {
        size = utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        struct str put = str_sub(utf8, at, at + size);
        const struct group *group = units_of(code_point, encoding) ? NULL : find_group(code_point);
        if (group && has_all(encoding, group->replacement))
            put = group->replacement;
        memcpy(to, put.p, put.n);
        to += put.n;
    }
    return (struct str){.p = start, .n = (size_t)(to - start)};
}

enum err text_replace(struct str *out, struct arena *a, struct str utf8)
{
    enum err err = text_utf8_check(utf8, NULL);
    if (err)
        return err;
    *out = replace_for(a, utf8, TEXT_GSM7);
    return OK;
}
