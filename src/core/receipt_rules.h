/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/receipt_rules: how one carrier's receipts are read: the format of its ids, its words for
 * states, and expressions that look where our own grammar does not (the settings receipt_id to
 * stat_map). The same rules check the settings and read receipts, so that what was saved works.
 *
 * For id, state and error alike: the carrier's expression, if there is one, goes before TLVs; else
 * TLVs go before the text as smpp/receipt reads it.
 * Threads: rules are used by one thread at a time.
 */
#ifndef NAVETTE_CORE_RECEIPT_RULES_H
#define NAVETTE_CORE_RECEIPT_RULES_H

#include "core/carrier_settings.h"
#include "smpp/pdu.h"
#include "store/message_state.h"

enum { RECEIPT_WORDS_MAX = 32, RECEIPT_TLVS_MAX = 14 };

struct receipt_rules;

/* Refusals name the setting. The settings need not outlive this. */
enum err receipt_rules_new(struct receipt_rules **out, const struct carrier_settings *s,
                           struct arena *a, struct refusal *why) MUST_CHECK;
void receipt_rules_free(struct receipt_rules *r);

struct receipt_read {
    struct str id;            /* as the rules make it of what is written */
    enum message_state state; /* a final one; SENT for one on its way, and for words that neither
                                 the rules nor smpp/receipt know */
    struct str stat;          /* as written, or as the TLV says */
    struct str error;         /* as written */
};
/* ERR_MALFORMED when there is no id. What it tells lies in the PDU or the arena. */
enum err receipt_rules_read(struct receipt_rules *r, struct receipt_read *out, struct arena *a,
                            const struct smpp_pdu *pdu) MUST_CHECK;

#endif
