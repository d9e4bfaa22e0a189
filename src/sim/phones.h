/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/phones: the virtual phones and what stands on their screens.
 *
 * A phone is born with its first message. Bytes are kept as they came and decoded only when a
 * person looks. Long messages are joined here, in any order of their parts. Everything is bounded:
 * the phone that was quiet the longest goes first, then a phone's oldest message.
 * Owner: phones_free releases all; a message given out lives until the next phones_receive or
 * phones_write. Needs secret_init. Threads: one at a time.
 */
#ifndef NAVETTE_SIM_PHONES_H
#define NAVETTE_SIM_PHONES_H

#include "base/arena.h"
#include "text/udh.h"

enum { PHONE_ADDRESS_SIZE = 21 }; /* as in SMPP: 20 characters and a NUL */

struct phones_limits {
    size_t phones;
    size_t messages; /* of one phone */
    size_t bytes;    /* of all */
};

enum phone_alphabet {
    PHONE_GSM7,
    PHONE_UCS2,
    PHONE_LATIN1,
    PHONE_BINARY,
    PHONE_UTF8,
    PHONE_ASCII,
};
/* "gsm7", "ucs2", "latin1", "binary", "utf8", "ascii" */
const char *phone_alphabet_name(enum phone_alphabet alphabet);

enum phone_state {
    PHONE_RECEIVED, /* from the network */
    PHONE_WAITING,  /* written on the phone, not yet taken by the customer */
    PHONE_TAKEN,    /* every deliver_sm was answered with 0 */
};
/* "received", "waiting", "taken" */
const char *phone_state_name(enum phone_state state);

struct phone_part {
    struct phone_part *next; /* by number */
    size_t n;
    uint8_t number; /* 1 … total */
    uint8_t bytes[];
};

struct phone_message {
    struct phone_message *older, *newer;
    uint64_t id; /* grows; unique in one store */
    uint64_t customer;
    int64_t at_us;
    struct phone_part *parts;
    char peer[PHONE_ADDRESS_SIZE]; /* the sender, or whom the phone wrote to */
    uint16_t reference;
    uint8_t total, got; /* parts */
    uint8_t outcome;    /* enum outcome_id */
    uint8_t alphabet;   /* enum phone_alphabet */
    uint8_t state;      /* enum phone_state */
    bool wide, flash;
};

struct phone {
    struct phone *older, *newer; /* by last use */
    struct phone *chained;
    struct phone_message *newest, *oldest;
    size_t count;
    size_t number_n;
    char number[PHONE_ADDRESS_SIZE];
};

struct phone_arrival {
    struct str number, sender; /* cut to PHONE_ADDRESS_SIZE - 1 */
    int64_t at_us;
    uint64_t customer; /* who sent it: for the way back */
    struct udh_concat concat;
    struct str bytes;
    uint8_t outcome;
    enum phone_alphabet alphabet;
    bool flash;
};

struct phones;

struct phones *phones_new(const struct phones_limits *limits);
void phones_free(struct phones *phones);

/* A short message reaches a phone. The message is whole when got == total. */
struct phone_message *phones_receive(struct phones *phones, const struct phone_arrival *arrival,
                                     struct phone **phone);
/* A person writes on a phone; `parts` is what the text weighs. */
struct phone_message *phones_write(struct phones *phones, struct str number, struct str to,
                                   struct str utf8, uint8_t parts, int64_t at_us,
                                   struct phone **phone);
/* NULL when there is none. A leading "+" or "00" of a number in digits makes no difference. */
struct phone *phones_find(const struct phones *phones, struct str number);
struct phone_message *phone_message_find(const struct phone *phone, uint64_t id);
struct phone *phones_newest(const struct phones *phones);
size_t phones_count(const struct phones *phones);

/* UTF-8; of a binary message, its bytes in hexadecimal. Missing parts are marked with "[…]". */
struct str phone_message_text(const struct phone_message *message, struct arena *arena);

#endif
