/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/carrier: carriers and rates, as rows. What the settings of a carrier mean is the
 * business of core/carrier_settings.
 */
#ifndef NAVETTE_STORE_CARRIER_H
#define NAVETTE_STORE_CARRIER_H

#include "store/store.h"

struct carrier_row {
    int64_t id;
    struct str name;
    struct str settings; /* JSON */
    bool enabled;
    int64_t created_at_us;
};
enum err store_carrier_insert(struct store_tx *tx, const struct carrier_row *c) MUST_CHECK;
enum err store_carrier_update(struct store_tx *tx, const struct carrier_row *c) MUST_CHECK;
enum err store_carrier_list(struct carrier_row **out, size_t *n,
                            struct store_view *view) MUST_CHECK;
/* Its routes and numbers go with it. ERR_CONFLICT while messages wait for it or for its receipts.
 */
enum err store_carrier_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

struct rate {
    struct str prefix;
    int64_t credits; /* hundredths a part */
};
enum err store_rate_set(struct store_tx *tx, const struct rate *r) MUST_CHECK;
enum err store_rate_list(struct rate **out, size_t *n, struct store_view *view) MUST_CHECK;
enum err store_rate_delete(struct store_tx *tx, struct str prefix) MUST_CHECK;

#endif
