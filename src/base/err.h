/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/err: one enum for every failure, generated from err.def.
 *
 * A function that can fail returns `enum err`; 0 is success. Detect low, decide high: only who
 * decides logs, once. Memory exhaustion is no error here: it ends the process (base/arena).
 * Threads: all functions are pure.
 */
#ifndef NAVETTE_BASE_ERR_H
#define NAVETTE_BASE_ERR_H

#include <stdint.h>

enum err {
#define ERR(name, http, smpp, kind, text) ERR_##name,
#include "base/err.def"
#undef ERR
    ERR_COUNT
};
#define OK ERR_OK

enum err_kind { ERR_HARD, ERR_SOFT, ERR_OURS };

#define MUST_CHECK __attribute__((warn_unused_result))

const char *err_name(enum err e);
const char *err_text(enum err e);
int err_http_status(enum err e);
uint32_t err_smpp_status(enum err e);
enum err_kind err_kind_of(enum err e);

#endif
