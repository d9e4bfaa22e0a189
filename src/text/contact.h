/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/contact: does a text tell how to reach somebody by another way: an address of the web, an
 * e-mail address, a phone number? Operators of short numbers forbid all three.
 *
 * Better one too few than an ordinary text refused: prices, dates, hours, versions, initials, codes
 * of four or five digits are none. A web address is what begins with a scheme or "www.", or a name
 * under a well-known top-level domain; a phone number is a valid one in international form, or ten
 * digits grouped as the French write theirs.
 * Threads: all, after phone_init.
 */
#ifndef NAVETTE_TEXT_CONTACT_H
#define NAVETTE_TEXT_CONTACT_H

#include "base/str.h"

enum contact { CONTACT_NONE, CONTACT_URL, CONTACT_EMAIL, CONTACT_PHONE };

/* The first in the text, UTF-8; *where (may be NULL): it, a view into the text. */
enum contact text_contact(struct str text, struct str *where);

#endif
