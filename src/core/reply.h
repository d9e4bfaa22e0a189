/* SPDX-License-Identifier: Apache-2.0 */
/* core/reply: STAND-IN: what a program's answer starts stands on the branch of replies. */
#ifndef NAVETTE_CORE_REPLY_H
#define NAVETTE_CORE_REPLY_H

#include "core/core.h"

enum err reply_finish(struct core *c, struct store_tx *tx) MUST_CHECK;
enum err reply_answer(struct core *c, struct store_tx *tx, int64_t incoming_id,
                      struct str text) MUST_CHECK;

#endif
