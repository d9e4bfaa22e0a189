/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/metrics.h"

#include "base/clock.h"
#include "smpp/pdu.h"

static void write_head(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP navette_carrier_%s %s\n# TYPE navette_carrier_%s %s\n", name, help,
               name, kind);
}

/* A label's value: backslash, quote and line feed are escaped. */
static void write_name(struct buf *out, const char *metric, const char *carrier)
{
    buf_printf(out, "navette_carrier_%s{carrier=\"", metric);
    for (const char *c = carrier; *c; c++) {
        if (*c == '\\' || *c == '"')
            buf_add_u8(out, '\\');
        if (*c == '\n')
            buf_add_str(out, STR("\\n"));
        else
            buf_add(out, c, 1);
    }
    buf_add_u8(out, '"');
}

/* ---- plain figures ---- */

struct figure {
    const char *name;
    const char *kind;
    const char *help;
    int64_t (*of)(const struct carrier_status *s);
};

#define OF(member)                                             \
    static int64_t of_##member(const struct carrier_status *s) \
    {                                                          \
        return (int64_t)s->member;                             \
    }
OF(window_used)
OF(window_size)
OF(active)
OF(binds)
OF(binds_wanted)
OF(rate_now)
OF(rate_limit)
OF(submits)
OF(receipts)
OF(incoming)
OF(throttles)
OF(reconnects)
#undef OF

static const struct figure figures[] = {
    {"window_used", "gauge", "submit_sm unanswered", of_window_used},
    {"window_size", "gauge", "submit_sm unanswered at once, at most", of_window_size},
    {"active_messages", "gauge", "Messages in memory on their way out", of_active},
    {"binds", "gauge", "Sessions that are bound", of_binds},
    {"binds_wanted", "gauge", "Sessions that should be bound", of_binds_wanted},
    {"rate_now", "gauge", "Parts submitted in the last second", of_rate_now},
    {"rate_limit", "gauge", "Parts a second, at most, for now; 0 for no limit", of_rate_limit},
    {"submits_total", "counter", "Parts submitted", of_submits},
    {"receipts_total", "counter", "Receipts that the carrier sent", of_receipts},
    {"incoming_total", "counter", "Incoming parts that the carrier sent", of_incoming},
    {"throttles_total", "counter", "Pauses the carrier asked for", of_throttles},
    {"reconnects_total", "counter", "Attempts to connect after the first", of_reconnects},
};

static void write_figures(struct buf *out, const struct metrics_row *rows, size_t n)
{
    for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]); f++) {
        write_head(out, figures[f].name, figures[f].kind, figures[f].help);
        for (size_t i = 0; i < n; i++) {
            write_name(out, figures[f].name, rows[i].name);
            buf_printf(out, "} %lld\n", (long long)figures[f].of(rows[i].status));
        }
    }
}

/* ---- with more labels ---- */

static void write_states(struct buf *out, const struct metrics_row *rows, size_t n)
{
    write_head(out, "state", "gauge", "1 for the state the carrier is in");
    for (size_t i = 0; i < n; i++)
        for (int s = 0; s < CARRIER_STATES; s++) {
            write_name(out, "state", rows[i].name);
            buf_printf(out, ",state=\"%s\"} %d\n", carrier_state_name((enum carrier_state)s),
                       rows[i].status->state == (enum carrier_state)s);
        }
}

/* Only the one that holds: there are many, and a carrier has one at a time. */
static void write_limits(struct buf *out, const struct metrics_row *rows, size_t n)
{
    write_head(out, "limit", "gauge", "1 for what keeps it from sending more");
    for (size_t i = 0; i < n; i++) {
        if (!rows[i].status->limit)
            continue;
        write_name(out, "limit", rows[i].name);
        buf_printf(out, ",limit=\"%s\"} 1\n", rows[i].status->limit);
    }
}

static void write_refused(struct buf *out, const struct metrics_row *rows, size_t n)
{
    write_head(out, "refused_total", "counter",
               "Submits answered with an error, by command_status");
    for (size_t i = 0; i < n; i++) {
        const struct carrier_status *s = rows[i].status;
        for (size_t r = 0; r < s->refused_n; r++) {
            write_name(out, "refused_total", rows[i].name);
            buf_printf(out, ",status=\"%s\"} %llu\n", smpp_status_name(s->refused[r].status),
                       (unsigned long long)s->refused[r].n);
        }
        if (!s->refused_else)
            continue;
        write_name(out, "refused_total", rows[i].name);
        buf_printf(out, ",status=\"other\"} %llu\n", (unsigned long long)s->refused_else);
    }
}

/* ---- response times ---- */

static double seconds(uint64_t us)
{
    return (double)us / (double)SEC_US;
}

static void write_responses(struct buf *out, const struct metrics_row *row)
{
    const struct carrier_status *s = row->status;
    for (unsigned i = CARRIER_WITHIN_LEAST; i <= CARRIER_WITHIN_MOST; i++) {
        write_name(out, "response_seconds_bucket", row->name);
        buf_printf(out, ",le=\"%g\"} %llu\n", seconds(UINT64_C(1) << i),
                   (unsigned long long)s->within[i - CARRIER_WITHIN_LEAST]);
    }
    write_name(out, "response_seconds_bucket", row->name);
    buf_printf(out, ",le=\"+Inf\"} %llu\n", (unsigned long long)s->responses);
    write_name(out, "response_seconds_sum", row->name);
    buf_printf(out, "} %.6f\n", seconds(s->responses_us));
    write_name(out, "response_seconds_count", row->name);
    buf_printf(out, "} %llu\n", (unsigned long long)s->responses);
}

void metrics_write(struct buf *out, const struct metrics_row *rows, size_t n)
{
    write_states(out, rows, n);
    write_limits(out, rows, n);
    write_figures(out, rows, n);
    write_refused(out, rows, n);
    write_head(out, "response_seconds", "histogram", "From submit_sm to its response");
    for (size_t i = 0; i < n; i++)
        write_responses(out, &rows[i]);
}
