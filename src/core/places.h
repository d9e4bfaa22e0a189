/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/places: which node binds to which carrier, where several serve one database (store/place).
 *
 * Every node looks at the same rows and comes to the same plan: each free place goes to the least
 * loaded node that may take it, and that node takes it at once; whoever else may takes it only when
 * nobody did for two seconds. Where two come at the same moment the table lets one of them in.
 * Of nodes that hold at least two more than another could hold in their stead, the most loaded
 * gives one up, one at a time.
 *
 * A place is given up in two steps: the slot is no longer `held`, then, once the carrier's thread
 * shows that no bind of it is open (`in_use`), the row goes and others may take it. A node holds
 * what the table says it holds: what a transaction took is used when the next look sees it.
 *
 * Threads: places_decide is pure.
 */
#ifndef NAVETTE_CORE_PLACES_H
#define NAVETTE_CORE_PLACES_H

#include "base/arena.h"
#include "store/node.h"
#include "store/place.h"

struct places_carrier {
    int64_t id;
    int64_t places;    /* how many nodes bind at once; 0: none, it is disabled or gone */
    uint32_t on_nodes; /* bit n: the node of number n may; 0: all may */
    bool waited;       /* a place of it has been free for long */
};

struct places_picture {
    const struct node *lives; /* those that are not fenced */
    size_t lives_n;
    const struct bind_place *held;
    size_t held_n;
    const struct places_carrier *carriers;
    size_t carriers_n;
    int64_t self;   /* epoch of this node */
    int64_t now_us; /* the database's: a life whose lease has run out takes nothing */
    bool may_level; /* this node may give one up now to even out the load */
};

enum place_choice {
    PLACE_AS_IS,
    PLACE_TAKE,
    PLACE_GIVE, /* this node holds one that it should not have */
    PLACE_LEVEL /* this node gives one up for one that holds less */
};

/* One choice a carrier, in the arena. */
enum place_choice *places_decide(const struct places_picture *p, struct arena *a);

#endif
