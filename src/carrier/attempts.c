/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/attempts.h"

#include "base/clock.h"
#include "smpp/pdu.h"

static const int64_t stable_us = 60 * SEC_US; /* bound that long, the next loss starts afresh */

static bool is_wrong_login(uint32_t status)
{
    return status == ESME_RBINDFAIL || status == ESME_RINVPASWD || status == ESME_RINVSYSID ||
           status == ESME_RINVSYSTYP;
}

void attempts_begin(struct attempts *a, size_t hosts_n, int64_t least_us, int64_t most_us)
{
    *a = (struct attempts){.hosts_n = hosts_n, .made = a->made};
    a->backoff = (struct backoff){.least_us = least_us, .most_us = most_us};
    backoff_reset(&a->backoff);
}

void attempts_bound(struct attempts *a)
{
    a->refused = 0;
}

static int64_t next_pause_us(struct attempts *a, const struct attempt_end *end, uint64_t random)
{
    if (end->refusal == ESME_RALYBND)
        return backoff_moderate(&a->backoff, random);
    bool at_once = end->in_order && end->held_us >= a->backoff.next_us;
    int64_t pause_us = backoff_take(&a->backoff, random);
    return at_once ? 0 : pause_us;
}

void attempts_ended(struct attempts *a, const struct attempt_end *end, uint64_t random)
{
    bool wrong_login = is_wrong_login(end->refusal);
    bool decided = end->was_bound || wrong_login || end->refusal == ESME_RALYBND;
    if (!decided && a->host + 1 < a->hosts_n) {
        a->host++;
        a->pause_us = 0;
        return;
    }
    a->host = 0;
    if (end->held_us >= stable_us)
        backoff_reset(&a->backoff);
    if (wrong_login) {
        a->refused = end->refusal;
        backoff_slowest(&a->backoff);
    }
    a->pause_us = next_pause_us(a, end, random);
}
