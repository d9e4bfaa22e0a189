/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incoming messages: parts joined (8- and 16-bit references, SAR; any order, doubles, two binds),
 * text decoded once whole, matched to the message it answers (core/conversation); what it starts is
 * core/reply's.
 */
#include "store/incoming.h"

#include "base/clock.h"
#include "base/metric.h"
#include "core/conversation.h"
#include "core/core_base.h"
#include "core/reply.h"
#include "smpp/pdu.h"
#include "store/id.h"
#include "store/sweep.h"
#include "store/thread.h"
#include "text/phone.h"
#include "text/septets.h"
#include "text/udh.h"

#include <stdlib.h>

enum { WIDE_REFERENCE = 0x10000, SAR_REFERENCE = 0x20000, GIVE_UP_AT_ONCE = 200 };

/* What is known of a phone's message before it is stored. */
struct heard {
    int64_t carrier_id;
    struct str sender;
    struct str number;
    uint64_t phone; /* E.164; 0 when the sender is none */
    int class;      /* 0 to 3; -1: none */
    bool keep_text;
    int64_t received_at_us;
};

/* ---- text ---- */

/* How the bytes of a part are read, as one number: what decided it then decides it when the parts
 * are joined, whatever the settings are by then. */
struct reading {
    enum text_alphabet alphabet;
    struct national_shift shift;
    int class;
};

static uint32_t reading_fold(struct reading r)
{
    return (uint32_t)r.alphabet | (uint32_t)r.shift.locking << 8 | (uint32_t)r.shift.single << 16 |
           (uint32_t)(r.class + 1) << 24;
}

static struct reading reading_of(uint32_t folded)
{
    return (struct reading){.alphabet = (enum text_alphabet)(folded & 0xFF),
                            .shift = {.locking = folded >> 8 & 0xFF, .single = folded >> 16 & 0xFF},
                            .class = (int)(folded >> 24) - 1};
}

static struct str decode(struct arena *a, uint32_t folded, struct str bytes)
{
    struct reading r = reading_of(folded);
    return text_decode(a, r.alphabet, r.shift, bytes);
}

/* ---- whole ---- */

static enum err note_thread(struct store_tx *tx, const struct incoming *row,
                            const struct reply_match *match, uint64_t phone)
{
    const struct thread t = {.account_id = row->account_id,
                             .phone = phone,
                             .until_at_us = match->until_at_us,
                             .conversation_id = row->conversation_id,
                             .line_id = row->id};
    return store_thread_hear(tx, &t);
}

static enum err store_whole(struct core *c, struct store_tx *tx, const struct heard *h,
                            struct str text, uint32_t parts, uint32_t missing)
{
    struct reply_match match;
    enum err e = conversation_match(&match, c, tx, h->carrier_id, h->phone, h->number);
    if (e)
        return e;
    struct incoming row = {
        .id = store_id_next(),
        .account_id = match.account_id,
        .carrier_id = h->carrier_id,
        .sender = h->sender,
        .number = h->number,
        .text = text,
        .kept = h->keep_text,
        .class = h->class,
        .parts = parts,
        .missing = missing,
        .received_at_us = h->received_at_us,
        .message_id = match.question.id,
        .conversation_id = match.conversation_id,
        .standing = match.standing,
    };
    e = reply_start(c, tx, &row, &match, h->phone);
    if (!e)
        e = store_incoming_insert(tx, &row);
    return e || !row.account_id || !h->phone ? e : note_thread(tx, &row, &match, h->phone);
}

/* ---- parts ---- */

/* What came of the parts, at least one, in order; a gap is shown as […]. */
static enum err join(struct core *c, struct store_tx *tx, const struct heard *h,
                     const struct incoming_key *key, const struct incoming_part *parts, size_t n)
{
    struct buf bytes = buf_limited((size_t)TEXT_PARTS_MAX * 65536);
    struct buf text = buf_limited((size_t)TEXT_PARTS_MAX * 65536 * 3);
    size_t at = 0;
    bool in_gap = false;
    for (uint32_t number = 1; number <= key->total; number++) {
        bool here = at < n && parts[at].part == number;
        /* Bytes before letters: a surrogate pair may straddle two parts. But each part has the
         * tables that it names itself. */
        if (here)
            buf_add_str(&bytes, parts[at].bytes);
        if (here && at + 1 < n && parts[at + 1].part == number + 1 &&
            parts[at + 1].coding == parts[at].coding) {
            at++;
            continue;
        }
        if (here) {
            buf_add_str(&text, decode(tx->view.arena, parts[at++].coding, buf_str(&bytes)));
            buf_clear(&bytes);
        } else if (!in_gap) {
            buf_add_str(&text, STR("[…]"));
        }
        in_gap = !here;
    }
    struct str whole = arena_str(tx->view.arena, buf_str(&text));
    buf_free(&bytes);
    buf_free(&text);
    struct heard of_all = *h;
    of_all.class = reading_of(parts[0].coding).class;
    enum err e = store_whole(c, tx, &of_all, whole, key->total, key->total - (uint32_t)n);
    int64_t wait_us = parts[0].give_up_at_us - parts[0].received_at_us;
    return e ? e : store_incoming_part_drop(tx, key, parts, n, tx->now_us + wait_us);
}

/* A carrier that missed our answer sends again what was joined by then. */
static enum err add_part(struct core *c, struct store_tx *tx, const struct heard *h,
                         const struct incoming_key *key, const struct incoming_part *part)
{
    struct incoming_part *parts;
    size_t n;
    bool joined;
    enum err e = store_incoming_joined(&joined, &tx->view, key, part);
    if (e || joined)
        return e;
    e = store_incoming_part_put(tx, key, part);
    if (!e)
        e = store_incoming_part_list(&parts, &n, &tx->view, key);
    return e || n < key->total ? e : join(c, tx, h, key, parts, n);
}

/* ---- jobs ---- */

/* What is no UTF-8 was meant as Latin-1, and can be stored and shown as that. */
static struct str readable(struct arena *a, struct str octets)
{
    size_t bad_at;
    return text_utf8_check(octets, &bad_at) ? text_from_latin1(a, octets) : octets;
}

/* The phone in E.164 with +, when it is one; else as the carrier wrote it. */
static struct str readable_sender(uint64_t *phone, struct arena *a, const struct incoming_job *job)
{
    char text[PHONE_SIZE];
    *phone = 0;
    if (job->sender_ton == SMPP_TON_ALPHANUMERIC || phone_parse(phone, job->sender) != OK)
        return readable(a, job->sender);
    return arena_str(a, phone_format(text, *phone));
}

/* What a job brings; a key whose total is above 1: a part. */
struct brought {
    struct heard heard;
    struct incoming_key key;
    struct incoming_part part;
};

/* The bytes behind the user data header, unpacked, and how to read them. */
static struct str read_bytes(struct reading *r, struct udh_concat *concat, struct arena *a,
                             const struct incoming_job *job)
{
    struct text_coding coding = text_coding_of(job->coding, job->alphabet);
    struct str bytes = job->bytes;
    *r = (struct reading){.alphabet = coding.alphabet, .class = coding.class};
    *concat = (struct udh_concat){0};
    if (job->has_udh && udh_read(concat, &bytes, job->bytes) != OK)
        bytes = job->bytes; /* a broken header is shown rather than lost */
    else if (job->has_udh)
        r->shift = udh_read_shift(job->bytes);
    if (r->alphabet != ALPHABET_GSM7_PACKED)
        return bytes;
    r->alphabet = ALPHABET_GSM7;
    return septets_unpack(a, bytes, job->bytes.n - bytes.n);
}

static void read_job(struct brought *b, struct store_tx *tx, const struct incoming_job *job)
{
    struct heard *h = &b->heard;
    struct udh_concat concat;
    struct reading reading;
    struct str bytes = read_bytes(&reading, &concat, tx->view.arena, job);
    *h = (struct heard){.carrier_id = job->carrier_id,
                        .class = reading.class,
                        .keep_text = job->keep_text,
                        .received_at_us = tx->now_us};
    h->number = readable(tx->view.arena, job->number);
    h->sender = readable_sender(&h->phone, tx->view.arena, job);
    b->key =
        (struct incoming_key){.carrier_id = job->carrier_id,
                              .sender = h->sender,
                              .number = h->number,
                              .reference = concat.reference + (concat.wide ? WIDE_REFERENCE : 0u),
                              .total = concat.total};
    b->part = (struct incoming_part){.part = concat.number,
                                     .coding = reading_fold(reading),
                                     .bytes = bytes,
                                     .received_at_us = tx->now_us,
                                     .give_up_at_us = tx->now_us + job->wait_us};
    if (!concat.total && job->sar_total && job->sar_part && job->sar_part <= job->sar_total &&
        job->sar_total <= TEXT_PARTS_MAX) {
        b->key.reference = job->sar_reference + SAR_REFERENCE;
        b->key.total = job->sar_total;
        b->part.part = job->sar_part;
    }
}

static enum err write_down(struct core *c, struct store_tx *tx, const struct brought *b)
{
    if (b->key.total > 1)
        return add_part(c, tx, &b->heard, &b->key, &b->part);
    return store_whole(c, tx, &b->heard, decode(tx->view.arena, b->part.coding, b->part.bytes), 1,
                       0);
}

/* Whose turn it is: two nodes that hear the same phones must take their rows in the same order.
 * What one phone says stays in its own. */
struct turn {
    uint64_t phone;
    size_t at;
};

static int by_phone(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;
    if (a->phone != b->phone)
        return a->phone < b->phone ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static void sort_turns(struct turn *turns, size_t n)
{
    if (n)
        qsort(turns, n, sizeof(*turns), by_phone);
}

enum err incoming_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    struct brought *all = ARENA_ARRAY(tx->view.arena, n, struct brought);
    struct incoming_key *keys = ARENA_ARRAY(tx->view.arena, n, struct incoming_key);
    struct turn *turns = ARENA_ARRAY(tx->view.arena, n, struct turn);
    size_t keys_n = 0;
    for (size_t i = 0; i < n; i++) {
        read_job(&all[i], tx, (const struct incoming_job *)jobs[i]);
        turns[i] = (struct turn){all[i].heard.phone, i};
        if (all[i].key.total > 1)
            keys[keys_n++] = all[i].key;
    }
    sort_turns(turns, n);
    enum err e = store_incoming_parts_hold(tx, keys, keys_n);
    for (size_t i = 0; i < n && !e; i++) {
        e = write_down(ctx, tx, &all[turns[i].at]);
        if (e == ERR_LIMIT) { /* this phone only: nothing was written for it */
            jobs[turns[i].at]->err = e;
            e = OK;
        }
    }
    if (!e)
        e = reply_finish(ctx, tx);
    metric_add(METRIC_INCOMING, e ? 0 : (int64_t)n);
    return e;
}

/* Of a carrier that is gone, the setting's default. */
static bool keeps_text(struct core *c, int64_t carrier_id)
{
    const struct directory *d = core_directory(c);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, carrier_id);
    bool keeps = !carrier || carrier->settings.store_incoming;
    directory_release(d);
    return keeps;
}

/* 0 when it is none. */
static uint64_t phone_of(struct str sender)
{
    uint64_t phone;
    return phone_parse(&phone, sender) == OK ? phone : 0;
}

static enum err give_up(struct core *c, struct store_tx *tx, const struct incoming_key *key)
{
    struct incoming_part *parts;
    size_t n;
    enum err e = store_incoming_part_list(&parts, &n, &tx->view, key);
    if (e || !n)
        return e;
    struct heard h = {.carrier_id = key->carrier_id,
                      .sender = key->sender,
                      .number = key->number,
                      .phone = phone_of(key->sender),
                      .keep_text = keeps_text(c, key->carrier_id),
                      .received_at_us = parts[0].received_at_us};
    return join(c, tx, &h, key, parts, n);
}

enum err incoming_give_up(struct core *c, struct store_tx *tx)
{
    struct incoming_key *keys;
    size_t n = 0;
    enum err e = store_incoming_joined_forget(tx, tx->now_us);
    if (!e)
        e = store_incoming_part_overdue(&keys, &n, &tx->view, tx->now_us, GIVE_UP_AT_ONCE);
    struct turn *turns = ARENA_ARRAY(tx->view.arena, n, struct turn);
    for (size_t i = 0; i < n && !e; i++)
        turns[i] = (struct turn){phone_of(keys[i].sender), i};
    sort_turns(turns, n);
    if (!e)
        e = store_incoming_parts_hold(tx, keys, n);
    for (size_t i = 0; i < n && !e; i++)
        e = give_up(c, tx, &keys[turns[i].at]);
    return e;
}
