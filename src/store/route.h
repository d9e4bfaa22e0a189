/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/route: routes as rows. Which of them wins is the business of core/route.
 * Errors: ERR_NOT_FOUND for an id that is not there.
 */
#ifndef NAVETTE_STORE_ROUTE_H
#define NAVETTE_STORE_ROUTE_H

#include "store/account.h"

/* The numbers stand in the database. */
enum sender_kind { SENDER_ANY = 0, SENDER_ALPHANUMERIC = 1, SENDER_SHORT = 2, SENDER_LONG = 3 };

enum { ROUTE_ALL_DAYS = 127, ROUTE_DAY_MIN = 1440, ROUTE_WEIGHT_MAX = 1000, ROUTE_TURN_MAX = 1000 };

struct route {
    int64_t id;
    struct str prefix;  /* digits; n 0 matches every number */
    int64_t account_id; /* 0: any */
    struct str sender;  /* n 0: any */
    enum sender_kind sender_kind;
    enum grade grade;
    struct str timezone; /* of the hours; n 0: open always, whatever the next three say */
    uint32_t days;       /* bit 0: Monday */
    uint32_t from_min;   /* minutes of the local day, 0 to 1439 */
    uint32_t until_min;  /* 1 to 1440; below from_min: of the next day */
    uint32_t turn;       /* among routes alike the lowest is tried first */
    uint32_t weight;     /* its share among those of one turn; 0 is written as 1 */
    bool draining;       /* takes nothing new */
    int64_t carrier_id;
    int64_t created_at_us;
};

enum err store_route_insert(struct store_tx *tx, const struct route *r) MUST_CHECK;
/* All but the id and the time of its making. */
enum err store_route_update(struct store_tx *tx, const struct route *r) MUST_CHECK;
enum err store_route_list(struct route **out, size_t *n, struct store_view *view) MUST_CHECK;
enum err store_route_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

#endif
