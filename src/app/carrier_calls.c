/* SPDX-License-Identifier: Apache-2.0 */
#include "app/carrier_calls.h"

#include "app/carrier_json.h"

static json_t *carrier_status_json(void *ctx, int64_t carrier_id)
{
    struct carrier_status st;
    if (!carriers_status(*(struct carriers *const *)ctx, carrier_id, &st))
        return NULL;
    return carrier_json(&st);
}

static void carrier_metrics(void *ctx, struct buf *out)
{
    carriers_metrics(*(struct carriers *const *)ctx, out);
}

static void carrier_trace(void *ctx, struct tap *tap)
{
    carriers_trace(*(struct carriers *const *)ctx, tap);
}

static void carrier_probe(void *ctx, const struct probe_ask *ask, struct tap *tap)
{
    carriers_probe(*(struct carriers *const *)ctx, ask, tap);
}

static void carrier_try(void *ctx, struct trial *trial)
{
    carriers_try(*(struct carriers *const *)ctx, trial);
}

void carrier_calls_fill(struct api_config *config, struct carriers *const *carriers)
{
    config->carrier_status = carrier_status_json;
    config->carrier_metrics = carrier_metrics;
    config->carrier_trace = carrier_trace;
    config->carrier_probe = carrier_probe;
    config->carrier_try = carrier_try;
    config->ctx = (void *)(uintptr_t)carriers;
}
