/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/carrier_calls: what the HTTP face asks of the carriers, a room beside it. Threads: as
 * api/api.h says of each.
 */
#ifndef NAVETTE_APP_CARRIER_CALLS_H
#define NAVETTE_APP_CARRIER_CALLS_H

#include "api/api.h"
#include "carrier/carrier.h"

/* *carriers is set before the first request, and lives as long as the face. */
void carrier_calls_fill(struct api_config *config, struct carriers *const *carriers);

#endif
