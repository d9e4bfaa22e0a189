/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/face_json: what the face shows, as JSON.
 * Owner: the caller of each function, by a reference. Threads: one at a time.
 */
#ifndef NAVETTE_SIM_FACE_JSON_H
#define NAVETTE_SIM_FACE_JSON_H

#include "sim/smsc.h"

#include <jansson.h>

json_t *face_json_message(const struct phone *phone, const struct phone_message *message,
                          struct arena *arena);
/* A phone with its newest message, whose text is cut. */
json_t *face_json_phone(const struct phone *phone, struct arena *arena);
json_t *face_json_outcomes(void);
/* Those that are not as by default: {"id_format":"hex"}. */
json_t *face_json_quirks(const struct quirks *quirks);
json_t *face_json_binds(const struct smsc *smsc);
json_t *face_json_counts(const struct sim_stats *stats);

#endif
