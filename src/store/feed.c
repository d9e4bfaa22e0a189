/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writing side: notes are gathered as they come, and before the commit completed, counted and
 * packed. A row's data:
 *
 *   version, number of accounts, their ids; then events until its end, each
 *   kind with FEED_CHAT, nth account, how far its id is from the one before, what its kind has more
 *
 * Numbers are varints of 7 bits, the lowest first; differences have their sign in the lowest bit.
 */
#include "store/feed.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/secret.h"
#include "store/feed_row.h"
#include "store/id.h"
#include "store/rows.h"
#include "store/statistic.h"

#include <stdlib.h>

enum {
    MEMORY_LIMIT = 1 << 18,
    WORDS_MAX = 256, /* that carriers say of failures, a day and node: the others are one */
    WORD_SLOTS = 1024,
    ROW_TARGET = 24 * 1024, /* bytes; one event more may stand in it */
    ROW_MOST = 64 * 1024
};

const struct feed_fact *feed_fact_of(enum feed_kind kind)
{
    static const struct feed_fact facts[FEED_KINDS_END] = {
#define FEED(name, number, type, about, state) [number] = {type, FEED_ABOUT_##about, state},
#include "store/feed.def"
#undef FEED
    };
    size_t nth = (size_t)kind;
    return nth < FEED_KINDS_END && facts[nth].type ? &facts[nth] : NULL;
}

enum feed_kind feed_kind_of_state(enum message_state state)
{
    _Static_assert((int)FEED_REFUSED - (int)FEED_DELIVERED ==
                       (int)MESSAGE_REFUSED - (int)MESSAGE_DELIVERED,
                   "feed.def has the final states in the order of message_state.def");
    switch (state) {
    case MESSAGE_SCHEDULED:
        return FEED_SCHEDULED;
    case MESSAGE_QUEUED:
        return FEED_QUEUED;
    case MESSAGE_SENDING:
        return FEED_NOTHING;
    case MESSAGE_SENT:
        return FEED_SENT;
    case MESSAGE_IN_DOUBT:
        return FEED_IN_DOUBT;
    default:
        return (enum feed_kind)(FEED_DELIVERED + ((int)state - (int)MESSAGE_DELIVERED));
    }
}

/* ---- notes ---- */

/* Failures are told with a receipt like "UNDELIV 012", a status like "ESME_RSYSERR (0x00000008)" or
 * a sentence of ours: what comes first, and nothing of a stranger's that cannot be shown. */
static struct str first_words(struct str said)
{
    size_t n = 0;
    while (n < said.n && n < STATISTIC_WORD_MAX && said.p[n] != '(')
        n++;
    return str_trim(str_sub(said, 0, n));
}

static char shown(char c)
{
    return c >= ' ' && c <= '~' ? c : '?';
}

static struct str clean_word(struct arena *a, struct str said)
{
    struct str word = first_words(said);
    char *out = arena_alloc(a, word.n + 1);
    for (size_t i = 0; i < word.n; i++)
        out[i] = shown(word.p[i]);
    return (struct str){out, word.n};
}

bool store_feed_word_is(struct str said, struct str word)
{
    said = first_words(said);
    bool same = said.n == word.n;
    for (size_t i = 0; i < said.n && same; i++)
        same = shown(said.p[i]) == word.p[i];
    return same;
}

void store_feed_note(struct store_tx *tx, const struct feed_note *note)
{
    struct arena *a = tx->view.arena;
    if (!tx->feed)
        tx->feed = ARENA_NEW(a, struct feed);
    struct feed *f = tx->feed;
    if (!f->last || f->last->n == FEED_CHUNK_NOTES) {
        struct feed_chunk *fresh = ARENA_NEW(a, struct feed_chunk);
        *(f->last ? &f->last->next : &f->first) = fresh;
        f->last = fresh;
    }
    struct feed_note *own = &f->last->notes[f->last->n++];
    *own = *note;
    f->n++;
    if (note->kind == FEED_CHANGE)
        own->word = arena_str(
            a, str_sub(note->word, 0, note->word.n < FEED_TEXT_MAX ? note->word.n : FEED_TEXT_MAX));
    else if (note->word.n)
        own->word = clean_word(a, note->word);
    if (note->subject.n)
        own->subject = arena_str(
            a, str_sub(note->subject, 0,
                       note->subject.n < FEED_TEXT_MAX ? note->subject.n : FEED_TEXT_MAX));
}

/* ---- memory ---- */

struct feed_memory {
    struct map *messages; /* that were sent: account, and whether it is of a conversation */
    uint64_t words[WORD_SLOTS];
    size_t words_n;
    int64_t words_day;
    int64_t bytes; /* committed since they were last added to the mark */
    _Atomic uint64_t turn;
};

struct feed_memory *store_feed_memory_new(void)
{
    struct feed_memory *m = base_alloc(sizeof(*m));
    m->messages = map_new(MEMORY_LIMIT);
    return m;
}

void store_feed_memory_free(struct feed_memory *m)
{
    if (!m)
        return;
    map_free(m->messages);
    free(m);
}

void store_feed_committed(struct feed_memory *m, const struct feed *feed)
{
    if (!feed || !feed->bytes)
        return;
    m->bytes += (int64_t)feed->bytes;
    atomic_fetch_add_explicit(&m->turn, 1, memory_order_release);
}

uint64_t store_feed_turn(const struct feed_memory *m)
{
    return atomic_load_explicit(&m->turn, memory_order_acquire);
}

int64_t feed_memory_take_bytes(struct feed_memory *m)
{
    int64_t bytes = m ? m->bytes : 0;
    if (m)
        m->bytes = 0;
    return bytes;
}

static void remember(struct feed_memory *m, const struct feed_note *n)
{
    map_put(m->messages, (uint64_t)n->id, (uint64_t)n->account_id << 1 | n->chat);
}

static bool recall(struct feed_memory *m, struct feed_note *n)
{
    uint64_t packed;
    if (!m || !n->carrier_id || !map_get(m->messages, (uint64_t)n->id, &packed))
        return false;
    n->account_id = (int64_t)(packed >> 1);
    n->chat = packed & 1;
    map_remove(m->messages, (uint64_t)n->id);
    return true;
}

bool feed_word_is_told(struct feed_memory *m, struct str word, int64_t day)
{
    if (!m || !word.n)
        return true;
    if (m->words_day != day) {
        memset(m->words, 0, sizeof(m->words));
        m->words_n = 0;
        m->words_day = day;
    }
    uint64_t hash = secret_hash(word) | 1;
    size_t slot = hash >> 1 & (WORD_SLOTS - 1);
    while (m->words[slot] && m->words[slot] != hash)
        slot = (slot + 1) & (WORD_SLOTS - 1);
    if (m->words[slot])
        return true;
    if (m->words_n == WORDS_MAX)
        return false;
    m->words[slot] = hash;
    m->words_n++;
    return true;
}

/* ---- what notes do not know ---- */

static bool is_about_message(const struct feed_note *n)
{
    const struct feed_fact *fact = feed_fact_of(n->kind);
    return fact && fact->about == FEED_ABOUT_MESSAGE;
}

static enum err look_up(struct store_tx *tx, struct feed_note *const *notes, size_t n)
{
#define WANTED "m.account_id, CASE WHEN m.conversation_id IS NULL THEN 0 ELSE 1 END, m.carrier_id"
    static struct db_query find =
        DB_QUERY_MANY("SELECT " WANTED " FROM message AS m WHERE m.id = $1",
                      "SELECT " WANTED ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY "
                      "AS v (id, row) JOIN message AS m ON m.id = v.id");
#undef WANTED
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n, struct db_value);
    for (size_t i = 0; i < n; i++)
        args[i] = DB_INT(notes[i]->id);
    struct db_rows rows = db_rows_many(tx->view.db, &find, args, 1, n);
    while (db_rows_next(&rows)) {
        struct feed_note *note = notes[rows.row];
        note->account_id = db_rows_int(&rows, 0);
        note->chat = db_rows_int(&rows, 1) != 0;
        if (!note->carrier_id)
            note->carrier_id = db_rows_int(&rows, 2);
    }
    return db_rows_close(&rows);
}

static enum err complete(struct store_tx *tx)
{
    struct feed *f = tx->feed;
    struct feed_note **unknown = ARENA_ARRAY(tx->view.arena, f->n, struct feed_note *);
    size_t n = 0;
    for (struct feed_chunk *c = f->first; c; c = c->next)
        for (size_t i = 0; i < c->n; i++) {
            struct feed_note *note = &c->notes[i];
            if (note->kind == FEED_SENT && tx->memory && note->account_id)
                remember(tx->memory, note);
            if (!note->account_id && is_about_message(note) && !recall(tx->memory, note))
                unknown[n++] = note;
        }
    return n ? look_up(tx, unknown, n) : OK;
}

/* ---- packing ---- */

struct packing {
    struct store_tx *tx;
    struct buf events;
    int64_t accounts[FEED_ACCOUNTS_MAX];
    size_t accounts_n;
    int64_t id; /* of the event before */
    struct db_value *rows;
    size_t rows_n;
};

static void add_number(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_add_u8(b, (uint8_t)(v | 0x80));
    buf_add_u8(b, (uint8_t)v);
}

static void add_text(struct buf *b, struct str s)
{
    add_number(b, s.n);
    buf_add_str(b, s);
}

/* Ends the row. */
static void close_row(struct packing *p)
{
    struct buf data = buf_limited(ROW_MOST);
    if (!p->events.n)
        return;
    buf_add_u8(&data, FEED_VERSION);
    add_number(&data, p->accounts_n);
    for (size_t i = 0; i < p->accounts_n; i++)
        add_number(&data, (uint64_t)p->accounts[i]);
    buf_add_str(&data, buf_str(&p->events));
    struct str own = arena_str(p->tx->view.arena, buf_str(&data));
    p->rows[p->rows_n * 2] = DB_INT(store_id_next());
    p->rows[p->rows_n++ * 2 + 1] = DB_BLOB(own);
    p->tx->feed->bytes += own.n;
    buf_free(&data);
    buf_clear(&p->events);
    p->accounts_n = 0;
    p->id = 0;
}

static size_t nth_account(struct packing *p, int64_t account_id)
{
    for (size_t i = p->accounts_n; i-- > 0;)
        if (p->accounts[i] == account_id)
            return i;
    p->accounts[p->accounts_n] = account_id;
    return p->accounts_n++;
}

static void pack(struct packing *p, const struct feed_note *n)
{
    const struct feed_fact *fact = feed_fact_of(n->kind);
    if (!fact)
        return;
    if (p->events.n >= ROW_TARGET || p->accounts_n == FEED_ACCOUNTS_MAX)
        close_row(p);
    size_t account = nth_account(p, n->account_id);
    int64_t step = n->id - p->id;
    p->id = n->id;
    buf_add_u8(&p->events, (uint8_t)((unsigned)n->kind | (n->chat ? FEED_CHAT : 0u)));
    add_number(&p->events, account);
    add_number(&p->events, (uint64_t)step << 1 ^ (uint64_t)(step >> 63));
    if (feed_has_phone(n->kind, n->chat))
        add_number(&p->events, n->phone);
    if (fact->about == FEED_ABOUT_CHANGE) {
        add_text(&p->events, n->word);
        add_text(&p->events, n->subject);
    }
}

static enum err pack_all(struct store_tx *tx)
{
    static struct db_query insert =
        DB_QUERY_MANY("INSERT INTO feed (id, transaction_id, data) VALUES ($1, {this_transaction}, "
                      "$2)",
                      "INSERT INTO feed (id, transaction_id, data) SELECT v.id, "
                      "{this_transaction}, v.data FROM UNNEST($1::bigint[], $2::bytea[]) "
                      "AS v (id, data)");
    struct feed *f = tx->feed;
    struct packing p = {.tx = tx, .events = buf_limited(ROW_MOST / 2)};
    p.rows = ARENA_ARRAY(tx->view.arena, 2 * (f->n / FEED_ROW_LEAST + 2), struct db_value);
    for (struct feed_chunk *k = f->first; k; k = k->next)
        for (size_t i = 0; i < k->n; i++)
            pack(&p, &k->notes[i]);
    close_row(&p);
    buf_free(&p.events);
    return db_run_many(tx->view.db, &insert, p.rows, 2, p.rows_n, NULL);
}

enum err store_feed_flush(struct store_tx *tx)
{
    if (!tx->feed)
        return OK;
    enum err e = complete(tx);
    if (!e)
        e = feed_count(tx);
    return e ? e : pack_all(tx);
}
