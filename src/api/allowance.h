/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/allowance: how many requests one who asks may still make: ALLOWANCE_BURST at once, and
 * ALLOWANCE_A_SECOND on and on.
 *
 * ALLOWANCE_KEPT askers are remembered; the one that was forgotten begins anew.
 * Owner: who calls allowance_free. Threads: one at a time. Source: the generic cell rate algorithm
 * (ITU-T I.371): one time an asker says it all.
 */
#ifndef NAVETTE_API_ALLOWANCE_H
#define NAVETTE_API_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

enum { ALLOWANCE_A_SECOND = 50, ALLOWANCE_BURST = 500, ALLOWANCE_KEPT = 8192 };

struct allowance;

struct allowance_left {
    unsigned requests; /* that can be made now */
    unsigned full_s;   /* until all of the burst is there again */
    unsigned wait_s;   /* after a refusal: until one more is taken */
};

struct allowance *allowance_new(void);
void allowance_free(struct allowance *a);
/* One more of `asker`, a well mixed number; false when it is one too many. */
bool allowance_take(struct allowance *a, uint64_t asker, int64_t now_us,
                    struct allowance_left *left);

#endif
