/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/septets: GSM septets packed into octets, lowest bits first, as they travel over the air and
 * over links that pack, and back. Source: 3GPP TS 23.038 6.1.2.1; behind a user data header fill
 * bits lead to the next septet boundary, TS 23.040 9.2.3.24.
 *
 * When seven bits of the last octet would be left over, a CR fills them (TS 23.038 6.1.2.3.1):
 * zeros would read as "@". So a CR that ends on an octet boundary is dropped when unpacking.
 * Threads: pure.
 */
#ifndef NAVETTE_TEXT_SEPTETS_H
#define NAVETTE_TEXT_SEPTETS_H

#include "base/arena.h"

/* Octets that `septets` take behind a header of `header` octets (its length octet included; 0:
 * there is none). */
size_t septets_packed_size(size_t septets, size_t header);
/* The octets behind the header. `septets` holds one each octet, as text_from_gsm7 reads them. */
struct str septets_pack(struct arena *a, struct str septets, size_t header);
/* The septets, one each octet, of what stands behind the header. Bits that make no whole septet
 * are left alone: it never reads beyond and never fails. */
struct str septets_unpack(struct arena *a, struct str octets, size_t header);

#endif
