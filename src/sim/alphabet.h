/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/alphabet: how a link writes text: what data_coding means, and the parts of what a phone
 * says.
 * Source: TS 23.038 chapter 4, SMPP 3.4 5.2.19, TS 23.040 9.2.3.24.
 * Threads: pure.
 */
#ifndef NAVETTE_SIM_ALPHABET_H
#define NAVETTE_SIM_ALPHABET_H

#include "base/arena.h"
#include "sim/phones.h"
#include "sim/quirk.h"

/* Packed septets are PHONE_GSM7: to be unpacked (text/septets) before they reach a
 * phone. */
enum phone_alphabet alphabet_of(uint8_t data_coding, enum quirk_default_alphabet standard);

struct alphabet_parts {
    struct str *items; /* short_message without its header */
    size_t n;
    uint8_t data_coding;
};

/*
 * The parts of a text, each fit to stand alone or, when there are several, behind a header of
 * UDH_CONCAT8_SIZE bytes. Unicode when it is asked for or nothing else will do. ERR_BAD_UTF8;
 * ERR_TOO_LONG; ERR_MISSING for an empty text. Owner: the arena.
 */
enum err alphabet_split(struct alphabet_parts *out, struct arena *a, struct str utf8,
                        enum quirk_default_alphabet standard, bool unicode) MUST_CHECK;

#endif
