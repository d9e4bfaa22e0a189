/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/feed: everything that happens, in the order of the commits. Work notes it in the
 * transaction that makes it true; before the commit the notes become rows of table feed, packed,
 * one a commit (more when it is large), and additions to store/statistic. A transaction that is
 * rolled back has told nothing.
 *
 * The order is that of (transaction, id). On an engine of one process the id alone orders; on a
 * shared database the transaction's number does, and a reader sees only those below the oldest that
 * is still open: nothing is ever committed behind a reader's back. A position names a place in that
 * order; it is good as long as what follows it has not been trimmed, and in this database only
 * (`era`).
 * Threads: the writer's for what takes a store_tx.
 */
#ifndef NAVETTE_STORE_FEED_H
#define NAVETTE_STORE_FEED_H

#include "store/message_state.h"
#include "store/store.h"

enum feed_kind {
    FEED_NOTHING, /* counts only */
#define FEED(name, number, type, about, state) FEED_##name = (number),
#include "store/feed.def"
#undef FEED
};

enum feed_about {
    FEED_ABOUT_NOTHING,
    FEED_ABOUT_MESSAGE,
    FEED_ABOUT_INCOMING,
    FEED_ABOUT_THREAD,
    FEED_ABOUT_CHANGE
};

struct feed_fact {
    const char *type; /* "message.sent" */
    enum feed_about about;
    const char *state;
};
/* NULL for a number that is no kind. */
const struct feed_fact *feed_fact_of(enum feed_kind kind);
enum feed_kind feed_kind_of_state(enum message_state state);

/* ---- writing ---- */

enum { FEED_TEXT_MAX = 128 };

struct feed_note {
    enum feed_kind kind;
    bool chat;          /* of a message: it belongs to a conversation */
    bool answer;        /* accepted: an automatic one */
    bool again;         /* has been counted before */
    int64_t account_id; /* 0 for a message: looked up before the commit, with chat and carrier_id */
    int64_t id;         /* of the message or incoming */
    int64_t carrier_id; /* 0: none */
    int64_t spent;      /* hundredths */
    int64_t refunded;
    uint64_t phone;     /* of an incoming, a thread, a message of a conversation; 0: none */
    struct str word;    /* of a failure: the receipt, or why; of a change: what was done; copied */
    struct str subject; /* of a change; copied */
};
void store_feed_note(struct store_tx *tx, const struct feed_note *note);
/* Is a failure of this receipt, or why, counted under this word (store/statistic)? */
bool store_feed_word_is(struct str said, struct str word);

/* What a writer remembers between transactions: hints, and what it has written. */
struct feed_memory;
struct feed_memory *store_feed_memory_new(void);
void store_feed_memory_free(struct feed_memory *m);
/* The transaction with these notes (NULL: none) was committed. Wakes who looks at store_feed_turn.
 */
void store_feed_committed(struct feed_memory *m, const struct feed *feed);
/* Rises with each commit that told something. Any thread. */
uint64_t store_feed_turn(const struct feed_memory *m);

/* Writes down what was noted; the writer calls it before each commit. */
enum err store_feed_flush(struct store_tx *tx) MUST_CHECK;

/* Before the first transaction of a life: the era, and away with what another database has left. */
enum err store_feed_begin(struct store_tx *tx) MUST_CHECK;

struct feed_limits {
    int64_t keep_us;
    int64_t keep_bytes;
};
/* Trims a slice of what is older, or more. *more: there is more. */
enum err store_feed_trim(struct store_tx *tx, const struct feed_limits *limits,
                         bool *more) MUST_CHECK;

/* ---- reading ---- */

enum { FEED_WHOLE = UINT32_MAX };
struct feed_position {
    int64_t era;
    int64_t transaction;
    int64_t id;   /* of the row */
    uint32_t nth; /* events of it that are behind the position; FEED_WHOLE: all */
};
enum { FEED_POSITION_SIZE = 80 };
/* Letters, digits, dots; what it says is nobody's business. */
const char *feed_position_format(char out[FEED_POSITION_SIZE], const struct feed_position *p);
/* ERR_INVALID. */
enum err feed_position_parse(struct feed_position *out, struct str text) MUST_CHECK;
int feed_position_compare(const struct feed_position *a, const struct feed_position *b);

/* Behind all that may be read now; and before all that is kept. */
enum err store_feed_end(struct feed_position *out, struct store_view *view) MUST_CHECK;
enum err store_feed_start(struct feed_position *out, struct store_view *view) MUST_CHECK;

struct feed_row {
    struct feed_position after; /* with nth FEED_WHOLE */
    struct str data;
};
/* The rows that have something behind the position, at most `limit`, which may be 0: is it good?
 * ERR_GONE: what follows it has been trimmed, or it is of another database. */
enum err store_feed_read(struct feed_row **out, size_t *n, struct store_view *view,
                         const struct feed_position *after, size_t limit) MUST_CHECK;

struct feed_event {
    enum feed_kind kind;
    bool chat; /* who may only CHAT may know it */
    int64_t account_id;
    int64_t id;
    uint64_t phone; /* 0: none */
    struct str what, subject;
    uint32_t nth; /* events of its row up to and with it */
};
/* Reads a row's data; texts are views into it. Zeroed but for `data`. */
struct feed_reader {
    struct str data;
    struct str rest;
    int64_t id;
    uint32_t nth;
    size_t accounts_n;
    struct str accounts;
};
/* False at the end, and where data is broken. */
bool feed_reader_next(struct feed_reader *r, struct feed_event *out);

#endif
