/* SPDX-License-Identifier: Apache-2.0 */
/* STAND-IN: it only writes down that there was an answer. */
#include "core/reply.h"

enum err reply_finish(struct core *c, struct store_tx *tx)
{
    (void)c;
    (void)tx;
    return OK;
}

enum err reply_answer(struct core *c, struct store_tx *tx, int64_t incoming_id, struct str text)
{
    static struct db_query note = DB_QUERY("UPDATE incoming SET started = $2 WHERE id = $1");
    (void)c;
    return db_run(tx->view.db, &note, DB_ARGS(DB_INT(incoming_id), DB_TEXT(text)), NULL);
}
