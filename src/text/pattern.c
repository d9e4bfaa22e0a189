/* SPDX-License-Identifier: Apache-2.0 */
#include "text/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

enum {
    STEPS_MAX = 20000, /* items of the expression that are tried in a search */
    DEPTH_MAX = 500,   /* nested ones */
    HEAP_MAX_KIB = 512,
    NESTING_MAX = 20, /* of parentheses */
};

struct pattern {
    pcre2_code *code;
    pcre2_match_data *found;
    pcre2_match_context *limits;
    unsigned steps; /* of the search in hand */
};

/* The library's own limit of steps begins anew at each byte of the text. */
static int on_step(pcre2_callout_block *at, void *pattern)
{
    struct pattern *p = pattern;
    (void)at;
    return ++p->steps > STEPS_MAX ? PCRE2_ERROR_CALLOUT : 0;
}

static struct str message_of(int error, size_t at, struct arena *a)
{
    PCRE2_UCHAR text[128];
    if (pcre2_get_error_message(error, text, sizeof(text)) < 0)
        text[0] = '\0';
    return arena_printf(a, "%s (at %zu)", (const char *)text, at);
}

enum { OURS = PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY };

static enum err compile(struct pattern *p, struct str expression, uint32_t options, struct arena *a,
                        struct str *why)
{
    int error;
    size_t at;
    pcre2_compile_context *bounds = pcre2_compile_context_create(NULL);
    if (!bounds)
        base_out_of_memory();
    pcre2_set_parens_nest_limit(bounds, NESTING_MAX);
    p->code = pcre2_compile((PCRE2_SPTR)expression.p, expression.n, options, &error, &at, bounds);
    pcre2_compile_context_free(bounds);
    if (!p->code) {
        *why = message_of(error, at, a);
        return ERR_INVALID;
    }
    if (options == OURS)
        return OK;
    uint32_t groups = 0;
    pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups == 1)
        return OK;
    *why = arena_printf(a, "it has %u capture groups", groups);
    return ERR_INVALID;
}

static enum err new_with(struct pattern **out, struct str expression, uint32_t options,
                         struct arena *a, struct str *why)
{
    if (expression.n > PATTERN_MAX) {
        *why = STR("it is too long");
        return ERR_TOO_LONG;
    }
    struct pattern *p = base_alloc(sizeof(*p));
    enum err e = compile(p, expression, options, a, why);
    if (e) {
        pattern_free(p);
        return e;
    }
    p->found = pcre2_match_data_create_from_pattern(p->code, NULL);
    p->limits = pcre2_match_context_create(NULL);
    if (!p->found || !p->limits)
        base_out_of_memory();
    pcre2_set_callout(p->limits, on_step, p);
    pcre2_set_match_limit(p->limits, STEPS_MAX);
    pcre2_set_depth_limit(p->limits, DEPTH_MAX);
    pcre2_set_heap_limit(p->limits, HEAP_MAX_KIB);
    *out = p;
    return OK;
}

enum err pattern_new(struct pattern **out, struct str expression, struct arena *a, struct str *why)
{
    return new_with(out, expression, PCRE2_NEVER_UTF | PCRE2_AUTO_CALLOUT, a, why);
}

enum err pattern_new_test(struct pattern **out, struct str expression, struct arena *a,
                          struct str *why)
{
    return new_with(out, expression, OURS, a, why);
}

void pattern_free(struct pattern *p)
{
    if (!p)
        return;
    pcre2_code_free(p->code);
    pcre2_match_data_free(p->found);
    pcre2_match_context_free(p->limits);
    free(p);
}

bool pattern_find(struct pattern *p, struct str text, struct str *group)
{
    size_t n = text.n < PATTERN_SUBJECT_MAX ? text.n : PATTERN_SUBJECT_MAX;
    PCRE2_SPTR subject = (PCRE2_SPTR)(n ? text.p : "");
    p->steps = 0;
    int groups = pcre2_match(p->code, subject, n, 0, 0, p->found, p->limits);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->found);
    if (groups < 2 || at[3] <= at[2])
        return false;
    *group = str_sub(text, at[2], at[3]);
    return true;
}

bool pattern_matches(struct pattern *p, struct str text)
{
    p->steps = 0;
    return text.n <= PATTERN_SUBJECT_MAX && pcre2_match(p->code, (PCRE2_SPTR)(text.n ? text.p : ""),
                                                        text.n, 0, 0, p->found, p->limits) > 0;
}
