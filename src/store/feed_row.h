/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/feed_row: what store/feed*.c share: the notes of a transaction, and what writer and reader
 * of a row of table feed agree on.
 */
#ifndef NAVETTE_STORE_FEED_ROW_H
#define NAVETTE_STORE_FEED_ROW_H

#include "store/feed.h"

enum {
    FEED_CHUNK_NOTES = 32,
    FEED_VERSION = 1,
    FEED_CHAT = 0x80, /* bit of an event's kind */
    FEED_KINDS_END = 64,
    FEED_ACCOUNTS_MAX = 64, /* of one row */
    FEED_ROW_LEAST = 64     /* events of a row that is not the last of its commit */
};

static inline bool feed_has_phone(enum feed_kind kind, bool chat)
{
    const struct feed_fact *fact = feed_fact_of(kind);
    return fact && (fact->about == FEED_ABOUT_INCOMING || fact->about == FEED_ABOUT_THREAD ||
                    (chat && fact->about == FEED_ABOUT_MESSAGE && kind <= FEED_ACCEPTED_SCHEDULED));
}

struct feed_chunk {
    struct feed_chunk *next;
    size_t n;
    struct feed_note notes[FEED_CHUNK_NOTES];
};

struct feed {
    struct feed_chunk *first, *last;
    size_t n;
    size_t bytes; /* written */
};

/* Adds what the notes say to store/statistic. */
enum err feed_count(struct store_tx *tx) MUST_CHECK;
/* Words are strangers': beyond so many different ones a day they are counted as one. */
bool feed_word_is_told(struct feed_memory *m, struct str word, int64_t day);

/* Bytes committed since the last call. */
int64_t feed_memory_take_bytes(struct feed_memory *m);

#endif
