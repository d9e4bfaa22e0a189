/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the notes of a transaction come to, a row of store/statistic for each account and carrier.
 * Most transactions have few of them, a large one may have thousands: tables that grow.
 */
#include "base/clock.h"
#include "base/secret.h"
#include "store/feed_row.h"
#include "store/statistic.h"

/* Open addressing over an array of rows; `places` has a row's place + 1. */
struct table {
    char *rows;
    uint64_t *hashes;
    size_t size; /* of a row */
    size_t n;
    uint32_t *places;
    size_t mask;
};

enum { FIRST_ROWS = 16 };

struct counting {
    struct arena *arena;
    struct table sums;     /* struct statistic */
    struct table failures; /* struct statistic_failure */
};

static void place(struct table *t, uint64_t hash, size_t nth)
{
    size_t at = hash >> 32 & t->mask;
    while (t->places[at])
        at = (at + 1) & t->mask;
    t->places[at] = (uint32_t)nth + 1;
}

static void grow(struct table *t, struct arena *a)
{
    size_t room = t->n ? t->n * 2 : FIRST_ROWS;
    char *rows = arena_array(a, room, t->size);
    uint64_t *hashes = ARENA_ARRAY(a, room, uint64_t);
    if (t->n) {
        memcpy(rows, t->rows, t->n * t->size);
        memcpy(hashes, t->hashes, t->n * sizeof(*hashes));
    }
    t->rows = rows;
    t->hashes = hashes;
    t->mask = room * 2 - 1;
    t->places = ARENA_ARRAY(a, room * 2, uint32_t);
    for (size_t i = 0; i < t->n; i++)
        place(t, hashes[i], i);
}

/* The row of this hash for which `is` says yes, or a fresh one that is still zeroed. */
static void *find(struct table *t, struct arena *a, uint64_t hash,
                  bool (*is)(const void *row, const void *key), const void *key, bool *fresh)
{
    *fresh = false;
    for (size_t at = hash >> 32 & t->mask; t->n && t->places[at]; at = (at + 1) & t->mask) {
        size_t nth = t->places[at] - 1;
        if (t->hashes[nth] == hash && is(t->rows + nth * t->size, key))
            return t->rows + nth * t->size;
    }
    if (t->n * 2 >= t->mask) /* never more than half full; 0 at birth */
        grow(t, a);
    *fresh = true;
    t->hashes[t->n] = hash;
    place(t, hash, t->n);
    return t->rows + t->n++ * t->size;
}

static bool is_sum(const void *row, const void *key)
{
    const struct statistic *x = row, *y = key;
    return x->account_id == y->account_id && x->carrier_id == y->carrier_id;
}

static struct statistic *sum_of(struct counting *c, int64_t account_id, int64_t carrier_id)
{
    struct statistic key = {.account_id = account_id, .carrier_id = carrier_id};
    bool fresh;
    uint64_t hash =
        ((uint64_t)account_id * 31 + (uint64_t)carrier_id) * UINT64_C(0x9E3779B97F4A7C15);
    struct statistic *s = find(&c->sums, c->arena, hash, is_sum, &key, &fresh);
    if (fresh) {
        s->account_id = account_id;
        s->carrier_id = carrier_id;
    }
    return s;
}

static bool is_failure(const void *row, const void *key)
{
    const struct statistic_failure *x = row, *y = key;
    return x->account_id == y->account_id && x->state == y->state && str_eq(x->word, y->word);
}

static void add_failure(struct counting *c, int64_t account_id, enum message_state state,
                        struct str word)
{
    const struct statistic_failure key = {.account_id = account_id, .state = state, .word = word};
    bool fresh;
    uint64_t hash = secret_hash(word) ^
                    ((uint64_t)account_id * 31 + (uint64_t)state) * UINT64_C(0x9E3779B97F4A7C15);
    struct statistic_failure *f = find(&c->failures, c->arena, hash, is_failure, &key, &fresh);
    if (fresh)
        *f = key;
    f->count++;
}

static enum statistic_count count_of(enum feed_kind kind)
{
    static const uint8_t counts[FEED_KINDS_END] = {
        [FEED_ACCEPTED] = 1 + STATISTIC_ACCEPTED,
        [FEED_ACCEPTED_QUEUED] = 1 + STATISTIC_ACCEPTED,
        [FEED_ACCEPTED_SCHEDULED] = 1 + STATISTIC_ACCEPTED,
        [FEED_SENT] = 1 + STATISTIC_SENT,
        [FEED_DELIVERED] = 1 + STATISTIC_DELIVERED,
        [FEED_UNDELIVERED] = 1 + STATISTIC_FAILED,
        [FEED_EXPIRED] = 1 + STATISTIC_FAILED,
        [FEED_REJECTED] = 1 + STATISTIC_FAILED,
        [FEED_UNKNOWN] = 1 + STATISTIC_FAILED,
        [FEED_CANCELLED] = 1 + STATISTIC_CANCELLED,
        [FEED_REFUSED] = 1 + STATISTIC_REFUSED,
        [FEED_INCOMING] = 1 + STATISTIC_UNMATCHED,
        [FEED_INCOMING_IN_TIME] = 1 + STATISTIC_REPLIES,
        [FEED_INCOMING_LATE] = 1 + STATISTIC_LATE,
        [FEED_INCOMING_ELSE] = 1 + STATISTIC_NOT_COVERED,
        [FEED_STOP] = 1 + STATISTIC_STOPS,
    };
    return counts[kind] ? (enum statistic_count)(counts[kind] - 1) : STATISTIC_COUNTS;
}

static void add(struct statistic *s, const struct feed_note *n, enum statistic_count count)
{
    if (count < STATISTIC_COUNTS)
        s->counts[count]++;
    s->counts[STATISTIC_ANSWERS] += n->answer;
    s->counts[STATISTIC_SPENT] += n->spent;
    s->counts[STATISTIC_REFUNDED] += n->refunded;
}

static void count_note(struct counting *c, struct store_tx *tx, const struct feed_note *n)
{
    enum statistic_count count = count_of(n->kind);
    if (n->again || (count == STATISTIC_COUNTS && !n->spent && !n->refunded))
        return;
    if (n->account_id)
        add(sum_of(c, n->account_id, n->carrier_id), n, count);
    add(sum_of(c, 0, n->carrier_id), n, count);
    if (count != STATISTIC_FAILED)
        return;
    enum message_state state =
        (enum message_state)((int)MESSAGE_DELIVERED + ((int)n->kind - (int)FEED_DELIVERED));
    bool told = feed_word_is_told(tx->memory, n->word, tx->now_us / DAY_US);
    struct str word = told ? n->word : STR("other");
    if (n->account_id)
        add_failure(c, n->account_id, state, word);
    add_failure(c, 0, state, word);
}

enum err feed_count(struct store_tx *tx)
{
    struct counting c = {.arena = tx->view.arena,
                         .sums.size = sizeof(struct statistic),
                         .failures.size = sizeof(struct statistic_failure)};
    for (struct feed_chunk *k = tx->feed->first; k; k = k->next)
        for (size_t i = 0; i < k->n; i++)
            count_note(&c, tx, &k->notes[i]);
    enum err e = store_statistic_add(tx, (struct statistic *)(void *)c.sums.rows, c.sums.n);
    return e ? e
             : store_failure_add(tx, (struct statistic_failure *)(void *)c.failures.rows,
                                 c.failures.n);
}
