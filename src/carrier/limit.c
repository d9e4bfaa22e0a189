/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/limit.h"

#include "base/clock.h"

#include <stdio.h>

static const char *const names[] = {
#define LIMIT(NAME, name) [LIMIT_##NAME] = (name),
#include "carrier/limit.def"
#undef LIMIT
};

const char *limit_name(enum limit limit)
{
    return names[limit];
}

/* Of the link alone; LIMIT_NONE when it can submit. */
static enum limit of_link(const struct limit_figures *f)
{
    switch (f->state) {
    case CARRIER_OFF:
        return LIMIT_DISABLED;
    case CARRIER_ELSEWHERE:
        return LIMIT_ELSEWHERE;
    case CARRIER_ENDING:
        return LIMIT_ENDING;
    case CARRIER_REFUSED:
        return LIMIT_LOGIN;
    case CARRIER_DOWN:
        return LIMIT_DOWN;
    case CARRIER_CONNECTING:
        return LIMIT_CONNECTING;
    case CARRIER_BOUND:
    case CARRIER_THROTTLED:
    case CARRIER_STATES:
        break;
    }
    return LIMIT_NONE;
}

enum limit limit_find(const struct limit_figures *f)
{
    const struct {
        bool holds;
        enum limit limit;
    } of_flow[] = {
        {!f->lease_sure, LIMIT_LEASE},
        {f->uncommitted >= f->uncommitted_most, LIMIT_STORE},
        {f->reading_paused, LIMIT_INBOX},
        {f->throttled_us > 0, LIMIT_THROTTLED},
        {!f->waits, LIMIT_IDLE},
        {f->on_wire >= f->window, LIMIT_WINDOW},
        {f->wire_full, LIMIT_WIRE},
        {f->sender_waits, LIMIT_SENDER_RATE},
        {f->recipient_waits, LIMIT_RECIPIENT},
        {f->rate_waits, LIMIT_RATE},
    };
    enum limit limit = of_link(f);
    for (size_t i = 0; limit == LIMIT_NONE && i < sizeof(of_flow) / sizeof(of_flow[0]); i++)
        if (of_flow[i].holds)
            limit = of_flow[i].limit;
    return limit;
}

/* Seconds, rounded up: what is left is never told as 0. */
static long long seconds(int64_t us)
{
    return us > 0 ? (us + SEC_US - 1) / SEC_US : 0;
}

static void write_link(char *out, size_t size, enum limit limit, const struct limit_figures *f)
{
    const char *error = f->error;
    switch (limit) {
    case LIMIT_DISABLED:
        snprintf(out, size, "it is disabled: `navette carrier set NAME --enabled yes`");
        break;
    case LIMIT_ELSEWHERE:
        snprintf(out, size, "this server holds no place of it: others do, or none may");
        break;
    case LIMIT_ENDING:
        snprintf(out, size, "it is ending: %u answers are awaited", f->on_wire);
        break;
    case LIMIT_LOGIN:
        snprintf(out, size, "the carrier refuses the login; next attempt in %lld s: %s",
                 seconds(f->next_attempt_us), error);
        break;
    case LIMIT_DOWN:
        snprintf(out, size, "there is no session; next attempt in %lld s: %s",
                 seconds(f->next_attempt_us), error);
        break;
    default:
        snprintf(out, size, "an attempt to connect is under way%s%s",
                 error[0] ? "; before it: " : "", error);
    }
}

static void write_flow(char *out, size_t size, enum limit limit, const struct limit_figures *f)
{
    switch (limit) {
    case LIMIT_LEASE:
        snprintf(out, size, "the database has not confirmed this server: it must not send");
        break;
    case LIMIT_STORE:
        snprintf(out, size, "the store does not commit: %u outcomes wait for it", f->uncommitted);
        break;
    case LIMIT_INBOX:
        snprintf(out, size, "the store is slow: reading pauses, %zu from the carrier wait for it",
                 f->inbox_waiting);
        break;
    case LIMIT_THROTTLED:
        snprintf(out, size, "the carrier asked for a pause: %lld s are left",
                 seconds(f->throttled_us));
        break;
    case LIMIT_IDLE:
        snprintf(out, size, "nothing waits");
        break;
    case LIMIT_WINDOW:
        snprintf(out, size, "the window is full: %u answers are awaited, the oldest for %lld ms",
                 f->on_wire, (long long)(f->oldest_us / MS_US));
        break;
    case LIMIT_WIRE:
        snprintf(out, size, "the carrier does not read what is written to it");
        break;
    case LIMIT_SENDER_RATE:
        snprintf(out, size, "the rate of a sender, %lld parts a second: %u messages wait for it",
                 (long long)f->sender_rate, f->behind_sender);
        break;
    case LIMIT_RECIPIENT:
        snprintf(
            out, size,
            "earlier messages to the same recipients are on the wire: %u messages wait for them",
            f->behind_recipient);
        break;
    case LIMIT_RATE:
        snprintf(out, size, "the rate: %lld parts a second", (long long)f->rate);
        break;
    default:
        snprintf(out, size, "all is moving");
    }
}

void limit_write(char out[CARRIER_WHY_SIZE], enum limit limit, const struct limit_figures *f)
{
    if (limit <= LIMIT_CONNECTING)
        write_link(out, CARRIER_WHY_SIZE, limit, f);
    else
        write_flow(out, CARRIER_WHY_SIZE, limit, f);
}
