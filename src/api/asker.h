/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/asker: who asked for a message, for a person to read.
 */
#ifndef NAVETTE_API_ASKER_H
#define NAVETTE_API_ASKER_H

#include "core/directory.h"
#include "store/message.h"

/* "user", "member", "key", "command_line" */
const char *asker_kind(enum message_asker kind);
/* Login, name or address; n 0: whoever it was is gone, or it was nobody. Lives in the view's arena
 * or in the directory. Threads: a view's. */
enum err asker_name(struct str *out, struct store_view *view, const struct message *m,
                    const struct directory *d) MUST_CHECK;

#endif
