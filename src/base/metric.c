/* SPDX-License-Identifier: Apache-2.0 */
#include "base/metric.h"

#include <stdatomic.h>

static _Atomic int64_t values[METRIC_COUNT];

static const struct {
    const char *name;
    const char *kind;
    const char *help;
} facts[METRIC_COUNT] = {
#define METRIC(n, k, text, h) [METRIC_##n] = {.name = text, .kind = #k, .help = h},
#include "base/metric.def"
#undef METRIC
};

void metric_add(enum metric m, int64_t by)
{
    atomic_fetch_add_explicit(&values[m], by, memory_order_relaxed);
}

void metric_set(enum metric m, int64_t value)
{
    atomic_store_explicit(&values[m], value, memory_order_relaxed);
}

int64_t metric_get(enum metric m)
{
    return atomic_load_explicit(&values[m], memory_order_relaxed);
}

void metric_write(struct buf *out)
{
    struct str before = STR("");
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        struct str name = str_of(facts[i].name);
        struct str family = str_sub(name, 0, str_find(name, '{'));
        if (!str_eq(family, before))
            buf_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_FMT(family), facts[i].help,
                       STR_FMT(family), facts[i].kind);
        buf_printf(out, "%s %lld\n", facts[i].name, (long long)metric_get((enum metric)i));
        before = family;
    }
}
