/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/news: what a line tells people: the lines of the log, and the latest reason why it was
 * not bound. What stays the same is not said again and again. Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_NEWS_H
#define NAVETTE_CARRIER_NEWS_H

#include "base/log.h"
#include "carrier/binds.h"
#include "carrier/carrier.h"

/* Zeroed: nothing happened yet. */
struct news {
    char label[LOG_SAFE_SIZE];
    char error[CARRIER_ERROR_SIZE];
    int64_t error_at_us;
    uint32_t refused; /* the refusal that was logged last; 0 once no login is refused */
    int64_t refused_at_us;
    bool was_throttled;
};

void news_error(struct news *news, const char *reason, uint32_t status);
void news_bound(struct news *news, const struct bind *b, const struct binds *all);
/* A session, or an attempt, ended; `wanted`: by us, for good. status: the refusal of the bind. */
void news_lost(struct news *news, const struct bind *b, const char *reason, uint32_t status,
               bool wanted);
void news_throttled(struct news *news, bool throttled);

#endif
