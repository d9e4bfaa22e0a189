/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/carrier_json: how a carrier's link is, as the API shows it. Threads: pure.
 */
#ifndef NAVETTE_APP_CARRIER_JSON_H
#define NAVETTE_APP_CARRIER_JSON_H

#include "carrier/carrier.h"

#include <jansson.h>

/* A new reference. */
json_t *carrier_json(const struct carrier_status *s);

#endif
