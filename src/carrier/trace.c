/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/trace.h"

#include "base/clock.h"

static void on_pdu(void *ctx, bool out, struct str pdu)
{
    const struct trace_point *at = ctx;
    struct tap_head head = {.at_us = clock_now_us(),
                            .session = bind_session(at->bind),
                            .bind = at->number,
                            .mode = bind_mode(at->bind),
                            .out = out,
                            .length = (uint32_t)pdu.n};
    for (size_t i = 0; i < at->trace->taps_n; i++)
        tap_put(at->trace->taps[i], &head, pdu);
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

void trace_follow(struct trace *t, struct bind *const *binds, size_t n)
{
    if (!t->taps_n)
        return;
    for (size_t i = t->taps_n; i-- > 0;)
        if (tap_is_left(t->taps[i])) {
            tap_close(t->taps[i]);
            t->taps[i] = t->taps[--t->taps_n];
        }
    for (size_t i = 0; i < n && i < TRACE_BINDS_MAX; i++) {
        t->points[i] = (struct trace_point){t, binds[i], (uint32_t)i + 1};
        bind_look_on(binds[i], t->taps_n ? on_pdu : NULL, &t->points[i]);
    }
}

void trace_close(struct trace *t)
{
    while (t->taps_n)
        tap_close(t->taps[--t->taps_n]);
}
