/* SPDX-License-Identifier: Apache-2.0 */
#include "app/carrier_json.h"

#include "api/present.h"
#include "base/clock.h"
#include "smpp/pdu.h"

/* A carrier that refuses in many ways is shown with the ways that matter. */
enum { REFUSED_SHOWN = 5 };

static json_t *milliseconds(int64_t us)
{
    return us ? json_real((double)us / (double)MS_US) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? present_text(str_of(text)) : json_null();
}

static json_t *sessions(const struct carrier_status *s)
{
    json_t *out = json_array();
    for (size_t i = 0; i < s->sessions_n; i++) {
        const struct carrier_session *session = &s->sessions[i];
        json_array_append_new(out, json_pack("{s:s, s:s, s:o, s:o, s:o, s:i}", "mode",
                                             session->mode, "state", session->state, "peer",
                                             text_or_null(session->peer), "since",
                                             present_time(session->since_us), "heard_at",
                                             present_time(session->heard_us), "window_used",
                                             (int)session->window_used));
    }
    return out;
}

static json_t *refused(const struct carrier_status *s)
{
    json_t *out = json_array();
    uint64_t other = s->refused_else;
    for (size_t i = 0; i < s->refused_n; i++)
        if (i < REFUSED_SHOWN)
            json_array_append_new(out, json_pack("{s:s, s:I}", "status",
                                                 smpp_status_name(s->refused[i].status), "count",
                                                 (json_int_t)s->refused[i].n));
        else
            other += s->refused[i].n;
    if (other)
        json_array_append_new(
            out, json_pack("{s:s, s:I}", "status", "other", "count", (json_int_t)other));
    return out;
}

static void add_counts(json_t *out, const struct carrier_status *s)
{
    const struct {
        const char *name;
        int64_t n;
    } counts[] = {
        {"binds", s->binds},
        {"binds_wanted", s->binds_wanted},
        {"window_used", s->window_used},
        {"window_size", s->window_size},
        {"rate_now", s->rate_now},
        {"active", s->active},
        {"submits", (int64_t)s->submits},
        {"receipts", (int64_t)s->receipts},
        {"incoming", (int64_t)s->incoming},
        {"throttles", (int64_t)s->throttles},
        {"reconnects", (int64_t)s->reconnects},
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(out, counts[i].name, json_integer(counts[i].n));
}

json_t *carrier_json(const struct carrier_status *s)
{
    json_t *out = json_object();
    json_object_set_new(out, "state", json_string(carrier_state_name(s->state)));
    json_object_set_new(out, "since", present_time(s->since_us));
    json_object_set_new(out, "limit", text_or_null(s->limit));
    json_object_set_new(out, "why", text_or_null(s->why));
    json_object_set_new(out, "error", text_or_null(s->error));
    json_object_set_new(out, "error_at", present_time(s->error_at_us));
    add_counts(out, s);
    json_object_set_new(out, "rate_limit",
                        s->rate_limit ? json_integer(s->rate_limit) : json_null());
    json_object_set_new(out, "oldest_due_at", present_time(s->oldest_due_at_us));
    json_object_set_new(out, "response_p50_ms", milliseconds(s->response_p50_us));
    json_object_set_new(out, "response_p99_ms", milliseconds(s->response_p99_us));
    json_object_set_new(out, "refused", refused(s));
    json_object_set_new(out, "sessions", sessions(s));
    return out;
}
