/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/metric: process-wide counters and gauges, generated from metric.def.
 * Threads: all; relaxed atomics.
 */
#ifndef NAVETTE_BASE_METRIC_H
#define NAVETTE_BASE_METRIC_H

#include "base/buf.h"

enum metric {
#define METRIC(name, kind, text, help) METRIC_##name,
#include "base/metric.def"
#undef METRIC
    METRIC_COUNT
};

void metric_add(enum metric m, int64_t by);
void metric_set(enum metric m, int64_t value);
int64_t metric_get(enum metric m);
/* All of them in the Prometheus text format. */
void metric_write(struct buf *out);

#endif
