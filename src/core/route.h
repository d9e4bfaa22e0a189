/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/route: which carrier takes a message, decided on the directory's picture alone.
 *
 * Of the routes that match, the longest prefix wins; among those the closest: one for this account
 * beats one for any, then one for this sender, for this kind of sender, for this grade, and one
 * with hours beats one without; then the lowest turn. Routes that are equal in all this share the
 * numbers by weight: a phone keeps its carrier as long as the routes stay as they are. Routes that
 * drain, are outside their hours, or whose carrier is disabled do not count; one whose carrier is
 * away (core/failover) counts only when no other does.
 *
 * It runs for every message: no allocation, no clock, no store. Hours are asked of text/date at
 * most once a minute and route, for the instant in question.
 * Threads: all; a table never changes but for what it remembers of the hours.
 */
#ifndef NAVETTE_CORE_ROUTE_H
#define NAVETTE_CORE_ROUTE_H

#include "store/number.h"
#include "store/route.h"

struct directory;
struct directory_carrier;
struct route_table;

/* Made of the routes of a picture, in its arena. */
struct route_table *route_table_new(struct arena *a, const struct directory *d);

struct route_ask {
    uint64_t recipient; /* E.164 */
    int64_t account_id;
    enum grade grade; /* of the account */
    struct str sender;
    enum sender_kind sender_kind; /* sender_kind_of(sender) */
    int64_t at_us;                /* when it is to leave */
    enum number_kind reply;       /* asks for replies: only carriers that have such a number */
    char country[3];              /* of the recipient; for a number of a pool */
    int64_t number_carrier_id;    /* whose the virtual number is */
    const int64_t *without;       /* carriers that are out of the question */
    size_t without_n;
    bool present; /* none whose carrier is away, even if there is no other */
};

/* NULL when no route matches. */
const struct directory_carrier *route_choose(const struct directory *d,
                                             const struct route_ask *ask);

enum sender_kind sender_kind_of(struct str sender);
/* "alphanumeric", "short", "long"; NULL for any. */
const char *sender_kind_name(enum sender_kind kind);
/* ERR_INVALID. */
enum err sender_kind_parse(enum sender_kind *out, struct str name) MUST_CHECK;

/* Is a route with these hours open at this instant of the zone's own clock? What a change of summer
 * time skips is not there, what it repeats is there twice. */
bool route_hours_open(const struct route *r, int64_t at_us);
/* The first minute after at_us at which it opens; 0: not within nine days. */
int64_t route_hours_next(const struct route *r, int64_t at_us);

/* ---- what is said of hours: "mon-fri,sun", "08:00-20:00" ---- */

enum { ROUTE_DAYS_SIZE = 32, ROUTE_HOURS_SIZE = 12 };
/* ERR_INVALID. */
enum err route_days_parse(uint32_t *days, struct str s) MUST_CHECK;
enum err route_hours_parse(uint32_t *from_min, uint32_t *until_min, struct str s) MUST_CHECK;
struct str route_days_write(char out[ROUTE_DAYS_SIZE], uint32_t days);
struct str route_hours_write(char out[ROUTE_HOURS_SIZE], uint32_t from_min, uint32_t until_min);

/* ---- explaining ---- */

/* VERDICT(NAME, code): why a route wins or not, in the order in which it is asked. */
#define ROUTE_VERDICTS                  \
    VERDICT(WINS, "wins")               \
    VERDICT(PREFIX, "prefix")           \
    VERDICT(ACCOUNT, "account")         \
    VERDICT(SENDER, "sender")           \
    VERDICT(SENDER_KIND, "sender_kind") \
    VERDICT(GRADE, "grade")             \
    VERDICT(HOURS, "hours")             \
    VERDICT(DRAINING, "draining")       \
    VERDICT(DISABLED, "disabled")       \
    VERDICT(NO_NUMBERS, "no_numbers")   \
    VERDICT(DOWN, "down")               \
    VERDICT(THROTTLED, "throttled")     \
    VERDICT(SHORTER, "shorter_prefix")  \
    VERDICT(FARTHER, "less_close")      \
    VERDICT(LATER, "later_turn")        \
    VERDICT(SHARE, "share")             \
    VERDICT(SAME_CARRIER, "same_carrier")

enum route_verdict {
#define VERDICT(name, code) ROUTE_##name,
    ROUTE_VERDICTS
#undef VERDICT
};
const char *route_verdict_code(enum route_verdict v);

struct route_told {
    const struct route *route;
    const struct directory_carrier *carrier; /* NULL: it is gone */
    enum route_verdict verdict;
    unsigned place;   /* 1: the winner, 2 … what would be tried next; 0: not in the chain */
    struct str why;   /* a sentence, no full stop */
    int64_t since_us; /* DOWN, THROTTLED; 0 otherwise */
    int64_t opens_us; /* HOURS; 0: not within nine days */
};
/* All routes, those of the chain first and in its order. In the arena. */
struct route_told *route_explain(const struct directory *d, const struct route_ask *ask,
                                 struct arena *a, size_t *n);

/* ---- for core/route_explain only ---- */

/* A route with what comparing needs. */
struct route_entry {
    const struct route *row;
    const struct directory_carrier *carrier; /* NULL: it is gone */
    uint64_t prefix;
    uint32_t length;       /* digits of the prefix */
    uint32_t closeness;    /* the higher the closer */
    _Atomic int64_t hours; /* twice the minute that was asked for last, plus whether it was open */
};
size_t route_entries(const struct directory *d, struct route_entry **out);
/* The entry that route_choose takes. */
struct route_entry *route_choose_entry(const struct directory *d, const struct route_ask *ask);
/* ROUTE_WINS: nothing speaks against it but others that are better. */
enum route_verdict route_match(struct route_entry *e, const struct route_ask *ask);

#endif
