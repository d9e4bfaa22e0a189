/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"

#include "store/id.h"
#include "store/rows.h"

const char *audit_kind_name(enum audit_kind kind)
{
    static const char *const names[] = {[AUDIT_MEMBER] = "member",
                                        [AUDIT_KEY] = "key",
                                        [AUDIT_COMMAND_LINE] = "command_line",
                                        [AUDIT_SERVER] = "server"};
    return names[kind];
}

enum err store_audit_insert(struct store_tx *tx, const struct audit *a)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO audit (id, at, kind, who, account_id, what, subject, changes, "
                 "from_address) VALUES ($1, $2, $3, $4, CASE WHEN $5 <> 0 THEN $5 ELSE "
                 "COALESCE((SELECT id FROM account WHERE name = $6), 0) END, $7, $8, $9, $10)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(store_id_next()), DB_INT(tx->now_us), DB_INT(a->kind),
                          DB_TEXT(a->who), DB_INT(a->account_id), DB_TEXT(a->account),
                          DB_TEXT(a->what), DB_TEXT(a->subject), DB_TEXT(a->changes),
                          DB_TEXT(a->from_address)),
                  NULL);
}

static void read_audit(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct audit *)item = (struct audit){
        .id = db_rows_int(r, 0),
        .at_us = db_rows_int(r, 1),
        .kind = (enum audit_kind)db_rows_int(r, 2),
        .who = arena_str(a, db_rows_text(r, 3)),
        .account_id = db_rows_int(r, 4),
        .what = arena_str(a, db_rows_text(r, 5)),
        .subject = arena_str(a, db_rows_text(r, 6)),
        .changes = arena_str(a, db_rows_text(r, 7)),
        .from_address = arena_str(a, db_rows_text(r, 8)),
    };
}

#define AUDIT                                                                                \
    "SELECT id, at, kind, who, account_id, what, subject, changes, from_address FROM audit " \
    "WHERE id >= $1 AND id < $2 AND (CAST($3 AS TEXT) = '' OR who = $3) "                    \
    "AND (CAST($4 AS TEXT) = '' OR what = $4) "
#define OF_ACCOUNT "AND account_id = $6 "
#define NEWEST     "ORDER BY id DESC LIMIT $5"
#define OLDEST     "ORDER BY id LIMIT $5"

enum err store_audit_list(struct audit **out, size_t *n, struct store_view *view,
                          const struct audit_filter *f)
{
    static struct db_query all[] = {DB_QUERY(AUDIT NEWEST), DB_QUERY(AUDIT OLDEST)};
    static struct db_query own[] = {DB_QUERY(AUDIT OF_ACCOUNT NEWEST),
                                    DB_QUERY(AUDIT OF_ACCOUNT OLDEST)};
    int64_t from = f->since_us ? store_id_at(f->since_us) : 0;
    int64_t to = f->until_us ? store_id_at(f->until_us) : INT64_MAX;
    if (f->past_id && f->oldest_first && f->past_id >= from)
        from = f->past_id + 1;
    if (f->past_id && !f->oldest_first && f->past_id < to)
        to = f->past_id;
    const struct db_value args[] = {DB_INT(from),     DB_INT(to),       DB_TEXT(f->who),
                                    DB_TEXT(f->what), DB_INT(f->limit), DB_INT(f->account_id)};
    struct db_query *query = f->account_id ? own : all;
    struct db_rows rows =
        db_rows_open(view->db, &query[f->oldest_first], args, f->account_id ? 6 : 5);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_audit);
}
