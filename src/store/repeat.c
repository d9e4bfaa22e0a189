/* SPDX-License-Identifier: Apache-2.0 */
#include "store/repeat.h"

enum err store_repeat_find(struct str *answer, struct store_view *view, int64_t user_id,
                           struct str ref, int64_t not_before_us)
{
    static struct db_query find = DB_QUERY("SELECT answer FROM repeat_guard WHERE user_id = $1 "
                                           "AND ref = $2 AND created_at >= $3");
    struct db_rows rows = db_rows_open(
        view->db, &find, DB_ARGS(DB_INT(user_id), DB_TEXT(ref), DB_INT(not_before_us)));
    bool found = db_rows_next(&rows);
    if (found)
        *answer = arena_str(view->arena, db_rows_text(&rows, 0));
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_repeat_keep(struct store_tx *tx, int64_t user_id, struct str ref, struct str answer)
{
    static struct db_query keep =
        DB_QUERY("INSERT INTO repeat_guard (user_id, ref, created_at, answer) "
                 "VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, ref) DO UPDATE SET "
                 "created_at = excluded.created_at, answer = excluded.answer");
    return db_run(tx->view.db, &keep,
                  DB_ARGS(DB_INT(user_id), DB_TEXT(ref), DB_INT(tx->now_us), DB_TEXT(answer)),
                  NULL);
}

enum err store_repeat_forget(struct store_tx *tx, int64_t before_us)
{
    static struct db_query forget = DB_QUERY("DELETE FROM repeat_guard WHERE created_at < $1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(before_us)), NULL);
}
