/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/trial: does a carrier take a bind with these settings? Asked by api/, answered by carrier/;
 * nothing is sent and nothing is kept.
 *
 * Owner: the asker, who gives it away with the question and has it back with the answer.
 */
#ifndef NAVETTE_CORE_TRIAL_H
#define NAVETTE_CORE_TRIAL_H

#include "base/mailbox.h"
#include "core/carrier_settings.h"

enum { TRIAL_BINDS = 2, TRIAL_TEXT = 120 };

struct trial_bind {
    const char *mode; /* "trx", "tx" or "rx" */
    bool bound;
    int64_t took_us;
    uint32_t status; /* the carrier's refusal; 0: none */
    char error[TRIAL_TEXT];
    char peer[TRIAL_TEXT];
};

struct trial {
    struct letter letter; /* first: the way there and back; deliver is the asker's */
    struct mailbox *home;
    const struct carrier_settings *settings; /* read without a refusal */
    bool busy;                               /* another one was under way: nothing was tried */
    struct trial_bind binds[TRIAL_BINDS];
    size_t binds_n;
};

#endif
