/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/outcome.h"

enum { ALWAYS = OUTCOME_ALWAYS, ENDING_DIGITS = 4, ENDING_FIRST = 9900 };

static const struct outcome outcomes[OUTCOME_COUNT] = {
#define OUTCOME(id, digits, word, status, n, when, receipts, last, code, says, en, fr) \
    [OUTCOME_##id] = {.name = (word),                                                  \
                      .ending = (digits),                                              \
                      .refusal_status = (status),                                      \
                      .times = (n),                                                    \
                      .answer = ANSWER_##when,                                         \
                      .receipt = RECEIPT_##receipts,                                   \
                      .state = SMPP_STATE_##last,                                      \
                      .error = (code),                                                 \
                      .reply = REPLY_##says,                                           \
                      .english = (en),                                                 \
                      .french = (fr)},
#include "sim/outcome.def"
#undef OUTCOME
};

/* Three parts in the GSM alphabet: between 307 and 459 septets. */
static const char long_reply[] =
    "Thank you for your message. I read it on the way to the office, and as the train stands still "
    "I have all the time in the world to answer: yes, the parcel may come on Thursday between nine "
    "and noon, the code of the door is on the bell, and the neighbour on the second floor takes it "
    "if nobody opens. Please do not leave it in the rain as last time. See you soon, and have a "
    "good day!";

const struct outcome *outcome_at(enum outcome_id id)
{
    return &outcomes[id];
}

enum outcome_id outcome_of(struct str recipient)
{
    if (recipient.n < ENDING_DIGITS)
        return OUTCOME_DELIVERED;
    unsigned ending = 0;
    for (size_t i = recipient.n - ENDING_DIGITS; i < recipient.n; i++) {
        if (recipient.p[i] < '0' || recipient.p[i] > '9')
            return OUTCOME_DELIVERED;
        ending = ending * 10 + (unsigned)(recipient.p[i] - '0');
    }
    if (ending < ENDING_FIRST)
        return OUTCOME_DELIVERED;
    for (size_t i = 1; i < OUTCOME_COUNT; i++)
        if (outcomes[i].ending == ending)
            return (enum outcome_id)i;
    return OUTCOME_DELIVERED;
}

const char *outcome_reply_text(enum outcome_reply reply)
{
    switch (reply) {
    case REPLY_OK:
        return "OK";
    case REPLY_STOP:
        return "STOP";
    case REPLY_LONG:
        return long_reply;
    case REPLY_NOTHING:
    case REPLY_ECHO:
        break;
    }
    return NULL;
}
