/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message_state.h"

enum end { OPEN, FINAL };

static const struct state_fact {
    enum message_state state;
    const char *name;
    enum end end;
} facts[] = {
#define STATE(n, number, text, e, meaning) {MESSAGE_##n, text, e},
#include "store/message_state.def"
#undef STATE
};
enum { STATES = sizeof(facts) / sizeof(facts[0]) };

#define BIT(state) (1u << MESSAGE_##state)

/* Where each open state may go. */
static const unsigned moves[] = {
    [MESSAGE_SCHEDULED] = BIT(QUEUED) | BIT(EXPIRED) | BIT(CANCELLED) | BIT(REFUSED),
    /* SENT again: with the carrier that had taken it before it went on to another one */
    [MESSAGE_QUEUED] = BIT(SENDING) | BIT(SENT) | BIT(EXPIRED) | BIT(CANCELLED) | BIT(REFUSED),
    [MESSAGE_SENDING] = BIT(SCHEDULED) | BIT(QUEUED) | BIT(SENT) | BIT(IN_DOUBT) | BIT(EXPIRED) |
                        BIT(REJECTED) | BIT(REFUSED) | BIT(UNKNOWN),
    [MESSAGE_SENT] = BIT(QUEUED) | BIT(DELIVERED) | BIT(UNDELIVERED) | BIT(EXPIRED) |
                     BIT(REJECTED) | BIT(UNKNOWN),
    [MESSAGE_IN_DOUBT] = BIT(QUEUED) | BIT(DELIVERED) | BIT(UNKNOWN),
};

const char *message_state_name(enum message_state state)
{
    for (size_t i = 0; i < STATES; i++)
        if (facts[i].state == state)
            return facts[i].name;
    return "?";
}

enum err message_state_parse(enum message_state *out, struct str name)
{
    for (size_t i = 0; i < STATES; i++)
        if (str_eq(name, str_of(facts[i].name))) {
            *out = facts[i].state;
            return OK;
        }
    return ERR_INVALID;
}

bool message_state_final(enum message_state state)
{
    for (size_t i = 0; i < STATES; i++)
        if (facts[i].state == state)
            return facts[i].end == FINAL;
    return false;
}

bool message_state_may(enum message_state from, enum message_state to)
{
    return (size_t)from < sizeof(moves) / sizeof(moves[0]) && (moves[from] >> to & 1u);
}

enum message_state message_state_nth(size_t n)
{
    return n < STATES ? facts[n].state : (enum message_state)0;
}
