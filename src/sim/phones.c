/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/phones.h"

#include "base/clock.h"
#include "base/secret.h"
#include "text/text.h"

#include <stdlib.h>

/* A reference comes again after 256 long messages; a part later than this begins a new one. */
#define JOIN_WITHIN_US (10 * MIN_US)

enum { INTERNATIONAL_MIN = 8 }; /* with "00"; a shorter number is taken as it is */

struct phones {
    struct phones_limits limits;
    struct phone **chains;
    size_t mask;
    struct phone *newest, *oldest;
    size_t count;
    size_t bytes;
    uint64_t last_id;
};

const char *phone_alphabet_name(enum phone_alphabet alphabet)
{
    static const char *const names[] = {"gsm7", "ucs2", "latin1", "binary", "utf8", "ascii"};
    return names[alphabet];
}

const char *phone_state_name(enum phone_state state)
{
    static const char *const names[] = {"received", "waiting", "taken"};
    return names[state];
}

struct phones *phones_new(const struct phones_limits *limits)
{
    struct phones *phones = base_alloc(sizeof(*phones));
    size_t size = 16;
    while (size < limits->phones)
        size *= 2;
    phones->limits = *limits;
    phones->chains = base_alloc(size * sizeof(struct phone *));
    phones->mask = size - 1;
    return phones;
}

/* The number without its international prefix, cut to what an address may hold. */
static struct str plain_number(struct str number)
{
    if (str_starts(number, STR("+")))
        number = str_sub(number, 1, number.n);
    else if (str_starts(number, STR("00")) && number.n > INTERNATIONAL_MIN)
        number = str_sub(number, 2, number.n);
    if (number.n > PHONE_ADDRESS_SIZE - 1)
        number.n = PHONE_ADDRESS_SIZE - 1;
    return number;
}

static struct phone **chain_of(const struct phones *phones, struct str plain)
{
    return &phones->chains[secret_hash(plain) & phones->mask];
}

static struct phone *find_plain(const struct phones *phones, struct str plain)
{
    struct phone *phone = *chain_of(phones, plain);
    while (phone && (phone->number_n != plain.n || memcmp(phone->number, plain.p, plain.n) != 0))
        phone = phone->chained;
    return phone;
}

struct phone *phones_find(const struct phones *phones, struct str number)
{
    return find_plain(phones, plain_number(number));
}

static size_t part_size(const struct phone_part *part)
{
    return sizeof(*part) + part->n;
}

static void remove_oldest_message(struct phones *phones, struct phone *phone)
{
    struct phone_message *m = phone->oldest;
    phone->oldest = m->newer;
    if (m->newer)
        m->newer->older = NULL;
    else
        phone->newest = NULL;
    phone->count--;
    for (struct phone_part *part = m->parts; part;) {
        struct phone_part *next = part->next;
        phones->bytes -= part_size(part);
        free(part);
        part = next;
    }
    phones->bytes -= sizeof(*m);
    free(m);
}

static void unlink_phone(struct phones *phones, struct phone *phone)
{
    if (phone->newer)
        phone->newer->older = phone->older;
    else
        phones->newest = phone->older;
    if (phone->older)
        phone->older->newer = phone->newer;
    else
        phones->oldest = phone->newer;
}

static void link_newest(struct phones *phones, struct phone *phone)
{
    phone->newer = NULL;
    phone->older = phones->newest;
    if (phones->newest)
        phones->newest->newer = phone;
    else
        phones->oldest = phone;
    phones->newest = phone;
}

static void remove_phone(struct phones *phones, struct phone *phone)
{
    while (phone->oldest)
        remove_oldest_message(phones, phone);
    struct phone **link = chain_of(phones, (struct str){phone->number, phone->number_n});
    while (*link != phone)
        link = &(*link)->chained;
    *link = phone->chained;
    unlink_phone(phones, phone);
    phones->count--;
    phones->bytes -= sizeof(*phone);
    free(phone);
}

void phones_free(struct phones *phones)
{
    if (!phones)
        return;
    while (phones->oldest)
        remove_phone(phones, phones->oldest);
    free(phones->chains);
    free(phones);
}

/* The phone of this number, born if need be, now the newest. */
static struct phone *take_phone(struct phones *phones, struct str number)
{
    struct str plain = plain_number(number);
    struct phone *phone = find_plain(phones, plain);
    if (phone) {
        if (phone != phones->newest) {
            unlink_phone(phones, phone);
            link_newest(phones, phone);
        }
        return phone;
    }
    if (phones->count == phones->limits.phones)
        remove_phone(phones, phones->oldest);
    phone = base_alloc(sizeof(*phone));
    memcpy(phone->number, plain.p, plain.n);
    phone->number_n = plain.n;
    struct phone **chain = chain_of(phones, plain);
    phone->chained = *chain;
    *chain = phone;
    link_newest(phones, phone);
    phones->count++;
    phones->bytes += sizeof(*phone);
    return phone;
}

static void add_part(struct phones *phones, struct phone_message *m, uint8_t number,
                     struct str bytes)
{
    struct phone_part *part = base_alloc(sizeof(*part) + bytes.n);
    part->number = number;
    part->n = bytes.n;
    if (bytes.n)
        memcpy(part->bytes, bytes.p, bytes.n);
    struct phone_part **link = &m->parts;
    while (*link && (*link)->number < number)
        link = &(*link)->next;
    part->next = *link;
    *link = part;
    m->got++;
    phones->bytes += part_size(part);
}

static struct phone_message *add_message(struct phones *phones, struct phone *phone,
                                         struct str peer, int64_t at_us)
{
    if (phone->count == phones->limits.messages)
        remove_oldest_message(phones, phone);
    struct phone_message *m = base_alloc(sizeof(*m));
    m->id = ++phones->last_id;
    m->at_us = at_us;
    memcpy(m->peer, peer.p, peer.n < sizeof(m->peer) ? peer.n : sizeof(m->peer) - 1);
    m->older = phone->newest;
    if (phone->newest)
        phone->newest->newer = m;
    else
        phone->oldest = m;
    phone->newest = m;
    phone->count++;
    phones->bytes += sizeof(*m);
    return m;
}

/* What outgrows the limit of bytes goes; the phone in use stays with its newest message. */
static void keep_limit(struct phones *phones, struct phone *in_use)
{
    while (phones->bytes > phones->limits.bytes && phones->oldest != in_use)
        remove_phone(phones, phones->oldest);
    while (phones->bytes > phones->limits.bytes && in_use->oldest != in_use->newest)
        remove_oldest_message(phones, in_use);
}

static bool has_part(const struct phone_message *m, uint8_t number)
{
    for (const struct phone_part *part = m->parts; part; part = part->next)
        if (part->number == number)
            return true;
    return false;
}

/* The unfinished message that this part belongs to, or NULL. */
static struct phone_message *find_unfinished(const struct phone *phone,
                                             const struct phone_arrival *a)
{
    for (struct phone_message *m = phone->newest; m; m = m->older)
        if (m->got < m->total && m->total == a->concat.total &&
            m->reference == a->concat.reference && m->wide == a->concat.wide &&
            a->at_us - m->at_us < JOIN_WITHIN_US && str_eq(str_of(m->peer), a->sender) &&
            !has_part(m, a->concat.number))
            return m;
    return NULL;
}

struct phone_message *phones_receive(struct phones *phones, const struct phone_arrival *arrival,
                                     struct phone **phone)
{
    struct phone *p = take_phone(phones, arrival->number);
    bool joined = arrival->concat.total > 1;
    struct phone_message *m = joined ? find_unfinished(p, arrival) : NULL;
    if (!m) {
        m = add_message(phones, p, arrival->sender, arrival->at_us);
        m->customer = arrival->customer;
        m->outcome = arrival->outcome;
        m->alphabet = (uint8_t)arrival->alphabet;
        m->flash = arrival->flash;
        m->total = joined ? arrival->concat.total : 1;
        m->reference = arrival->concat.reference;
        m->wide = arrival->concat.wide;
    }
    add_part(phones, m, joined ? arrival->concat.number : 1, arrival->bytes);
    keep_limit(phones, p);
    *phone = p;
    return m;
}

struct phone_message *phones_write(struct phones *phones, struct str number, struct str to,
                                   struct str utf8, uint8_t parts, int64_t at_us,
                                   struct phone **phone)
{
    struct phone *p = take_phone(phones, number);
    struct phone_message *m = add_message(phones, p, to, at_us);
    m->alphabet = PHONE_UTF8;
    m->state = PHONE_WAITING;
    add_part(phones, m, 1, utf8);
    m->total = m->got = parts;
    keep_limit(phones, p);
    *phone = p;
    return m;
}

struct phone_message *phone_message_find(const struct phone *phone, uint64_t id)
{
    struct phone_message *m = phone->newest;
    while (m && m->id != id)
        m = m->older;
    return m;
}

struct phone *phones_newest(const struct phones *phones)
{
    return phones->newest;
}

size_t phones_count(const struct phones *phones)
{
    return phones->count;
}

static struct str to_hex(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_alloc(arena, 2 * bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++) {
        out[2 * i] = digits[(uint8_t)bytes.p[i] >> 4];
        out[2 * i + 1] = digits[(uint8_t)bytes.p[i] & 0x0f];
    }
    return (struct str){out, 2 * bytes.n};
}

/* What is no UTF-8 shows as U+FFFD, a byte each. */
static struct str from_utf8(struct arena *arena, struct str bytes, bool ascii_only)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    enum { REPLACEMENT_N = sizeof(replacement) - 1 };
    char *out = arena_alloc(arena, REPLACEMENT_N * bytes.n + 1);
    size_t n = 0;
    while (bytes.n) {
        size_t good = bytes.n;
        if (ascii_only)
            for (good = 0; good < bytes.n && (uint8_t)bytes.p[good] < 0x80;)
                good++;
        else if (text_utf8_check(bytes, &good) == OK)
            good = bytes.n;
        memcpy(out + n, bytes.p, good);
        n += good;
        bytes = str_sub(bytes, good, bytes.n);
        if (bytes.n) {
            memcpy(out + n, replacement, REPLACEMENT_N);
            n += REPLACEMENT_N;
            bytes = str_sub(bytes, 1, bytes.n);
        }
    }
    return (struct str){out, n};
}

static struct str decode(struct arena *arena, enum phone_alphabet alphabet, struct str bytes)
{
    switch (alphabet) {
    case PHONE_GSM7:
        return text_from_gsm7(arena, bytes);
    case PHONE_UCS2:
        return text_from_ucs2(arena, bytes);
    case PHONE_LATIN1:
        return text_from_latin1(arena, bytes);
    case PHONE_BINARY:
        return to_hex(arena, bytes);
    case PHONE_ASCII:
        return from_utf8(arena, bytes, true);
    case PHONE_UTF8:
        break;
    }
    return from_utf8(arena, bytes, false);
}

/* May hold NUL, so printf does not serve. */
static struct str join(struct arena *arena, struct str a, struct str b)
{
    char *out = arena_alloc(arena, a.n + b.n + 1);
    if (a.n)
        memcpy(out, a.p, a.n);
    if (b.n)
        memcpy(out + a.n, b.p, b.n);
    return (struct str){out, a.n + b.n};
}

struct str phone_message_text(const struct phone_message *message, struct arena *arena)
{
    enum phone_alphabet alphabet = (enum phone_alphabet)message->alphabet;
    bool written_here = message->state != PHONE_RECEIVED; /* one part, whatever it weighs */
    struct str text = {"", 0};
    struct str run = {"", 0};
    unsigned expected = 1;
    /* Bytes are joined before they are decoded, as a character may lie across two parts; a gap
     * ends such a run. */
    for (const struct phone_part *part = message->parts; part; part = part->next) {
        if (part->number != expected) {
            text = join(arena, join(arena, text, decode(arena, alphabet, run)), STR("[…]"));
            run = (struct str){"", 0};
        }
        run = join(arena, run, (struct str){(const char *)part->bytes, part->n});
        expected = part->number + 1u;
    }
    text = join(arena, text, decode(arena, alphabet, run));
    return written_here || expected > message->total ? text : join(arena, text, STR("[…]"));
}
