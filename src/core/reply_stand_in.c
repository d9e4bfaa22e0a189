/* SPDX-License-Identifier: Apache-2.0 */
/* STAND-IN for core/keyword and core/errand. */
#include "core/errand.h"
#include "core/keyword.h"

enum err keyword_act(struct keyword_verdict *out, struct core *c, struct store_tx *tx,
                     const struct incoming *in, uint64_t phone)
{
    static struct db_query find = DB_QUERY(
        "SELECT reply FROM reply_rule WHERE carrier_id = $1 AND (keyword = $2 OR keyword = '') "
        "ORDER BY place LIMIT 1");
    (void)c;
    (void)phone;
    *out = (struct keyword_verdict){.stopped = str_eq_nocase(in->text, STR("STOP"))};
    struct db_rows rows =
        db_rows_open(tx->view.db, &find, DB_ARGS(DB_INT(in->carrier_id), DB_TEXT(in->text)));
    out->matched = db_rows_next(&rows);
    if (out->matched)
        out->reply = arena_str(tx->view.arena, db_rows_text(&rows, 0));
    return db_rows_close(&rows);
}

enum err errand_reply(struct core *c, struct store_tx *tx, const struct incoming *in,
                      const struct message *question)
{
    (void)c;
    (void)tx;
    (void)in;
    (void)question;
    return OK;
}

enum err errand_stop(struct core *c, struct store_tx *tx, const struct incoming *in,
                     const struct message *question)
{
    return errand_reply(c, tx, in, question);
}

enum err errand_cgi(struct core *c, struct store_tx *tx, const struct incoming *in,
                    const struct message *question, struct str url)
{
    (void)url;
    return errand_reply(c, tx, in, question);
}

enum err errand_no_credit(struct core *c, struct store_tx *tx, int64_t account_id)
{
    (void)account_id;
    return errand_reply(c, tx, NULL, NULL);
}
