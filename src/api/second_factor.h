/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/second_factor: codes of TOTP, and recovery codes in their place; each counts once.
 * Threads: the writer's.
 */
#ifndef NAVETTE_API_SECOND_FACTOR_H
#define NAVETTE_API_SECOND_FACTOR_H

#include "core/refusal.h"
#include "store/member.h"

enum { SECOND_FACTOR_CODES = 10, SECOND_FACTOR_CODE_SIZE = 20 };

/* Uses a code up, of a member read in this transaction; ERR_UNAUTHORIZED, told in *why, for one
 * that does not hold. */
enum err second_factor_take(struct store_tx *tx, const struct member *m, struct str code,
                            struct refusal *why) MUST_CHECK;
/* New recovery codes, in place of those before: "ABCD-EFGH-IJKL-MNOP", 80 bits. */
enum err second_factor_recovery(struct store_tx *tx, int64_t member_id,
                                char codes[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE])
    MUST_CHECK;

#endif
