/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/admin_number: what an operator's changes of numbers check; as core/admin.
 */
#ifndef NAVETTE_CORE_ADMIN_NUMBER_H
#define NAVETTE_CORE_ADMIN_NUMBER_H

#include "core/admin.h"
#include "store/number.h"

/* In one request, and in all. */
enum { ADMIN_NUMBERS_AT_ONCE = 10000, ADMIN_NUMBERS_MAX = 100000, ADMIN_DIGITS_MAX = 15 };

/* "38000-38099,38200": digits, a + before them is taken off. Field "numbers". In the arena. */
enum err admin_numbers_read(struct str **out, size_t *n, struct arena *a, struct str written,
                            struct refusal *why) MUST_CHECK;
/* "FR"; field "country". */
enum err admin_country_check(struct str country, struct refusal *why) MUST_CHECK;

/* All of these, otherwise like this one; their ids are made. Numbers of one pool have one length, a
 * virtual number stands on one carrier only. */
enum err admin_numbers_add(struct store_tx *tx, const struct number *like, const struct str *digits,
                           size_t n, struct arena *a, struct refusal *why) MUST_CHECK;
/* By its digits or its id; `carrier` n 0: whichever has it, if it is one alone. ERR_NOT_FOUND with
 * the field "number" or "carrier"; ERR_CONFLICT: several have it. */
enum err admin_number_find(struct number *out, struct store_view *view, struct str number,
                           struct str carrier, struct refusal *why) MUST_CHECK;
/* ERR_CONFLICT while a conversation over it is open, or it is an account's. */
enum err admin_number_remove(struct store_tx *tx, const struct number *number,
                             struct refusal *why) MUST_CHECK;

#endif
