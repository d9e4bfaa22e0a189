/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe_ids: how a carrier writes the id of one message in its response and in its receipt,
 * and so which receipt is whose. Threads: pure.
 */
#ifndef NAVETTE_CARRIER_PROBE_IDS_H
#define NAVETTE_CARRIER_PROBE_IDS_H

#include "carrier/probe_judge.h"
#include "smpp/message_id.h"

struct probe_ids {
    const char *response, *receipt; /* "hex", "decimal"; NULL: no receipt has the id of a message */
    enum smpp_id_format response_format, receipt_format;
    const char *finding;
    bool
        own; /* as the carrier's own rules find them; else only the grammar that is built in does */
};

/* The formats by which most messages have a receipt, the simpler first. Receipts of others'
 * messages may be among them. */
struct probe_ids probe_ids_find(const struct probe_seen *seen);
/* As the settings have them. */
struct probe_ids probe_ids_of(const struct carrier_settings *now);
bool probe_ids_match(const struct probe_ids *ids, const struct probe_submit *submit,
                     const struct probe_receipt *receipt);
/* NULL: none. */
const struct probe_receipt *probe_ids_receipt(const struct probe_ids *ids,
                                              const struct probe_seen *seen,
                                              const struct probe_submit *submit);

#endif
