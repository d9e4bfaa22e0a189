/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/plan: a text as one link takes it: which octets stand for its characters, how many parts
 * they make and how the parts of a long one are told, by rules that come from the link's settings.
 *
 * What is counted is what the phone gets (product P1): a text whose characters are all in the GSM
 * alphabet counts septets, whatever octets carry it to the SMSC, which converts them; one that
 * needs Latin-1, ASCII or UTF-8 beyond it counts octets; UCS-2 counts UTF-16 units. A part also
 * fits the 254 octets of short_message, which only UTF-8 can exceed.
 *
 * A plan is kept as its encoding, the number of parts and its layout, and text_cut makes the same
 * octets of them again at any time, whatever the rules are by then.
 * Source: SMPP 3.4 5.2.19, 5.2.22, 5.3.2.22; TS 23.040 9.2.3.24.1, 9.2.3.24.8.
 * Owner: results live in the arena given. Threads: pure.
 */
#ifndef NAVETTE_TEXT_PLAN_H
#define NAVETTE_TEXT_PLAN_H

#include "text/text.h"

/* The octets of a text, and the data_coding that says so. The numbers stand in the store. */
enum text_wire {
    TEXT_WIRE_GSM,        /* 0, one septet an octet */
    TEXT_WIRE_GSM_PACKED, /* 0 */
    TEXT_WIRE_LATIN1,     /* 0 */
    TEXT_WIRE_ASCII,      /* 0 */
    TEXT_WIRE_UTF8,       /* 0 */
    TEXT_WIRE_IA5,        /* 1: ASCII */
    TEXT_WIRE_ISO_8859_1, /* 3 */
    TEXT_WIRE_UCS2,       /* 8 */
};
uint8_t text_wire_coding(enum text_wire wire);

/* How the parts of a long text are told. The numbers stand in the store. */
enum text_long {
    TEXT_UDH8,    /* a user data header with an 8-bit reference */
    TEXT_UDH16,   /* with a 16-bit one, whose octet each part pays */
    TEXT_SAR,     /* SAR TLVs: the SMSC writes the headers */
    TEXT_PAYLOAD, /* nothing is cut: message_payload, and the SMSC makes the parts */
};
/* Octets of the header that text_cut leaves room for in each of several parts. */
size_t text_long_header(enum text_long mode);

/* Units of one part, of a text that is sent alone or as one of several. */
uint32_t text_part_units(enum text_encoding encoding, enum text_long mode, bool alone);

enum { TEXT_WIRES_MAX = 4 };

struct text_rules {
    enum text_wire wires[TEXT_WIRES_MAX]; /* to try, in order */
    size_t wires_n;
    enum text_long mode;
    bool transliterate; /* letters that the first lacks, when that is all it lacks */
};

/* One octet each: it stands in every message. */
struct text_layout {
    uint8_t wire;   /* enum text_wire; of what counts as UCS-2 always TEXT_WIRE_UCS2, whatever is
                       told here */
    uint8_t mode;   /* enum text_long; TEXT_UDH8 for what fits one submit_sm alone */
    uint8_t choice; /* enum text_choice: what the sender asked for */
};

/* data_coding without a class. */
static inline uint8_t text_layout_coding(enum text_encoding encoding, struct text_layout layout)
{
    return text_wire_coding(encoding == TEXT_UCS2 ? TEXT_WIRE_UCS2 : (enum text_wire)layout.wire);
}

struct text_plan {
    struct str text; /* as given, or with look-alikes */
    struct text_weight weight;
    struct text_layout layout;
};

/*
 * The first wire of the rules that can carry the text has it. ERR_BAD_UTF8; ERR_NOT_GSM7 when 7-bit
 * is forced and cannot carry it; ERR_NO_ENCODING when no wire of the rules can; ERR_TOO_LONG beyond
 * TEXT_PARTS_MAX parts. *bad_at (may be NULL): byte offset in out->text of the first offender, for
 * ERR_NO_ENCODING of the one that came furthest; out->text.n when it is no character's fault.
 */
enum err text_plan(struct text_plan *out, struct arena *a, struct str utf8, enum text_choice choice,
                   const struct text_rules *rules, size_t *bad_at) MUST_CHECK;

/* Sure, without reading the text, that these rules would plan it the same? */
static inline bool text_plan_stands(enum text_encoding encoding, uint32_t parts,
                                    struct text_layout layout, const struct text_rules *rules)
{
    return encoding == TEXT_GSM7 && layout.wire == TEXT_WIRE_GSM &&
           rules->wires[0] == TEXT_WIRE_GSM && (parts == 1 || layout.mode == rules->mode);
}

/* The octets of each submit_sm, without headers: of each part, or of all at once under
 * TEXT_PAYLOAD. Behind a header packed septets begin at their boundary. The same errors. */
enum err text_cut(struct text_parts *out, struct arena *a, struct str utf8,
                  enum text_encoding encoding, struct text_layout layout) MUST_CHECK;

#endif
