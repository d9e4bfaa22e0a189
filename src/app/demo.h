/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/demo: what `navette serve --demo` adds: an account, a user, a sender, and a carrier that is
 * the simulator, in a thread of this process. The data is made through the administration socket,
 * as anybody would.
 * Threads: main.
 */
#ifndef NAVETTE_APP_DEMO_H
#define NAVETTE_APP_DEMO_H

#include "app/config.h"

#include <stdint.h>

struct demo;

/* Starts the simulator. ERR_IO with the cause logged. */
enum err demo_start(struct demo **out, const struct config *config) MUST_CHECK;
/* "http://127.0.0.1:2780/"; lives with the demo. */
const char *demo_phones_url(const struct demo *demo);
/* Makes the demo data where it is missing and prints what to do with it. */
enum err demo_fill(struct demo *demo, const char *socket_path, const char *http_url) MUST_CHECK;
/* Asks the server nothing more; before it stops. NULL is fine, here and below. */
void demo_settle(struct demo *demo);
void demo_stop(struct demo *demo);

#endif
