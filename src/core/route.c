/* SPDX-License-Identifier: Apache-2.0 */
/* Which carrier a message goes to. */
#include "core/core_base.h"

enum err route_next(struct core *c, struct store_tx *tx, const struct message *m, struct str why,
                    bool *moved)
{
    *moved = false;
    return OK;
}
