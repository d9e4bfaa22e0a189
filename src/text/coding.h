/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/coding: what a data_coding says of the bytes that came in. Below 16 the values are SMPP's
 * own (3.4 5.2.19); above, the tree of TS 23.038 chapter 4, which is not read by its low bits
 * alone. What is no text, or in an alphabet that we do not know, is shown as Latin-1. Threads:
 * pure.
 */
#ifndef NAVETTE_TEXT_CODING_H
#define NAVETTE_TEXT_CODING_H

#include "base/arena.h"
#include "text/national.h"

/* How the characters of a text stand in its bytes. The numbers stand in the store. */
enum text_alphabet {
    ALPHABET_GSM7, /* one septet a byte */
    ALPHABET_LATIN1,
    ALPHABET_UTF8,
    ALPHABET_UCS2,
    ALPHABET_GSM7_PACKED, /* of a part that is not unpacked yet; never stored */
    ALPHABET_IA5,         /* ASCII; or GSM7, which some libraries send under its number */
};

enum { CODING_NO_CLASS = -1 };

struct text_coding {
    enum text_alphabet alphabet;
    int class; /* 0 to 3, or CODING_NO_CLASS */
};

/* `by_default` is what data_coding 0 means on this link; GSM7_PACKED holds for all that is GSM. */
struct text_coding text_coding_of(uint8_t data_coding, enum text_alphabet by_default);

/* "gsm", "gsm-packed", "latin1", "ascii", "utf8"; ERR_INVALID for another word. ASCII is read as
 * Latin-1, of which it is a part. */
enum err text_alphabet_of(enum text_alphabet *out, struct str word) MUST_CHECK;

/* To UTF-8; never fails. UTF-8 that is none is read as Latin-1, IA5 as GSM7 where it holds what is
 * a letter only there; `shift` counts for GSM7 only. */
struct str text_decode(struct arena *a, enum text_alphabet alphabet, struct national_shift shift,
                       struct str bytes);

#endif
