/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/gsm7: the GSM 7-bit default alphabet as two tables made from gsm7.def. Inside this room
 * only. Threads: pure.
 */
#ifndef NAVETTE_TEXT_GSM7_H
#define NAVETTE_TEXT_GSM7_H

#include <stddef.h>
#include <stdint.h>

enum {
    GSM7_ESCAPE = 0x1B,
    GSM7_SEPTETS = 128,
    GSM7_BASIC = 0x100,
    GSM7_EXTENDED = 0x200,
    GSM7_CODE_POINTS = 0x20AC + 1 /* the euro is the highest */
};

/* The septet with GSM7_BASIC or GSM7_EXTENDED; 0 for a character outside the alphabet. */
extern const uint16_t gsm7_of_code_point[GSM7_CODE_POINTS];
/* 0 where nothing is assigned: in the first table only GSM7_ESCAPE. */
extern const uint16_t gsm7_basic[GSM7_SEPTETS];
extern const uint16_t gsm7_extension[GSM7_SEPTETS];

static inline uint32_t gsm7_code(uint32_t code_point)
{
    return code_point < GSM7_CODE_POINTS ? gsm7_of_code_point[code_point] : 0;
}

/* Septets that a character takes: 1, 2, or 0 for one outside the alphabet. */
static inline uint32_t gsm7_size(uint32_t code_point)
{
    return gsm7_code(code_point) >> 8;
}

#endif
