/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/outcome: what the simulated carrier does with a message, from outcome.def.
 * Threads: pure.
 */
#ifndef NAVETTE_SIM_OUTCOME_H
#define NAVETTE_SIM_OUTCOME_H

#include "base/str.h"
#include "smpp/receipt.h"

enum outcome_id {
#define OUTCOME(id, ...) OUTCOME_##id,
#include "sim/outcome.def"
#undef OUTCOME
    OUTCOME_COUNT
};

enum outcome_answer { ANSWER_NOW, ANSWER_LATE, ANSWER_NEVER, ANSWER_CUT };

enum outcome_receipt {
    RECEIPT_NONE,
    RECEIPT_ONCE,
    RECEIPT_AT_ONCE,
    RECEIPT_TWICE,
    RECEIPT_LATE,
    RECEIPT_ENROUTE,
    RECEIPT_ACCEPTED,
};

enum outcome_reply { REPLY_NOTHING, REPLY_OK, REPLY_STOP, REPLY_LONG, REPLY_ECHO };

enum { OUTCOME_ALWAYS = 255, OUTCOME_LATE_FACTOR = 10 };

struct outcome {
    const char *name;
    unsigned ending; /* the last four digits; 0 for every other number */
    uint32_t refusal_status;
    unsigned times; /* the first so many submits of a message are refused, or cut */
    enum outcome_answer answer;
    enum outcome_receipt receipt;
    enum smpp_message_state state;
    uint32_t error;
    enum outcome_reply reply;
    const char *english;
    const char *french;
};

const struct outcome *outcome_at(enum outcome_id id);
enum outcome_id outcome_of(struct str recipient);
/* NULL for REPLY_NOTHING and REPLY_ECHO, whose text is that of the message. */
const char *outcome_reply_text(enum outcome_reply reply);

#endif
