/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/opening: when marketing messages may be sent to a country (P2.7), by the table opening.def.
 * A country without a line, or in a zone that the system does not know, is always open.
 * Threads: all; each remembers what it has worked out.
 */
#ifndef NAVETTE_CORE_OPENING_H
#define NAVETTE_CORE_OPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPENING_HOLIDAYS_MAX = 24 };

struct opening {
    char country[3];
    const char *zone;
    uint32_t days; /* bit 0 is Monday */
    int from_hour, until_hour;
    const struct opening_rule *shared, *own, *regional; /* inside only */
    size_t place;                                       /* in the table */
};

/* "FR"; NULL: always open. */
const struct opening *opening_find(const char *country);
/* By country; NULL behind the last. */
const struct opening *opening_nth(size_t n);

/*
 * The first instant from at_us on when it is open: at_us itself while it is. `regional`: the
 * holidays of its region close it too. NULL is always open. 50 ns for an instant in the same hours,
 * or in the same closed time, as the one asked before; 5 us for others.
 */
int64_t opening_next(const struct opening *o, bool regional, int64_t at_us);

/* When what is open at at_us closes; 0: it is closed, or never closes. As cheap. */
int64_t opening_closes(const struct opening *o, bool regional, int64_t at_us);

struct opening_holiday {
    int month, day;
    const char *name;
};
/* Those of a year in order, with the days given for those on a weekend; how many. */
size_t opening_holidays(struct opening_holiday out[OPENING_HOLIDAYS_MAX], const struct opening *o,
                        bool regional, int year);

#endif
