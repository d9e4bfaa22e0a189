/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/message_id: a message's number as the id that the customer sees.
 * Threads: pure.
 */
#ifndef NAVETTE_SIM_MESSAGE_ID_H
#define NAVETTE_SIM_MESSAGE_ID_H

#include "sim/quirk.h"

enum { MESSAGE_ID_SIZE = 37 }; /* a UUID and its NUL */

/* The id, standing in `out`. The number is below 2^60. */
struct str message_id_write(char out[MESSAGE_ID_SIZE], uint64_t number,
                            enum quirk_id_format format);
/* The number that is written just so; ERR_INVALID when there is none. */
enum err message_id_read(uint64_t *number, struct str id, enum quirk_id_format format) MUST_CHECK;
/* How receipts write it. */
enum quirk_id_format message_id_receipt_format(const struct quirks *quirks);

#endif
