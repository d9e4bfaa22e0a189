/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/message_id: a message's id as one SMSC writes it in two ways: hexadecimal in submit_sm_resp,
 * decimal in the receipt, or the reverse. Read by the format of each side, both give the same text.
 * Threads: pure.
 */
#ifndef NAVETTE_SMPP_MESSAGE_ID_H
#define NAVETTE_SMPP_MESSAGE_ID_H

#include "base/str.h"

enum smpp_id_format {
    SMPP_ID_AS_IS,    /* nothing is changed: no case, no zero, no blank */
    SMPP_ID_DECIMAL,  /* "0972660181" is "972660181" */
    SMPP_ID_HEX,      /* "39f99dd5" is "972660181", of any size; without 0x or h */
    SMPP_ID_HEX_TEXT, /* "414243" is "ABC" */
};

enum {
    SMPP_ID_MAX = 64,   /* bytes of an id on the wire (5.2.23) */
    SMPP_ID_DIGITS = 78 /* of a number of so many hexadecimal digits */
};

/* Blanks around a number count for nothing. A text that is not of the format, or longer than
 * SMPP_ID_MAX, stays as it is. The result is `id` itself or stands in `space`, of SMPP_ID_DIGITS
 * bytes, which AS_IS does not need. */
struct str smpp_id_read(char *space, struct str id, enum smpp_id_format format);

/* "as-is", "decimal", "hex", "hex-text"; ERR_INVALID for another word. */
enum err smpp_id_format_of(enum smpp_id_format *out, struct str word) MUST_CHECK;

#endif
