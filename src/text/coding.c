/* SPDX-License-Identifier: Apache-2.0 */
#include "text/coding.h"

#include "text/text.h"

/* SMPP's own values. */
enum { CODING_DEFAULT = 0x00, CODING_IA5 = 0x01, CODING_UCS2 = 0x08, CODING_OWN_END = 0x10 };

/* Bits of TS 23.038. */
enum {
    GENERAL_END = 0x80, /* 00xx and 01xx: the general groups */
    GENERAL_ALPHABET = 0x0C,
    GENERAL_8_BIT = 0x04,
    GENERAL_UCS2 = 0x08,
    GENERAL_HAS_CLASS = 0x10,
    WAITING_UCS2 = 0xE0, /* message waiting, store, UCS-2 */
    CLASS_GROUP = 0xF0,  /* data coding, message class */
    CLASS_8_BIT = 0x04,
    CLASS = 0x03,
};

static struct text_coding general(uint8_t coding)
{
    unsigned bits = coding & GENERAL_ALPHABET;
    return (struct text_coding){
        .alphabet = bits == GENERAL_UCS2    ? ALPHABET_UCS2
                    : bits == GENERAL_8_BIT ? ALPHABET_LATIN1
                                            : ALPHABET_GSM7,
        .class = coding & GENERAL_HAS_CLASS ? coding & CLASS : CODING_NO_CLASS,
    };
}

static struct text_coding by_tree(uint8_t coding)
{
    struct text_coding plain = {.alphabet = ALPHABET_GSM7, .class = CODING_NO_CLASS};
    unsigned group = coding & 0xF0u;
    if (coding < GENERAL_END)
        return general(coding);
    if (group == WAITING_UCS2)
        plain.alphabet = ALPHABET_UCS2;
    if (group != CLASS_GROUP)
        return plain;
    return (struct text_coding){.alphabet = coding & CLASS_8_BIT ? ALPHABET_LATIN1 : ALPHABET_GSM7,
                                .class = coding & CLASS};
}

struct text_coding text_coding_of(uint8_t data_coding, enum text_alphabet by_default)
{
    struct text_coding coding = {.alphabet = ALPHABET_LATIN1, .class = CODING_NO_CLASS};
    if (data_coding == CODING_DEFAULT)
        coding.alphabet = by_default;
    else if (data_coding == CODING_IA5)
        coding.alphabet = ALPHABET_IA5;
    else if (data_coding == CODING_UCS2)
        coding.alphabet = ALPHABET_UCS2;
    else if (data_coding >= CODING_OWN_END)
        coding = by_tree(data_coding);
    if (coding.alphabet == ALPHABET_GSM7 && by_default == ALPHABET_GSM7_PACKED)
        coding.alphabet = ALPHABET_GSM7_PACKED;
    return coding;
}

enum err text_alphabet_of(enum text_alphabet *out, struct str word)
{
    static const struct {
        const char *word;
        enum text_alphabet alphabet;
    } words[] = {
        {"gsm", ALPHABET_GSM7},      {"gsm-packed", ALPHABET_GSM7_PACKED},
        {"latin1", ALPHABET_LATIN1}, {"ascii", ALPHABET_LATIN1},
        {"utf8", ALPHABET_UTF8},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(word, str_of(words[i].word))) {
            *out = words[i].alphabet;
            return OK;
        }
    return ERR_INVALID;
}

/* No text in ASCII has controls but these; in GSM they are letters, or the escape. */
static bool has_gsm_letters(struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if ((unsigned char)bytes.p[i] < ' ' && !memchr("\t\n\r", bytes.p[i], 3))
            return true;
    return false;
}

struct str text_decode(struct arena *a, enum text_alphabet alphabet, struct national_shift shift,
                       struct str bytes)
{
    switch (alphabet) {
    case ALPHABET_GSM7:
        return text_from_national(a, bytes, shift);
    case ALPHABET_UCS2:
        return text_from_ucs2(a, bytes);
    case ALPHABET_UTF8:
        return text_from_utf8(a, bytes);
    case ALPHABET_IA5:
        if (has_gsm_letters(bytes))
            return text_from_national(a, bytes, shift);
        break;
    case ALPHABET_LATIN1:
    case ALPHABET_GSM7_PACKED:
        break;
    }
    return text_from_latin1(a, bytes);
}
