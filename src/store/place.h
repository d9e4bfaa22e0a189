/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/place: which nodes hold the binds of a carrier. A carrier has as many places as its setting
 * `nodes` says; a node binds only while it holds one of them, and holds at most one of each
 * carrier. Only on a shared database; a place lasts as long as the life that took it (store/node).
 * Threads: the writer's.
 */
#ifndef NAVETTE_STORE_PLACE_H
#define NAVETTE_STORE_PLACE_H

#include "store/store.h"

struct bind_place {
    int64_t carrier_id;
    int64_t place; /* 1 … */
    int64_t epoch;
    int64_t away_since_us; /* its holder cannot send since then; 0: it can */
};

/* All that lives which are not fenced hold, by carrier and place. */
enum err store_place_list(struct bind_place **out, size_t *n, struct store_tx *tx) MUST_CHECK;
/* Takes the least free one of places 1 … `places` for this life. *taken false: others were quicker,
 * or this life holds one already. */
enum err store_place_take(bool *taken, struct store_tx *tx, int64_t carrier_id,
                          int64_t places) MUST_CHECK;
/* Gives up what this life holds of the carrier. */
enum err store_place_give(struct store_tx *tx, int64_t carrier_id) MUST_CHECK;
/* Tells the other nodes since when this life cannot send to the carrier; 0: it can. */
enum err store_place_away(struct store_tx *tx, int64_t carrier_id, int64_t since_us) MUST_CHECK;
/* Frees all places of a life that was fenced. */
enum err store_place_free(struct store_tx *tx, int64_t epoch) MUST_CHECK;

#endif
