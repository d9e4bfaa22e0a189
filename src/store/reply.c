/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reply.h"

#include "base/clock.h"
#include "store/rows.h"

static const char *const action_names[] = {
    [REPLY_NOTHING] = "none", [REPLY_TEXT] = "text", [REPLY_CGI] = "cgi"};

const char *reply_action_name(enum reply_action action)
{
    return action_names[action];
}

enum err reply_action_parse(enum reply_action *out, struct str name)
{
    for (enum reply_action a = REPLY_NOTHING; a <= REPLY_CGI; a++)
        if (str_eq(name, str_of(action_names[a]))) {
            *out = a;
            return OK;
        }
    return ERR_INVALID;
}

/* ---- settings ---- */

static void read_setting(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct reply_setting *)item = (struct reply_setting){
        .account_id = db_rows_int(r, 0),
        .action = (enum reply_action)db_rows_int(r, 1),
        .text = arena_str(a, db_rows_text(r, 2)),
        .url = arena_str(a, db_rows_text(r, 3)),
        .an_hour = db_rows_int(r, 4),
    };
}

enum err store_reply_setting_list(struct reply_setting **out, size_t *n, struct store_view *view)
{
    static struct db_query list = DB_QUERY(
        "SELECT account_id, action, text, url, an_hour FROM reply_setting ORDER BY account_id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_setting);
}

enum err store_reply_setting_put(struct store_tx *tx, const struct reply_setting *s)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO reply_setting (account_id, action, text, url, an_hour) "
                 "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id) DO UPDATE SET "
                 "action = excluded.action, text = excluded.text, url = excluded.url, "
                 "an_hour = excluded.an_hour");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(s->account_id), DB_INT(s->action), DB_TEXT(s->text),
                          DB_TEXT(s->url), DB_INT(s->an_hour)),
                  NULL);
}

/* ---- the guard ---- */

static int64_t since_us(const struct store_tx *tx)
{
    return tx->now_us - ANSWER_GUARD_H * HOUR_US;
}

/* used[slot]: its answer still counts. */
static enum err read_slots(bool *used, int64_t *count, struct store_tx *tx, uint64_t phone,
                           int64_t account_id)
{
    static struct db_query read =
        DB_QUERY("SELECT slot FROM answer_guard WHERE phone = $1 AND account_id = $2 AND at > $3");
    struct db_rows rows = db_rows_open(
        tx->view.db, &read, DB_ARGS(DB_INT(phone), DB_INT(account_id), DB_INT(since_us(tx))));
    *count = 0;
    while (db_rows_next(&rows)) {
        int64_t slot = db_rows_int(&rows, 0);
        ++*count;
        if (slot >= 0 && slot < REPLY_AN_HOUR_MAX)
            used[slot] = true;
    }
    return db_rows_close(&rows);
}

enum err store_answer_take(bool *taken, struct store_tx *tx, uint64_t phone, int64_t account_id,
                           int64_t most)
{
    /* Another node may take the slot meanwhile: then nothing changes here, and the next is tried.
     */
    static struct db_query take =
        DB_QUERY("INSERT INTO answer_guard (phone, account_id, slot, at) VALUES ($1, $2, $3, $4) "
                 "ON CONFLICT (phone, account_id, slot) DO UPDATE SET at = excluded.at "
                 "WHERE answer_guard.at <= $5");
    bool used[REPLY_AN_HOUR_MAX] = {false};
    int64_t count;
    enum err e = read_slots(used, &count, tx, phone, account_id);
    *taken = false;
    for (int64_t slot = 0; slot < most && slot < REPLY_AN_HOUR_MAX && count < most && !e; slot++) {
        int64_t changed = 0;
        if (used[slot])
            continue;
        e = db_run(tx->view.db, &take,
                   DB_ARGS(DB_INT(phone), DB_INT(account_id), DB_INT(slot), DB_INT(tx->now_us),
                           DB_INT(since_us(tx))),
                   &changed);
        *taken = changed > 0;
        if (*taken)
            return e;
        count++;
    }
    return e;
}

enum err store_answer_forget(struct store_tx *tx)
{
    static struct db_query forget = DB_QUERY("DELETE FROM answer_guard WHERE at <= $1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(since_us(tx))), NULL);
}
