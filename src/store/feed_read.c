/* SPDX-License-Identifier: Apache-2.0 */
/* The reading side of the feed, its positions, and its trimming. */
#include "base/clock.h"
#include "base/secret.h"
#include "store/feed_row.h"
#include "store/id.h"
#include "store/rows.h"

#include <stdio.h>

enum { TRIM_AT_ONCE = 500 };

/* ---- positions ---- */

const char *feed_position_format(char out[FEED_POSITION_SIZE], const struct feed_position *p)
{
    int n = snprintf(out, FEED_POSITION_SIZE, "%llx.%llx.%llx", (unsigned long long)p->era,
                     (unsigned long long)p->transaction, (unsigned long long)p->id);
    if (p->nth != FEED_WHOLE)
        snprintf(out + n, FEED_POSITION_SIZE - (size_t)n, ".%x", p->nth);
    return out;
}

static enum err parse_number(int64_t *out, struct str digits)
{
    uint64_t v = 0;
    if (!digits.n || digits.n > 16 || (digits.n > 1 && digits.p[0] == '0'))
        return ERR_INVALID;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return ERR_INVALID;
        v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = (int64_t)v;
    return v > INT64_MAX ? ERR_INVALID : OK;
}

enum err feed_position_parse(struct feed_position *out, struct str text)
{
    int64_t numbers[4] = {[3] = FEED_WHOLE};
    struct str piece;
    size_t n = 0;
    while (str_split(&text, '.', &piece)) {
        if (n == 4 || parse_number(&numbers[n++], piece))
            return ERR_INVALID;
    }
    if (n < 3 || numbers[3] > FEED_WHOLE)
        return ERR_INVALID;
    *out = (struct feed_position){.era = numbers[0],
                                  .transaction = numbers[1],
                                  .id = numbers[2],
                                  .nth = (uint32_t)numbers[3]};
    return OK;
}

int feed_position_compare(const struct feed_position *a, const struct feed_position *b)
{
    if (a->transaction != b->transaction)
        return a->transaction < b->transaction ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->nth > b->nth) - (a->nth < b->nth);
}

/* ---- the mark ---- */

struct mark {
    struct feed_position trimmed; /* the last row that is gone */
    int64_t bytes;
};

/* No row yet: nothing of it is 0. */
static enum err read_mark(struct mark *out, struct store_view *view)
{
    static struct db_query get =
        DB_QUERY("SELECT era, transaction_id, id, bytes FROM feed_mark WHERE one = 1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_NO_ARGS);
    *out = (struct mark){0};
    if (db_rows_next(&rows))
        *out = (struct mark){.trimmed = {.era = db_rows_int(&rows, 0),
                                         .transaction = db_rows_int(&rows, 1),
                                         .id = db_rows_int(&rows, 2),
                                         .nth = FEED_WHOLE},
                             .bytes = db_rows_int(&rows, 3)};
    return db_rows_close(&rows);
}

/* Rows of a transaction that this database has not come to are those of another one, of which it is
 * a copy. */
static enum err has_strange_rows(bool *out, struct store_view *view)
{
    static struct db_query find =
        DB_QUERY("SELECT 1 FROM feed WHERE transaction_id >= {next_transaction} LIMIT 1");
    struct db_rows rows = db_rows_open(view->db, &find, DB_NO_ARGS);
    *out = db_rows_next(&rows);
    return db_rows_close(&rows);
}

enum err store_feed_begin(struct store_tx *tx)
{
    static struct db_query empty = DB_QUERY("DELETE FROM feed");
    static struct db_query forget = DB_QUERY("DELETE FROM feed_mark");
    static struct db_query put = DB_QUERY("INSERT INTO feed_mark (one, era, transaction_id, id, "
                                          "bytes) VALUES (1, $1, 0, 0, 0) ON CONFLICT DO NOTHING");
    bool strange;
    enum err e = has_strange_rows(&strange, &tx->view);
    if (!e && strange)
        e = db_run(tx->view.db, &empty, DB_NO_ARGS, NULL);
    if (!e && strange)
        e = db_run(tx->view.db, &forget, DB_NO_ARGS, NULL);
    int64_t era = (int64_t)(secret_random_u64() >> 16);
    return e ? e : db_run(tx->view.db, &put, DB_ARGS(DB_INT(era)), NULL);
}

/* ---- reading ---- */

enum err store_feed_start(struct feed_position *out, struct store_view *view)
{
    struct mark mark;
    enum err e = read_mark(&mark, view);
    *out = mark.trimmed;
    return e;
}

enum err store_feed_end(struct feed_position *out, struct store_view *view)
{
    static struct db_query last =
        DB_QUERY("SELECT transaction_id, id FROM feed WHERE transaction_id < {oldest_transaction} "
                 "ORDER BY transaction_id DESC, id DESC LIMIT 1");
    enum err e = store_feed_start(out, view);
    if (e)
        return e;
    struct db_rows rows = db_rows_open(view->db, &last, DB_NO_ARGS);
    if (db_rows_next(&rows)) {
        out->transaction = db_rows_int(&rows, 0);
        out->id = db_rows_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

static enum err read_rows(struct feed_row **out, size_t *n, struct store_view *view,
                          const struct feed_position *after, size_t limit)
{
#define ROWS(behind)                                                               \
    "SELECT transaction_id, id, data FROM feed WHERE (transaction_id, id) " behind \
    " ($1, $2) AND transaction_id < {oldest_transaction} ORDER BY transaction_id, id LIMIT $3"
    static struct db_query next = DB_QUERY(ROWS(">"));
    static struct db_query with = DB_QUERY(ROWS(">="));
#undef ROWS
    struct feed_row *list = ARENA_ARRAY(view->arena, limit, struct feed_row);
    struct db_rows rows =
        db_rows_open(view->db, after->nth == FEED_WHOLE ? &next : &with,
                     DB_ARGS(DB_INT(after->transaction), DB_INT(after->id), DB_INT(limit)));
    for (*n = 0; *n < limit && db_rows_next(&rows); (*n)++)
        list[*n] = (struct feed_row){.after = {.era = after->era,
                                               .transaction = db_rows_int(&rows, 0),
                                               .id = db_rows_int(&rows, 1),
                                               .nth = FEED_WHOLE},
                                     .data = arena_str(view->arena, db_rows_text(&rows, 2))};
    *out = list;
    return db_rows_close(&rows);
}

/* The mark is read behind the rows: what was trimmed in between is noticed. */
enum err store_feed_read(struct feed_row **out, size_t *n, struct store_view *view,
                         const struct feed_position *after, size_t limit)
{
    struct mark mark;
    *n = 0;
    enum err e = limit ? read_rows(out, n, view, after, limit) : OK;
    if (!e)
        e = read_mark(&mark, view);
    if (e)
        return e;
    bool good = after->era == mark.trimmed.era && feed_position_compare(after, &mark.trimmed) >= 0;
    return good ? OK : ERR_GONE;
}

/* ---- a row ---- */

static bool take_number(struct str *rest, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned shift = 0; rest->n && shift < 64; shift += 7) {
        uint8_t byte = (uint8_t)rest->p[0];
        *rest = str_sub(*rest, 1, rest->n);
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = v;
            return true;
        }
    }
    return false;
}

static bool take_text(struct str *rest, struct str *out)
{
    uint64_t n;
    if (!take_number(rest, &n) || n > rest->n)
        return false;
    *out = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n, rest->n);
    return true;
}

static bool begin(struct feed_reader *r)
{
    uint64_t n = 0, ignored;
    r->rest = r->data;
    if (!r->rest.n || r->rest.p[0] != FEED_VERSION)
        return false;
    r->rest = str_sub(r->rest, 1, r->rest.n);
    if (!take_number(&r->rest, &n) || n > FEED_ACCOUNTS_MAX)
        return false;
    r->accounts_n = (size_t)n;
    r->accounts = r->rest;
    for (size_t i = 0; i < r->accounts_n; i++)
        if (!take_number(&r->rest, &ignored))
            return false;
    return true;
}

static bool account_of(const struct feed_reader *r, uint64_t nth, int64_t *out)
{
    struct str rest = r->accounts;
    uint64_t id = 0;
    if (nth >= r->accounts_n)
        return false;
    for (uint64_t i = 0; i <= nth; i++)
        if (!take_number(&rest, &id))
            return false;
    *out = (int64_t)id;
    return true;
}

static bool read_event(struct feed_reader *r, struct feed_event *out)
{
    uint8_t first = (uint8_t)r->rest.p[0];
    uint64_t account, step;
    *out = (struct feed_event){.kind = (enum feed_kind)(first & ~FEED_CHAT & 0xFF)};
    r->rest = str_sub(r->rest, 1, r->rest.n);
    const struct feed_fact *fact = feed_fact_of(out->kind);
    bool of_conversation = first & FEED_CHAT;
    if (!fact || !take_number(&r->rest, &account) || !take_number(&r->rest, &step) ||
        !account_of(r, account, &out->account_id))
        return false;
    r->id = (int64_t)((uint64_t)r->id + (step >> 1 ^ (0 - (step & 1))));
    out->id = r->id;
    out->chat =
        of_conversation || fact->about == FEED_ABOUT_INCOMING || fact->about == FEED_ABOUT_THREAD;
    if (feed_has_phone(out->kind, of_conversation) && !take_number(&r->rest, &out->phone))
        return false;
    return fact->about != FEED_ABOUT_CHANGE ||
           (take_text(&r->rest, &out->what) && take_text(&r->rest, &out->subject));
}

bool feed_reader_next(struct feed_reader *r, struct feed_event *out)
{
    if (!r->rest.p && !begin(r))
        return false;
    if (!r->rest.n)
        return false;
    if (!read_event(r, out)) {
        r->rest.n = 0;
        return false;
    }
    out->nth = ++r->nth;
    return true;
}

/* ---- trimming ---- */

enum err store_feed_trim(struct store_tx *tx, const struct feed_limits *limits, bool *more)
{
    static struct db_query oldest = DB_QUERY(
        "SELECT transaction_id, id, LENGTH(data) FROM feed "
        "WHERE transaction_id < {oldest_transaction} ORDER BY transaction_id, id LIMIT $1");
    static struct db_query drop =
        DB_QUERY("DELETE FROM feed WHERE (transaction_id, id) <= ($1, $2)");
    static struct db_query move =
        DB_QUERY("UPDATE feed_mark SET transaction_id = $1, id = $2, bytes = $3 WHERE one = 1");
    struct mark mark;
    size_t n = 0;
    enum err e = read_mark(&mark, &tx->view);
    if (e)
        return e;
    int64_t before_id = store_id_at(tx->now_us - limits->keep_us);
    int64_t written = feed_memory_take_bytes(tx->memory);
    mark.bytes += written;
    struct db_rows rows = db_rows_open(tx->view.db, &oldest, DB_ARGS(DB_INT(TRIM_AT_ONCE)));
    while (db_rows_next(&rows)) {
        int64_t id = db_rows_int(&rows, 1);
        if (id >= before_id && mark.bytes <= limits->keep_bytes)
            break;
        n++;
        mark.trimmed.transaction = db_rows_int(&rows, 0);
        mark.trimmed.id = id;
        mark.bytes -= db_rows_int(&rows, 2);
    }
    e = db_rows_close(&rows);
    *more |= n == TRIM_AT_ONCE;
    if (e || (!n && !written))
        return e;
    if (mark.bytes < 0)
        mark.bytes = 0;
    const struct db_value args[] = {DB_INT(mark.trimmed.transaction), DB_INT(mark.trimmed.id),
                                    DB_INT(mark.bytes)};
    if (n)
        e = db_run(tx->view.db, &drop, args, 2, NULL);
    return e ? e : db_run(tx->view.db, &move, args, 3, NULL);
}
