/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/news.h"

#include "base/clock.h"

#include <stdio.h>

static const int64_t repeat_us = HOUR_US; /* a refusal that stays the same is logged that often */

static const char *mode_name(const struct bind *b)
{
    enum smpp_mode mode = bind_mode(b);
    return mode == SMPP_TX ? "tx" : mode == SMPP_RX ? "rx" : "trx";
}

void news_error(struct news *news, const char *reason, uint32_t status)
{
    snprintf(news->error, sizeof(news->error), "%s%s%s", reason, status ? ": " : "",
             status ? smpp_status_name(status) : "");
    news->error_at_us = clock_now_us();
}

void news_bound(struct news *news, const struct bind *b, const struct binds *all)
{
    struct binds_figures figures;
    binds_figures(all, &figures);
    if (!figures.refused)
        news->refused = 0;
    log_info("carrier_bound", "carrier=%s bind=%s peer=%s", news->label, mode_name(b),
             bind_peer(b));
}

/* Each bind is refused again and again until somebody corrects the login: one line will do. */
static bool is_known(struct news *news, uint32_t status)
{
    int64_t now_us = clock_mono_us();
    if (news->refused == status && now_us - news->refused_at_us < repeat_us)
        return true;
    news->refused = status;
    news->refused_at_us = now_us;
    return false;
}

void news_lost(struct news *news, const struct bind *b, const char *reason, uint32_t status,
               bool wanted)
{
    char safe[LOG_SAFE_SIZE];
    log_safe(safe, str_of(reason));
    long long retry_ms = bind_pause_us(b) / MS_US;
    if (!wanted)
        news_error(news, reason, status);
    if (wanted)
        log_info("carrier_unbound", "carrier=%s bind=%s reason=%s", news->label, mode_name(b),
                 safe);
    else if (!status)
        log_warn("carrier_lost", "carrier=%s bind=%s reason=%s retry_ms=%lld", news->label,
                 mode_name(b), safe, retry_ms);
    else if (!is_known(news, status))
        log_error("carrier_refused", "carrier=%s bind=%s status=%s retry_ms=%lld", news->label,
                  mode_name(b), smpp_status_name(status), retry_ms);
}

void news_throttled(struct news *news, bool throttled)
{
    if (throttled && !news->was_throttled)
        log_warn("carrier_throttled", "carrier=%s", news->label);
    news->was_throttled = throttled;
}
