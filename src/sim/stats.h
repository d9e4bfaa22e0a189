/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/stats: what one simulator counted since it started.
 * Threads: the simulator's own.
 */
#ifndef NAVETTE_SIM_STATS_H
#define NAVETTE_SIM_STATS_H

#include <stdint.h>

struct sim_stats {
    uint64_t submits;    /* submit_sm and data_sm that came */
    uint64_t taken;      /* of these, with a message id */
    uint64_t refused;    /* answered with another status than 0 */
    uint64_t unanswered; /* left without an answer, or its link was gone */
    uint64_t receipts;   /* taken by the customer (answered with 0) */
    uint64_t replies;    /* parts of answers, taken likewise */
    uint64_t retries;    /* deliver_sm that were refused or not answered, and go again */
    uint64_t dropped;    /* receipts and answers lost to a limit */
    uint64_t waiting;    /* receipts and answers not yet taken */
};

#endif
