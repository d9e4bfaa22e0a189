/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/probe_ask: what an operator asks of a carrier's probe, and how its lines are told apart in
 * the tap that they come through (tap_note).
 */
#ifndef NAVETTE_CORE_PROBE_ASK_H
#define NAVETTE_CORE_PROBE_ASK_H

#include <stdbool.h>
#include <stdint.h>

struct probe_ask {
    char to[24];   /* digits of a phone that may get the messages */
    char from[24]; /* sender */
    bool window_test;
    int64_t wait_us; /* for receipts, at most */
};

enum probe_note {
    PROBE_SAYS = 1, /* what it does */
    PROBE_FOUND,    /* what it has found out */
    PROBE_SETS,     /* "name=value": a setting that should change */
    PROBE_DONE,     /* that was all; without it the probe ended before it could judge */
};

#endif
