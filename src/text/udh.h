/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/udh: user data headers, TS 23.040 9.2.3.24. Written and read: concatenation with a
 * reference of 8 or 16 bits. Read: national language shifts; other elements are skipped by their
 * length.
 * Threads: pure.
 */
#ifndef NAVETTE_TEXT_UDH_H
#define NAVETTE_TEXT_UDH_H

#include "text/national.h"

enum { UDH_CONCAT8_SIZE = 6, UDH_CONCAT16_SIZE = 7 };

struct udh_concat {
    uint16_t reference;
    uint8_t total; /* 0: there is no usable concatenation element (also for an invalid one) */
    uint8_t number;
    bool wide; /* 16-bit reference */
};

void udh_write_concat8(uint8_t out[UDH_CONCAT8_SIZE], uint8_t reference, uint8_t total,
                       uint8_t number);
void udh_write_concat16(uint8_t out[UDH_CONCAT16_SIZE], uint16_t reference, uint8_t total,
                        uint8_t number);

/* Splits user data that starts with a UDH. An element with total 0, number 0 or number > total is
 * ignored as the standard says. ERR_TRUNCATED when a length passes the end. */
enum err udh_read(struct udh_concat *out, struct str *text_bytes, struct str user_data) MUST_CHECK;
/* The national tables of this part (9.2.3.24.15, 9.2.3.24.16); none when udh_read gives an error.
 */
struct national_shift udh_read_shift(struct str user_data);

#endif
