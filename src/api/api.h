/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/api: the HTTP face: http2sms, the REST resources, health and metrics, the docs page.
 *
 * Two doors: TCP for customers, and a Unix socket (mode 0600) for administration with operator
 * rights. The REST resources are served on both. Runs on one net_loop.
 * Threads: api_new and api_free before and after the loop runs; the rest on the loop's thread.
 */
#ifndef NAVETTE_API_API_H
#define NAVETTE_API_API_H

#include "base/buf.h"
#include "core/core.h"
#include "core/probe_ask.h"
#include "core/tap.h"
#include "core/trial.h"
#include "net/http.h"

/* Who signs in to a demo: app/demo makes this member. */
#define API_DEMO_EMAIL    "demo@navette.example"
#define API_DEMO_PASSWORD "demo-password"

struct api;

struct api_config {
    const char *http_address;  /* "127.0.0.1:8080" */
    const char *socket_path;   /* DIR/navette.sock */
    const char *more_info_url; /* for http2sms failures; NULL: our own docs page, by Host */
    const char *public_url;    /* where people find the panel; NULL: http_address */
    const char *proxies;       /* networks whose X-Forwarded-For is believed; NULL: none */
    const char *version;       /* of the program */
    const char *phones_url;    /* of the demo's phones; NULL: it is no demo */
    bool sends_mail;           /* a mail server is set */
    /* Live figures of the carriers, for carrier show and /metrics; app/ supplies them, because a
     * room beside this one keeps them. Both on the http thread. NULL: none. */
    json_t *(*carrier_status)(void *ctx, int64_t carrier_id); /* a new reference, or NULL */
    void (*carrier_metrics)(void *ctx, struct buf *out);
    /* Has the carrier's side fill the tap, or close it. */
    void (*carrier_trace)(void *ctx, struct tap *tap);
    void (*carrier_probe)(void *ctx, const struct probe_ask *ask, struct tap *tap);
    void (*carrier_try)(void *ctx, struct trial *trial);
    void *ctx;
};

enum err api_new(struct api **out, struct core *core, struct net_loop *loop,
                 const struct api_config *config) MUST_CHECK;
uint16_t api_http_port(const struct api *api);
/* /ready answers 503, no new connections; what was taken is still answered. */
void api_quiesce(struct api *api);
/* Requests not answered yet. Any thread. */
size_t api_pending(const struct api *api);
void api_free(struct api *api);

#endif
