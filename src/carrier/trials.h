/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/trials: tries settings over sessions of their own, one attempt of each, one trial at a
 * time. What the carrier delivers over them is refused for now (ESME_RX_T_APPN), so that it comes
 * again over the sessions in use. Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_TRIALS_H
#define NAVETTE_CARRIER_TRIALS_H

#include "core/trial.h"
#include "net/loop.h"

struct trials;

struct trials *trials_new(struct net_loop *loop);
/* After trials_stop, or with the loop ended: nobody is answered any more. */
void trials_free(struct trials *t);
/* The answer is posted home within TRIAL_MOST_S and the time of a goodbye. */
enum { TRIAL_MOST_S = 12 };
void trials_begin(struct trials *t, struct trial *trial);
/* Answers at once, and takes no more. */
void trials_stop(struct trials *t);

#endif
