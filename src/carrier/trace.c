/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/trace.h"

#include "base/clock.h"

static void see(const struct smpp_look *look, bool out, struct str pdu)
{
    const struct trace_point *at = (const struct trace_point *)look;
    struct tap_head head = {.at_us = clock_now_us(),
                            .session = bind_session(at->bind),
                            .bind = at->number,
                            .mode = bind_mode(at->bind),
                            .out = out,
                            .length = (uint32_t)pdu.n};
    for (size_t i = 0; i < at->trace->taps_n; i++)
        tap_put(at->trace->taps[i], &head, pdu);
    if (at->trace->other)
        at->trace->other->see(at->trace->other, out, pdu);
}

void trace_add(struct trace *t, struct tap *tap)
{
    if (t->taps_n == TRACE_TAPS_MAX) {
        tap_close(tap);
        return;
    }
    t->taps[t->taps_n++] = tap;
    tap_begin(tap, clock_now_us());
}

void trace_follow(struct trace *t, const struct binds *binds)
{
    if (!t->taps_n && !t->other && !t->on)
        return;
    for (size_t i = t->taps_n; i-- > 0;)
        if (tap_is_left(t->taps[i])) {
            tap_close(t->taps[i]);
            t->taps[i] = t->taps[--t->taps_n];
        }
    t->on = t->taps_n || t->other;
    for (size_t i = 0; i < binds->made; i++) {
        t->points[i] = (struct trace_point){{see}, t, binds->at[i], (uint32_t)i + 1};
        bind_look_on(binds->at[i], t->on ? &t->points[i].look : NULL);
    }
}

void trace_close(struct trace *t)
{
    while (t->taps_n)
        tap_close(t->taps[--t->taps_n]);
}
