/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/metrics: figures by carrier in the Prometheus text format, with the label carrier="name".
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_METRICS_H
#define NAVETTE_CARRIER_METRICS_H

#include "carrier/carrier.h"

struct metrics_row {
    const char *name;
    const struct carrier_status *status;
};

void metrics_write(struct buf *out, const struct metrics_row *rows, size_t n);

#endif
