/* SPDX-License-Identifier: Apache-2.0 */
#include "core/admin_number.h"

#include "store/id.h"

#include <inttypes.h>
#include <stdlib.h>

enum { DIGITS_LEAST = 3, SHORT_MOST = 8 };

/* ---- "38000-38099,38200" ---- */

static enum err refuse_written(struct refusal *why)
{
    return refuse(why, ERR_INVALID, "numbers",
                  STR("write numbers of 3 to 15 digits, or ranges of them, with commas between: "
                      "38000-38099,38200"));
}

static bool read_digits(uint64_t *value, struct str *digits)
{
    *digits = str_trim(*digits);
    if (digits->n && digits->p[0] == '+')
        *digits = str_sub(*digits, 1, digits->n);
    return digits->n >= DIGITS_LEAST && digits->n <= ADMIN_DIGITS_MAX &&
           str_to_u64(value, *digits) == OK;
}

static enum err add_range(struct str *out, size_t *n, struct arena *a, struct str range,
                          struct refusal *why)
{
    struct str from = str_sub(range, 0, str_find(range, '-'));
    struct str to = from.n < range.n ? str_sub(range, from.n + 1, range.n) : from;
    uint64_t first;
    uint64_t last;
    if (!read_digits(&first, &from) || !read_digits(&last, &to) || from.n != to.n || last < first)
        return refuse_written(why);
    if (last - first >= ADMIN_NUMBERS_AT_ONCE - *n)
        return refuse(why, ERR_LIMIT, "numbers", STR("are more than 10000: add them bit by bit"));
    for (uint64_t value = first; value <= last; value++)
        out[(*n)++] = arena_printf(a, "%0*" PRIu64, (int)from.n, value);
    return OK;
}

enum err admin_numbers_read(struct str **out, size_t *n, struct arena *a, struct str written,
                            struct refusal *why)
{
    struct str piece;
    enum err e = OK;
    *out = ARENA_ARRAY(a, ADMIN_NUMBERS_AT_ONCE, struct str);
    *n = 0;
    while (!e && str_split(&written, ',', &piece))
        e = add_range(*out, n, a, piece, why);
    return e || *n ? e : refuse_written(why);
}

enum err admin_country_check(struct str country, struct refusal *why)
{
    bool good = country.n == 2;
    for (size_t i = 0; i < country.n && good; i++)
        good = country.p[i] >= 'A' && country.p[i] <= 'Z';
    return good ? OK
                : refuse(why, ERR_INVALID, "country",
                         STR("write the two capital letters of a country, such as FR"));
}

/* ---- adding ---- */

static int by_text(const void *a, const void *b)
{
    const struct str *x = a;
    const struct str *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

static bool stands_in(const struct str *sorted, size_t n, struct str digits)
{
    return bsearch(&digits, sorted, n, sizeof(digits), by_text) != NULL;
}

static enum err check_kind(const struct number *like, struct str digits, struct refusal *why)
{
    if (like->kind == NUMBER_SHORT && digits.n > SHORT_MOST)
        return refuse(why, ERR_INVALID, "kind",
                      STR("a short number has 3 to 8 digits: say low_cost or virtual"));
    if (like->kind != NUMBER_SHORT && digits.n <= SHORT_MOST)
        return refuse(why, ERR_INVALID, "kind",
                      STR("this kind of number has 9 to 15 digits: say short"));
    if (like->kind != NUMBER_VIRTUAL && like->account_id)
        return refuse(why, ERR_INVALID, "account",
                      STR("only a virtual number is an account's: leave the account out, or say "
                          "virtual"));
    return OK;
}

/* What is there already against what comes. */
static enum err check_against(const struct number *there, const struct number *like,
                              const struct str *sorted, size_t n, struct arena *a,
                              struct refusal *why)
{
    bool same_carrier = there->carrier_id == like->carrier_id;
    bool virtual = there->kind == NUMBER_VIRTUAL && like->kind == NUMBER_VIRTUAL;
    if ((same_carrier || virtual) && stands_in(sorted, n, there->digits))
        return refuse(why, ERR_EXISTS, "numbers",
                      arena_printf(a, "%.*s is there already", STR_FMT(there->digits)));
    if (same_carrier && there->kind == like->kind && like->kind != NUMBER_VIRTUAL &&
        str_eq(there->country, like->country) && there->digits.n != sorted[0].n)
        return refuse(why, ERR_INVALID, "numbers",
                      arena_printf(a,
                                   "the carrier's numbers of this kind and country have %zu "
                                   "digits: those of one pool have one length",
                                   there->digits.n));
    return OK;
}

static enum err check_new(struct store_tx *tx, const struct number *like, struct str *sorted,
                          size_t n, struct arena *a, struct refusal *why)
{
    struct number *there;
    size_t there_n;
    enum err e = check_kind(like, sorted[0], why);
    for (size_t i = 1; i < n && !e; i++)
        if (like->kind != NUMBER_VIRTUAL && sorted[i].n != sorted[0].n)
            e = refuse(why, ERR_INVALID, "numbers", STR("must all have the same length"));
        else if (by_text(&sorted[i], &sorted[i - 1]) == 0)
            e = refuse(why, ERR_EXISTS, "numbers",
                       arena_printf(a, "%.*s stands there twice", STR_FMT(sorted[i])));
        else
            e = check_kind(like, sorted[i], why);
    if (!e)
        e = store_number_list(&there, &there_n, &tx->view);
    if (!e && there_n + n > ADMIN_NUMBERS_MAX)
        e = refuse(why, ERR_LIMIT, "numbers", STR("would be more than 100000 in all"));
    for (size_t i = 0; !e && i < there_n; i++)
        e = check_against(&there[i], like, sorted, n, a, why);
    return e;
}

enum err admin_numbers_add(struct store_tx *tx, const struct number *like, const struct str *digits,
                           size_t n, struct arena *a, struct refusal *why)
{
    struct str *sorted = ARENA_ARRAY(tx->view.arena, n, struct str);
    memcpy(sorted, digits, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), by_text);
    enum err e = check_new(tx, like, sorted, n, a, why);
    for (size_t i = 0; i < n && !e; i++) {
        struct number number = *like;
        number.id = store_id_next();
        number.digits = digits[i];
        e = store_number_insert(tx, &number);
    }
    return e;
}

/* ---- one ---- */

enum err admin_number_find(struct number *out, struct store_view *view, struct str number,
                           struct str carrier, struct refusal *why)
{
    struct carrier_row of = {.id = 0};
    struct number *rows;
    size_t n;
    size_t found = 0;
    uint64_t id = 0;
    struct str digits = number.n && number.p[0] == '+' ? str_sub(number, 1, number.n) : number;
    enum err e = carrier.n ? admin_carrier_find(&of, view, carrier, why) : OK;
    if (!e && (e = store_number_list(&rows, &n, view)) != OK)
        return refuse(why, e, NULL, (struct str){0});
    bool is_id = !e && str_to_u64(&id, digits) == OK;
    for (size_t i = 0; !e && i < n; i++) {
        bool here = !of.id || rows[i].carrier_id == of.id;
        if (here && (str_eq(rows[i].digits, digits) || (is_id && (uint64_t)rows[i].id == id))) {
            *out = rows[i];
            found++;
        }
    }
    if (e || found == 1)
        return e;
    return found ? refuse(why, ERR_CONFLICT, "carrier",
                          STR("several carriers have this number: say which"))
                 : refuse(why, ERR_NOT_FOUND, "number",
                          STR("there is no such number: `navette number list` shows them"));
}

enum err admin_number_remove(struct store_tx *tx, const struct number *number, struct refusal *why)
{
    bool used;
    enum err e = store_number_in_use(&used, tx, number->id);
    if (e)
        return e;
    if (used)
        return refuse(why, ERR_CONFLICT, "number",
                      STR("a conversation over it is open: switch it off with `navette number set "
                          "NUMBER --enabled no`, and remove it when replies would be late"));
    if (number->account_id)
        return refuse(why, ERR_CONFLICT, "number",
                      STR("it is an account's: take it back first with `navette number assign "
                          "NUMBER --account none`"));
    return store_number_delete(tx, number->id);
}
