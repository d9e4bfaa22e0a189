/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/outbind: carriers that call us. Listens, and checks the first PDU of each connection: an
 * outbind with the right system_id and password, compared in constant time. Then the connection is
 * its owner's, who binds over it as receiver; any other is closed without a word.
 *
 * Limits: OUTBIND_WAITING connections at a time that have not shown their outbind, of which the
 * oldest makes room for the next, each for OUTBIND_WAIT_S and with one PDU of at most
 * SMPP_PDU_MAX_UNBOUND bytes. No TLS. Source: SMPP 3.4 2.2.1, 4.1.7. Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_OUTBIND_H
#define NAVETTE_CARRIER_OUTBIND_H

#include "carrier/binds.h"

enum { OUTBIND_WAITING = 8, OUTBIND_WAIT_S = 10 };

struct outbind;

/* Listens where the settings say; they, the label (for log lines) and the binds outlive it. */
struct outbind *outbind_new(struct net_loop *loop, const struct carrier_settings *settings,
                            const char *label, struct binds *binds);
void outbind_free(struct outbind *o);
/* The same settings from another place in memory. */
void outbind_adopt(struct outbind *o, const struct carrier_settings *settings);
/* Once a second: an address that is taken is tried again. */
void outbind_tick(struct outbind *o);
bool outbind_is_open(const struct outbind *o);

#endif
