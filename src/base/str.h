/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/str: a counted view of bytes. It owns nothing and may hold NUL; `p` may be NULL only when
 * `n` is 0. Text is UTF-8 unless a name says otherwise.
 * Threads: pure functions.
 */
#ifndef NAVETTE_BASE_STR_H
#define NAVETTE_BASE_STR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A view of a string literal. */
#define STR(literal) ((struct str){.p = (literal), .n = sizeof(literal) - 1})
/* For printf("%.*s"). */
#define STR_FMT(s) (int)(s).n, (s).p

static inline struct str str_of(const char *cstr)
{
    return (struct str){.p = cstr, .n = cstr ? strlen(cstr) : 0};
}

static inline struct str str_sub(struct str s, size_t from, size_t to)
{
    return (struct str){.p = from ? s.p + from : s.p, .n = to - from};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* ASCII only: the protocols' own words. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
/* Without leading and trailing ASCII blanks. */
struct str str_trim(struct str s);
/* Index of `c`, or s.n. */
size_t str_find(struct str s, char c);
/* Takes what stands before `separator` off the front of *rest; false when *rest is used up. */
bool str_split(struct str *rest, char separator, struct str *piece);

/* Decimal digits only, no sign, no blanks; ERR_INVALID otherwise or beyond UINT64_MAX. */
enum err str_to_u64(uint64_t *out, struct str s) MUST_CHECK;
/* Hundredths: "12", "12.5", "12.50", with a sign if `out` may be negative. ERR_INVALID otherwise.
 */
enum err str_to_hundredths(int64_t *out, struct str s) MUST_CHECK;

/* And back: "12", "12.50", "-0.05": two decimals or none. */
enum { STR_HUNDREDTHS_SIZE = 24 };
void str_of_hundredths(char out[STR_HUNDREDTHS_SIZE], int64_t hundredths);

/* Copies into a fixed array with a closing NUL; ERR_TOO_LONG (and an empty string) if it cannot. */
enum err str_copy(char *to, size_t size, struct str s) MUST_CHECK;

#endif
