/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/line: all that stands between us and one carrier: its binds, its pump, its inbox, and
 * what the operator wants of it.
 *
 *   OFF ──► ON ──► DRAINING (the last answers) ──► UNBINDING ──► OFF ──► ON again, if wanted
 *
 * A line lives as long as the outbox's slot of its carrier, so that what comes late finds it.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_LINE_H
#define NAVETTE_CARRIER_LINE_H

#include "carrier/carrier.h"

struct line;
struct probe_ask;
struct tap;

struct line_env {
    struct net_loop *loop;
    struct writer *writer;
    void (*on_off)(void *ctx); /* a line that is not wanted has ended */
    /* The figures changed in a way that should be seen at once. */
    void (*on_change)(void *ctx, struct line *line);
    void *ctx;
};

struct line *line_new(const struct line_env *env, struct outbox_slot *slot);
void line_free(struct line *line);

/* What is wanted from now on: a carrier of that directory, or NULL for off, which is then called
 * `off`: CARRIER_OFF or CARRIER_ELSEWHERE. Follows at once where the session does not depend on it,
 * else after a polite end. */
void line_want(struct line *line, const struct directory *d, const struct directory_carrier *c,
               enum carrier_state off);
bool line_is_off(const struct line *line);
void line_arrive(struct line *line, struct outgoing *o);
/* The store may have more for it. */
void line_look(struct line *line);
/* As pump_pass. */
void line_pass(struct line *line);
/* Once a second. */
void line_tick(struct line *line);
/* Somebody looks on at its sessions, until he leaves. */
void line_trace(struct line *line, struct tap *tap);
/* Finds out how the carrier behaves: carrier/probe. */
void line_probe(struct line *line, const struct directory *d, const struct directory_carrier *c,
                const struct probe_ask *ask, struct tap *tap);
/* Nobody looks on any more, and nothing is probed. */
void line_end_looks(struct line *line);
void line_status(const struct line *line, struct carrier_status *out);
int64_t line_carrier_id(const struct line *line);

#endif
