/* SPDX-License-Identifier: Apache-2.0 */
/* What others see of a bind. */
#include "base/clock.h"
#include "carrier/bind_inside.h"

void bind_look_on(struct bind *b, const struct smpp_look *look)
{
    b->look = look;
    if (b->session)
        smpp_session_look_on(b->session, look);
}

void bind_figures(const struct bind *b, struct bind_figures *out)
{
    int64_t now_us = clock_mono_us();
    int64_t to_wall_us = clock_now_us() - now_us;
    *out = (struct bind_figures){0};
    if (b->state == BIND_WAITING && b->retry_at_us > now_us)
        out->next_attempt_us = b->retry_at_us - now_us;
    if (b->state != BIND_BOUND || !b->session)
        return;
    int64_t heard_us, due_us;
    smpp_session_times(b->session, &heard_us, &due_us);
    out->since_us = b->health.since_us + to_wall_us;
    out->heard_us = heard_us + to_wall_us;
    out->window_used = smpp_session_window_used(b->session);
    out->wire_full = b->wire_full;
    if (due_us != INT64_MAX)
        out->oldest_us = now_us - (due_us - b->settings.response_timeout_us);
}

enum bind_state bind_state(const struct bind *b)
{
    return b->state;
}

enum smpp_mode bind_mode(const struct bind *b)
{
    return b->settings.mode;
}

bool bind_can_submit(const struct bind *b)
{
    return b->state == BIND_BOUND && !b->over && b->settings.mode & SMPP_TX &&
           smpp_session_state(b->session) == SMPP_BOUND;
}

uint32_t bind_room(struct bind *b)
{
    if (!bind_can_submit(b))
        return 0;
    b->wire_full = output_waiting(&b->out, b->conn) > SUBMIT_LIMIT;
    return b->wire_full ? 0 : smpp_session_window_free(b->session);
}

uint32_t bind_refused(const struct bind *b)
{
    return b->attempts.refused;
}

uint64_t bind_session(const struct bind *b)
{
    return b->session_number;
}

uint64_t bind_reconnects(const struct bind *b)
{
    return b->attempts.made ? b->attempts.made - 1 : 0;
}

const char *bind_peer(const struct bind *b)
{
    return b->conn ? net_conn_peer(b->conn) : "";
}

int64_t bind_pause_us(const struct bind *b)
{
    return b->attempts.pause_us;
}
