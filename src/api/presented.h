/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/presented: what a request shows to say who asks: a key in Authorization (RFC 6750, 2.1) or a
 * cookie (RFC 6265, 5.4). Strangers write these bytes. Views into the header. Threads: pure.
 */
#ifndef NAVETTE_API_PRESENTED_H
#define NAVETTE_API_PRESENTED_H

#include "base/str.h"

#define SESSION_COOKIE "navette_session"
#define DEVICE_COOKIE  "navette_device"

/* ERR_UNAUTHORIZED for anything but "Bearer nvt_" and a secret of the right shape. */
enum err presented_key(struct str *key, struct str authorization) MUST_CHECK;
/* The first cookie of this name whose value has the shape of a secret. */
bool presented_cookie(struct str *secret, struct str cookies, struct str name);

#endif
