/* SPDX-License-Identifier: Apache-2.0 */
/* notify/payload_base: what the profiles' files share. */
#ifndef NAVETTE_NOTIFY_PAYLOAD_BASE_H
#define NAVETTE_NOTIFY_PAYLOAD_BASE_H

#include "base/buf.h"
#include "notify/payload.h"

#include <jansson.h>

/* "" and 0 for what is not there. */
struct str payload_text(const json_t *event, const char *name);
int64_t payload_number(const json_t *event, const char *name);
/* "2026-11-21 15:05:00" in the account's zone. */
struct str payload_local(struct arena *a, const struct payload_for *what, int64_t at_us);
/* Appends "&name=value" (without & at first), percent-encoded. */
void payload_pair(struct buf *b, const char *name, struct str value);
void payload_post(struct net_call *call, struct arena *a, const struct buf *body, const char *type);
/* The body is this JSON; takes over the reference. */
void payload_post_json(struct net_call *call, struct arena *a, json_t *json);

enum err payload_ovh(struct net_call *call, struct arena *a, const struct payload_for *what,
                     const json_t *event) MUST_CHECK;
enum err payload_octopush(struct net_call *call, struct arena *a, const struct payload_for *what,
                          const json_t *event) MUST_CHECK;
enum err payload_navette(struct net_call *call, struct arena *a, const struct payload_for *what,
                         struct str lines) MUST_CHECK;
enum err payload_mail(struct net_call *call, struct arena *a, const struct payload_for *what,
                      const json_t *event) MUST_CHECK;

/* Subject and text of ERRAND_MAIL_PASSWORD and ERRAND_MAIL_INVITE. */
void payload_people(struct net_mail *m, struct arena *a, enum errand_kind kind,
                    const json_t *event);
/* The same of letters to an account; `at`: when, in its zone. */
void payload_account(struct net_mail *m, struct arena *a, enum errand_kind kind,
                     const json_t *event, struct str at);

#endif
