/* SPDX-License-Identifier: Apache-2.0 */
/* The setting `stop_texts`: COUNTRY=CLAUSE;COUNTRY=;… A clause may be empty: none for that country.
 */
#include "core/carrier_rules.h"
#include "text/phone.h"
#include "text/text.h"

#include <stdlib.h>

static enum err refuse_clauses(struct refusal *why, struct str detail)
{
    return refuse(why, ERR_INVALID, "stop_texts", detail);
}

static int by_country(const void *a, const void *b)
{
    return strcmp(((const struct carrier_clause *)a)->country,
                  ((const struct carrier_clause *)b)->country);
}

static int is_of_country(const void *country, const void *clause)
{
    return strcmp(country, ((const struct carrier_clause *)clause)->country);
}

/* It must never change the alphabet of the text before it. */
static enum err check_clause(struct arena *a, struct str country, struct str clause,
                             struct refusal *why)
{
    struct text_weight weight;
    enum err e = text_weigh(&weight, clause, TEXT_FORCE_GSM7, NULL);
    if (e)
        return refuse_clauses(
            why,
            arena_printf(a, "the clause of %.*s must be of the 7-bit alphabet", STR_FMT(country)));
    if (weight.characters > CARRIER_CLAUSE_MAX)
        return refuse_clauses(why, arena_printf(a, "the clause of %.*s must not be longer than %d",
                                                STR_FMT(country), CARRIER_CLAUSE_MAX));
    return OK;
}

static enum err read_clause(struct carrier_clause *out, struct arena *a, struct str each,
                            struct refusal *why)
{
    size_t equals = str_find(each, '=');
    struct str country = str_trim(str_sub(each, 0, equals));
    if (equals == each.n || !phone_region_known(country) ||
        str_copy(out->country, sizeof(out->country), country))
        return refuse_clauses(why, STR("must be COUNTRY=CLAUSE with semicolons between them, each "
                                       "country by its two capital letters, as FR=STOP 36184;CH="));
    out->text = str_trim(str_sub(each, equals + 1, each.n));
    return check_clause(a, country, out->text, why);
}

enum err carrier_clauses_read(struct carrier_clause **out, size_t *n, struct arena *a,
                              struct str setting, struct refusal *why)
{
    struct str rest = setting;
    struct str each;
    *out = NULL;
    *n = 0;
    if (!setting.n)
        return OK;
    struct carrier_clause *list = ARENA_ARRAY(a, CARRIER_CLAUSES_MAX, struct carrier_clause);
    *out = list;
    while (str_split(&rest, ';', &each)) {
        if (!str_trim(each).n) /* behind the last one */
            continue;
        if (*n == CARRIER_CLAUSES_MAX)
            return refuse_clauses(why, STR("must not name more than 64 countries"));
        enum err e = read_clause(&list[*n], a, each, why);
        if (e)
            return e;
        ++*n;
    }
    if (*n)
        qsort(list, *n, sizeof(*list), by_country);
    for (size_t i = 1; i < *n; i++)
        if (by_country(&list[i - 1], &list[i]) == 0)
            return refuse_clauses(why, arena_printf(a, "names %s twice", list[i].country));
    return OK;
}

struct str carrier_clause(const struct carrier_rules *rules, const char *country)
{
    const struct carrier_clause *found = rules->clauses_n
                                             ? bsearch(country, rules->clauses, rules->clauses_n,
                                                       sizeof(*rules->clauses), is_of_country)
                                             : NULL;
    return found ? found->text : rules->clause;
}
