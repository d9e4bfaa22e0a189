/* SPDX-License-Identifier: Apache-2.0 */
#include "store/incoming.h"

#include "store/feed.h"
#include "store/rows.h"

#include <stdlib.h>

#define COLUMNS                                                                                   \
    "id, account_id, carrier_id, sender, number, text, parts, missing, received_at, message_id, " \
    "kept, class, conversation_id, standing, credits, released_at, started, release_at, "         \
    "rule_reply"

/* A sender that is no phone has no thread. */
static void note(struct store_tx *tx, const struct incoming *i, enum feed_kind kind)
{
    uint64_t phone = 0;
    if (!str_starts(i->sender, STR("+")) ||
        str_to_u64(&phone, str_sub(i->sender, 1, i->sender.n)) != OK)
        phone = 0;
    store_feed_note(tx, &(struct feed_note){.kind = kind,
                                            .account_id = i->account_id,
                                            .id = i->id,
                                            .carrier_id = i->carrier_id,
                                            .spent = i->credits,
                                            .phone = phone});
}

enum err store_incoming_insert(struct store_tx *tx, const struct incoming *i)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO incoming (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                 "$9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)");
    bool stored = i->kept || !i->released_at_us;
    note(tx, i, (enum feed_kind)((int)FEED_INCOMING + (int)i->standing));
    return db_run(
        tx->view.db, &insert,
        DB_ARGS(DB_INT(i->id), i->account_id ? DB_INT(i->account_id) : DB_NULL,
                DB_INT(i->carrier_id), DB_TEXT(i->sender), DB_TEXT(i->number),
                DB_TEXT(stored ? i->text : STR("")), DB_INT(i->parts), DB_INT(i->missing),
                DB_INT(i->received_at_us), i->message_id ? DB_INT(i->message_id) : DB_NULL,
                DB_INT(i->kept), i->class < 0 ? DB_NULL : DB_INT(i->class),
                i->conversation_id ? DB_INT(i->conversation_id) : DB_NULL, DB_INT(i->standing),
                DB_INT(i->credits), i->released_at_us ? DB_INT(i->released_at_us) : DB_NULL,
                DB_TEXT(i->started), i->release_at_us ? DB_INT(i->release_at_us) : DB_NULL,
                i->by_rule ? DB_TEXT(i->rule_reply) : DB_NULL),
        NULL);
}

enum err store_incoming_started(struct store_tx *tx, int64_t id, struct str started)
{
    static struct db_query set = DB_QUERY("UPDATE incoming SET started = $2 WHERE id = $1");
    return db_run(tx->view.db, &set, DB_ARGS(DB_INT(id), DB_TEXT(started)), NULL);
}

enum err store_incoming_started_from(bool *changed, struct store_tx *tx, int64_t id,
                                     struct str from, struct str to)
{
    static struct db_query set =
        DB_QUERY("UPDATE incoming SET started = $3 WHERE id = $1 AND started = $2");
    int64_t rows = 0;
    enum err e = db_run(tx->view.db, &set, DB_ARGS(DB_INT(id), DB_TEXT(from), DB_TEXT(to)), &rows);
    *changed = rows > 0;
    return e;
}

static void read_incoming(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct incoming *)item = (struct incoming){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .carrier_id = db_rows_int(r, 2),
        .sender = arena_str(a, db_rows_text(r, 3)),
        .number = arena_str(a, db_rows_text(r, 4)),
        .text = arena_str(a, db_rows_text(r, 5)),
        .parts = (uint32_t)db_rows_int(r, 6),
        .missing = (uint32_t)db_rows_int(r, 7),
        .received_at_us = db_rows_int(r, 8),
        .message_id = db_rows_int(r, 9),
        .kept = db_rows_int(r, 10) != 0,
        .class = db_rows_is_null(r, 11) ? -1 : (int)db_rows_int(r, 11),
        .conversation_id = db_rows_int(r, 12),
        .standing = (enum standing)db_rows_int(r, 13),
        .credits = db_rows_int(r, 14),
        .released_at_us = db_rows_int(r, 15),
        .started = arena_str(a, db_rows_text(r, 16)),
        .release_at_us = db_rows_int(r, 17),
        .by_rule = !db_rows_is_null(r, 18),
        .rule_reply = arena_str(a, db_rows_text(r, 18)),
    };
}

enum err store_incoming_get(struct incoming *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY("SELECT " COLUMNS " FROM incoming WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_incoming(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_incoming_rows(struct incoming **out, struct store_view *view, const int64_t *ids,
                             size_t n)
{
    static struct db_query get =
        DB_QUERY_MANY("SELECT " COLUMNS " FROM incoming WHERE id = $1",
                      "SELECT " COLUMNS ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY "
                      "AS v (wanted, row) JOIN incoming ON id = v.wanted");
    struct incoming *list = ARENA_ARRAY(view->arena, n + 1, struct incoming);
    struct db_rows rows = db_rows_many(view->db, &get, store_id_args(view->arena, ids, n), 1, n);
    while (db_rows_next(&rows))
        read_incoming(&list[rows.row], &rows, view->arena);
    *out = list;
    return db_rows_close(&rows);
}

enum err store_incoming_held(struct incoming **out, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query due =
        DB_QUERY("SELECT " COLUMNS " FROM incoming WHERE released_at IS NULL AND release_at <= $1 "
                 "ORDER BY release_at, id LIMIT $2");
    struct db_rows rows =
        db_rows_open(tx->view.db, &due, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, tx->view.arena, sizeof(**out), read_incoming);
}

enum err store_incoming_release(struct store_tx *tx, const struct incoming *i)
{
    static struct db_query release =
        DB_QUERY("UPDATE incoming SET released_at = $2, credits = $3, started = $4, "
                 "rule_reply = NULL, text = CASE WHEN kept = 1 THEN text ELSE '' END "
                 "WHERE id = $1 AND released_at IS NULL");
    enum err e = store_change_one(
        tx, &release,
        DB_ARGS(DB_INT(i->id), DB_INT(i->released_at_us), DB_INT(i->credits), DB_TEXT(i->started)));
    if (!e)
        note(tx, i, FEED_RELEASED);
    return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

#define KEY_IS "carrier_id = $1 AND sender = $2 AND number = $3 AND reference = $4 AND total = $5"
#define KEY_ARGS(k)                                                                              \
    DB_INT((k)->carrier_id), DB_TEXT((k)->sender), DB_TEXT((k)->number), DB_INT((k)->reference), \
        DB_INT((k)->total)

/* FNV-1a: the same on every node. Keys that meet only wait for each other. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static int64_t lock_of(const struct incoming_key *key)
{
    uint64_t hash = mix(UINT64_C(0xCBF29CE484222325), &key->carrier_id, sizeof(key->carrier_id));
    hash = mix(hash, key->sender.p, key->sender.n);
    return (int64_t)mix(hash, &key->reference, sizeof(key->reference));
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum err store_incoming_parts_hold(struct store_tx *tx, const struct incoming_key *keys, size_t n)
{
    int64_t *locks = ARENA_ARRAY(tx->view.arena, n, int64_t);
    enum err e = OK;
    for (size_t i = 0; i < n; i++)
        locks[i] = lock_of(&keys[i]);
    if (n)
        qsort(locks, n, sizeof(*locks), by_number);
    for (size_t i = 0; i < n && !e; i++)
        if (!i || locks[i] != locks[i - 1])
            e = db_lock(tx->view.db, locks[i]);
    return e;
}

static enum err check_room(struct store_view *view, const struct incoming_key *key)
{
    static struct db_query count =
        DB_QUERY("SELECT COUNT(*) FROM incoming_part WHERE carrier_id = $1 AND sender = $2");
    struct db_rows rows =
        db_rows_open(view->db, &count, DB_ARGS(DB_INT(key->carrier_id), DB_TEXT(key->sender)));
    int64_t waiting = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    enum err e = db_rows_close(&rows);
    return e ? e : waiting < INCOMING_PARTS_PER_PHONE ? OK : ERR_LIMIT;
}

enum err store_incoming_part_put(struct store_tx *tx, const struct incoming_key *key,
                                 const struct incoming_part *part)
{
    static struct db_query put = DB_QUERY(
        "INSERT INTO incoming_part (carrier_id, sender, number, reference, total, part, coding, "
        "bytes, received_at, give_up_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "ON CONFLICT DO NOTHING");
    enum err e = check_room(&tx->view, key);
    return e ? e
             : db_run(tx->view.db, &put,
                      DB_ARGS(KEY_ARGS(key), DB_INT(part->part), DB_INT(part->coding),
                              DB_BLOB(part->bytes), DB_INT(part->received_at_us),
                              DB_INT(part->give_up_at_us)),
                      NULL);
}

static void read_part(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct incoming_part *)item = (struct incoming_part){
        .part = (uint32_t)db_rows_int(r, 0),
        .coding = (uint32_t)db_rows_int(r, 1),
        .bytes = arena_str(a, db_rows_text(r, 2)),
        .received_at_us = db_rows_int(r, 3),
        .give_up_at_us = db_rows_int(r, 4),
    };
}

enum err store_incoming_part_list(struct incoming_part **out, size_t *n, struct store_view *view,
                                  const struct incoming_key *key)
{
    static struct db_query list =
        DB_QUERY("SELECT part, coding, bytes, received_at, give_up_at FROM incoming_part "
                 "WHERE " KEY_IS " ORDER BY part");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(KEY_ARGS(key)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_part);
}

enum { DIGEST_SIZE = 8 };

/* No zeros: those stand for a part that never came. */
static void write_digest(char out[DIGEST_SIZE], const struct incoming_part *part)
{
    uint64_t hash = mix(UINT64_C(0xCBF29CE484222325), part->bytes.p, part->bytes.n);
    hash = mix(hash, &part->coding, sizeof(part->coding)) | 1;
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        out[i] = (char)(hash >> 8 * i);
}

enum err store_incoming_part_drop(struct store_tx *tx, const struct incoming_key *key,
                                  const struct incoming_part *parts, size_t n, int64_t forget_at_us)
{
    static struct db_query drop = DB_QUERY("DELETE FROM incoming_part WHERE " KEY_IS);
    static struct db_query remember = DB_QUERY(
        "INSERT INTO incoming_joined (carrier_id, sender, number, reference, total, digests, "
        "forget_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (carrier_id, sender, number, reference, total) DO UPDATE SET "
        "digests = excluded.digests, forget_at = excluded.forget_at");
    struct str digests = {arena_alloc(tx->view.arena, key->total * DIGEST_SIZE),
                          key->total * DIGEST_SIZE};
    memset((char *)digests.p, 0, digests.n);
    for (size_t i = 0; i < n; i++)
        write_digest((char *)digests.p + (parts[i].part - 1) * DIGEST_SIZE, &parts[i]);
    enum err e = db_run(tx->view.db, &drop, DB_ARGS(KEY_ARGS(key)), NULL);
    return e ? e
             : db_run(tx->view.db, &remember,
                      DB_ARGS(KEY_ARGS(key), DB_BLOB(digests), DB_INT(forget_at_us)), NULL);
}

enum err store_incoming_joined(bool *out, struct store_view *view, const struct incoming_key *key,
                               const struct incoming_part *part)
{
    static struct db_query get = DB_QUERY("SELECT digests FROM incoming_joined WHERE " KEY_IS);
    char mine[DIGEST_SIZE];
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(KEY_ARGS(key)));
    struct str digests = db_rows_next(&rows) ? db_rows_text(&rows, 0) : (struct str){0};
    write_digest(mine, part);
    size_t at = (part->part - 1) * DIGEST_SIZE;
    *out = digests.n >= at + DIGEST_SIZE && memcmp(digests.p + at, mine, DIGEST_SIZE) == 0;
    return db_rows_close(&rows);
}

enum err store_incoming_joined_forget(struct store_tx *tx, int64_t now_us)
{
    static struct db_query forget = DB_QUERY("DELETE FROM incoming_joined WHERE forget_at <= $1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(now_us)), NULL);
}

static void read_key(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct incoming_key *)item = (struct incoming_key){
        .carrier_id = db_rows_int(r, 0),
        .sender = arena_str(a, db_rows_text(r, 1)),
        .number = arena_str(a, db_rows_text(r, 2)),
        .reference = (uint32_t)db_rows_int(r, 3),
        .total = (uint32_t)db_rows_int(r, 4),
    };
}

enum err store_incoming_part_overdue(struct incoming_key **out, size_t *n, struct store_view *view,
                                     int64_t now_us, size_t limit)
{
    static struct db_query overdue = DB_QUERY(
        "SELECT carrier_id, sender, number, reference, total FROM incoming_part "
        "WHERE give_up_at <= $1 GROUP BY carrier_id, sender, number, reference, total LIMIT $2");
    struct db_rows rows = db_rows_open(view->db, &overdue, DB_ARGS(DB_INT(now_us), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_key);
}
