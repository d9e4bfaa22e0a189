/* SPDX-License-Identifier: Apache-2.0 */
#include "store/repeat.h"

enum err store_repeat_find(struct repeat *repeats, size_t n, struct store_view *view,
                           int64_t not_before_us)
{
    static struct db_query find = DB_QUERY_MANY(
        "SELECT answer FROM repeat_guard WHERE user_id = $1 AND ref = $2 AND created_at >= $3",
        "SELECT g.answer, v.row FROM UNNEST($1::bigint[], $2::text[], $3::bigint[]) "
        "WITH ORDINALITY AS v (user_id, ref, not_before, row) JOIN repeat_guard AS g "
        "ON g.user_id = v.user_id AND g.ref = v.ref AND g.created_at >= v.not_before");
    struct db_value *keys = ARENA_ARRAY(view->arena, n * 3, struct db_value);
    for (size_t i = 0; i < n; i++) {
        repeats[i].answer = (struct str){0};
        keys[3 * i] = DB_INT(repeats[i].user_id);
        keys[3 * i + 1] = DB_TEXT(repeats[i].ref);
        keys[3 * i + 2] = DB_INT(not_before_us);
    }
    struct db_rows rows = db_rows_many(view->db, &find, keys, 3, n);
    while (db_rows_next(&rows))
        repeats[rows.row].answer = arena_str(view->arena, db_rows_text(&rows, 0));
    return db_rows_close(&rows);
}

enum err store_repeat_keep(struct store_tx *tx, const struct repeat *repeats, size_t n,
                           int64_t not_before_us)
{
    /* In the place of a newer answer NULL is put, which the column refuses: so nobody has to wait
     * here for a count of what was written. */
#define KEEP(not_before)                                                          \
    "ON CONFLICT (user_id, ref) DO UPDATE SET created_at = excluded.created_at, " \
    "answer = CASE WHEN repeat_guard.created_at < " not_before " THEN excluded.answer END"
    static struct db_query keep = DB_QUERY_MANY(
        "INSERT INTO repeat_guard (user_id, ref, created_at, answer) VALUES ($1, $2, $3, $4) " KEEP(
            "$5"),
        "INSERT INTO repeat_guard (user_id, ref, created_at, answer) "
        "SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::text[]) " KEEP(
            "($5::bigint[])[1]"));
#undef KEEP
    enum { COLUMNS = 5 };
    struct db_value *rows = ARENA_ARRAY(tx->view.arena, n * COLUMNS, struct db_value);
    for (size_t i = 0; i < n; i++) {
        struct db_value *row = rows + i * COLUMNS;
        row[0] = DB_INT(repeats[i].user_id);
        row[1] = DB_TEXT(repeats[i].ref);
        row[2] = DB_INT(tx->now_us);
        row[3] = DB_TEXT(repeats[i].answer);
        row[4] = DB_INT(not_before_us);
    }
    return db_run_many(tx->view.db, &keep, rows, COLUMNS, n, NULL);
}

enum err store_repeat_forget(struct store_tx *tx, int64_t before_us)
{
    static struct db_query forget = DB_QUERY("DELETE FROM repeat_guard WHERE created_at < $1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(before_us)), NULL);
}
