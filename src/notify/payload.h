/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify/payload: an errand's events as the request that tells them, in the account's profile.
 *
 *   ovh       receipt: GET, id ptt date description descriptionDlr dlr behind the URL's query;
 *             reply, STOP, CGI: POST, form of id senderid message keyword shortcode tag
 *   octopush  POST, JSON, one event each
 *   navette   POST, JSON, all events of the errand at once, signed as Standard Webhooks
 *             (standardwebhooks.com: webhook-id, webhook-timestamp, webhook-signature)
 *
 * Owner: everything lives in the arena given. Threads: pure.
 */
#ifndef NAVETTE_NOTIFY_PAYLOAD_H
#define NAVETTE_NOTIFY_PAYLOAD_H

#include "core/errand.h"
#include "net/calls.h"

struct payload_for {
    const struct errand *errand;
    struct str secret;     /* "whsec_…"; n 0: not signed */
    struct str timezone;   /* of the account: dates without a zone are local */
    const char *mail_from; /* when the notification has none */
    int64_t now_us;        /* stands in the signature */
};

/* Are all events told by one request? Else it is one each. */
bool payload_is_whole(const struct errand *e);
/* Fills url, headers, body, mail of the call for these lines of the errand's body: one, or all when
 * payload_is_whole. ERR_MALFORMED: they cannot be read. */
enum err payload_fill(struct net_call *call, struct arena *a, const struct payload_for *what,
                      struct str lines) MUST_CHECK;

/* `pairs` ("a=1&b=2") behind the URL's query; a fragment goes. */
struct str payload_url(struct arena *a, struct str url, struct str pairs);
/* "v1,…": base64 of HMAC-SHA-256 over id.timestamp.body. n 0: the secret cannot be read. */
struct str payload_signature(struct arena *a, struct str secret, struct str id, int64_t at_s,
                             struct str body);

#endif
