/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/clock: what time it is. Instants are UTC microseconds since 1970 (`_us`).
 *
 * clock_now_us may be frozen and moved by a scenario test (virtual time); clock_mono_us measures
 * distances, never jumps, goes on while the machine sleeps, and follows the virtual clock too while
 * there is one.
 * Threads: all; the virtual clock is set by a test before it starts threads.
 */
#ifndef NAVETTE_BASE_CLOCK_H
#define NAVETTE_BASE_CLOCK_H

#include <stdint.h>

#define MS_US   INT64_C(1000)
#define SEC_US  INT64_C(1000000)
#define MIN_US  (60 * SEC_US)
#define HOUR_US (60 * MIN_US)
#define DAY_US  (24 * HOUR_US)

int64_t clock_now_us(void);
int64_t clock_mono_us(void);

/* From now on both clocks stand at `now_us` until moved. 0 goes back to real time. */
void clock_set_virtual(int64_t now_us);
void clock_advance(int64_t by_us);

/* "2026-11-21T14:05:00.123456Z" with its NUL. */
enum { CLOCK_ISO_SIZE = 28 };
void clock_iso(char out[CLOCK_ISO_SIZE], int64_t at_us);

#endif
