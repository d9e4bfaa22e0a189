/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/alphabet.h"

#include "smpp/pdu.h"
#include "text/septets.h"
#include "text/text.h"

enum {
    USER_DATA_MAX = 140, /* bytes of one SMS */
};

/* ---- What data_coding means ---- */

static enum phone_alphabet standard_alphabet(enum quirk_default_alphabet standard)
{
    switch (standard) {
    case QUIRK_ALPHABET_LATIN1:
        return PHONE_LATIN1;
    case QUIRK_ALPHABET_ASCII:
        return PHONE_ASCII;
    case QUIRK_ALPHABET_UTF8:
        return PHONE_UTF8;
    case QUIRK_ALPHABET_GSM:
    case QUIRK_ALPHABET_GSM_PACKED:
        break;
    }
    return PHONE_GSM7;
}

/* TS 23.038 chapter 4, and the values below 0x10 as SMPP 3.4 5.2.19 gives them. */
enum phone_alphabet alphabet_of(uint8_t data_coding, enum quirk_default_alphabet standard)
{
    static const enum phone_alphabet by_bits[] = {PHONE_GSM7, PHONE_BINARY, PHONE_UCS2, PHONE_GSM7};
    if (data_coding < 0x10) {
        switch (data_coding) {
        case SMPP_CODING_DEFAULT:
            return standard_alphabet(standard);
        case 1:
        case 3:
            return PHONE_LATIN1;
        case 2:
        case 4:
            return PHONE_BINARY;
        case SMPP_CODING_UCS2:
            return PHONE_UCS2;
        default:
            return PHONE_GSM7;
        }
    }
    if (data_coding < 0x80)
        return by_bits[(data_coding >> 2) & 3];
    if (data_coding < 0xE0)
        return PHONE_GSM7;
    if (data_coding < 0xF0)
        return PHONE_UCS2;
    return data_coding & 4 ? PHONE_BINARY : PHONE_GSM7;
}

/* ---- What a phone says ---- */

static enum err split_text(struct alphabet_parts *out, struct arena *a, struct str utf8,
                           bool unicode, bool packed)
{
    struct text_weight weight;
    struct text_parts parts;
    enum err err = text_weigh(&weight, utf8, unicode ? TEXT_FORCE_UCS2 : TEXT_CHOOSE, NULL);
    if (!err)
        err = text_split(&parts, a, utf8, weight.encoding);
    if (err)
        return err;
    out->n = parts.n;
    out->data_coding = weight.encoding == TEXT_UCS2 ? SMPP_CODING_UCS2 : SMPP_CODING_DEFAULT;
    out->items = ARENA_ARRAY(a, parts.n, struct str);
    for (size_t i = 0; i < parts.n; i++) {
        struct str bytes = parts.items[i].bytes;
        if (packed && weight.encoding == TEXT_GSM7)
            bytes = septets_pack(a, bytes, parts.n > 1 ? UDH_CONCAT8_SIZE : 0);
        out->items[i] = bytes;
    }
    return OK;
}

/* The text in one byte a character; false when one is beyond `last`. Well-formed UTF-8 up to U+00FF
 * is ASCII, and C2 or C3 with one byte behind it. */
static bool to_single_bytes(struct str *out, struct arena *a, struct str utf8, unsigned last)
{
    char *to = arena_alloc(a, utf8.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < utf8.n; i++) {
        unsigned c = (uint8_t)utf8.p[i];
        if (c > 0xC3)
            return false;
        if (c >= 0xC2)
            c = (c & 3) << 6 | ((uint8_t)utf8.p[++i] & 0x3f);
        if (c > last)
            return false;
        to[n++] = (char)c;
    }
    *out = (struct str){to, n};
    return true;
}

/* Cut every so many bytes, but inside no character of UTF-8. */
static enum err split_bytes(struct alphabet_parts *out, struct arena *a, struct str bytes,
                            bool utf8)
{
    size_t most = bytes.n <= USER_DATA_MAX ? USER_DATA_MAX : USER_DATA_MAX - UDH_CONCAT8_SIZE;
    out->items = ARENA_ARRAY(a, TEXT_PARTS_MAX, struct str);
    out->data_coding = SMPP_CODING_DEFAULT;
    for (out->n = 0; bytes.n > 0; out->n++) {
        if (out->n == TEXT_PARTS_MAX)
            return ERR_TOO_LONG;
        size_t n = bytes.n < most ? bytes.n : most;
        while (utf8 && n < bytes.n && ((uint8_t)bytes.p[n] & 0xC0) == 0x80)
            n--;
        out->items[out->n] = str_sub(bytes, 0, n);
        bytes = str_sub(bytes, n, bytes.n);
    }
    return OK;
}

enum err alphabet_split(struct alphabet_parts *out, struct arena *a, struct str utf8,
                        enum quirk_default_alphabet standard, bool unicode)
{
    enum { ASCII_LAST = 0x7f, LATIN1_LAST = 0xff };
    size_t bad_at;
    enum err err = text_utf8_check(utf8, &bad_at);
    if (err)
        return err;
    if (utf8.n == 0)
        return ERR_MISSING;
    struct str bytes;
    bool latin1 = standard == QUIRK_ALPHABET_LATIN1;
    bool single = latin1 || standard == QUIRK_ALPHABET_ASCII;
    if (!unicode && single && to_single_bytes(&bytes, a, utf8, latin1 ? LATIN1_LAST : ASCII_LAST))
        return split_bytes(out, a, bytes, false);
    if (!unicode && standard == QUIRK_ALPHABET_UTF8)
        return split_bytes(out, a, utf8, true);
    return split_text(out, a, utf8, unicode || single, standard == QUIRK_ALPHABET_GSM_PACKED);
}
