/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/submit_log: one CSV line for every submit that reached the simulator, so that a test can
 * compare what was accepted somewhere with what arrived here. The columns are in docs/simulator.md.
 * Owner: submit_log_close writes what is left. Threads: one at a time.
 */
#ifndef NAVETTE_SIM_SUBMIT_LOG_H
#define NAVETTE_SIM_SUBMIT_LOG_H

#include "base/buf.h"
#include "text/udh.h"

struct submit_entry {
    int64_t at_us;
    uint64_t bind; /* the connection, counted from 1 */
    struct str system_id;
    uint32_t sequence;
    uint64_t message_id; /* 0 when refused */
    struct str sender, recipient;
    struct udh_concat concat;
    uint8_t data_coding;
    struct str text; /* bytes behind the UDH */
    uint32_t status; /* command_status of the answer, sent or not */
};

struct submit_log;

/* Appends to the file; a new one begins with the names of the columns. ERR_IO with the cause
 * logged. */
enum err submit_log_open(struct submit_log **out, const char *path) MUST_CHECK;
void submit_log_close(struct submit_log *log);

/* The line without its last column, which is known only when the answer was given. */
void submit_log_format(struct buf *out, const struct submit_entry *entry);
void submit_log_add(struct submit_log *log, struct str line, bool answered);
/* To be called at least every 100 ms. */
void submit_log_flush(struct submit_log *log);

#endif
