/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe_judge: from what a probe has seen of a carrier to what can be said of it, and to
 * the settings that fit. Threads: pure.
 */
#ifndef NAVETTE_CARRIER_PROBE_JUDGE_H
#define NAVETTE_CARRIER_PROBE_JUDGE_H

#include "core/carrier_settings.h"
#include "core/probe_ask.h"
#include "smpp/receipt.h"
#include "smpp/session.h"
#include "store/message_state.h"

enum {
    PROBE_SUBMITS_MAX = 64,
    PROBE_RECEIPTS_MAX = 96,
    PROBE_ECHOES_MAX = 16,
    PROBE_ID_SIZE = 66,
    PROBE_TEXT_SIZE = 200,
    PROBE_STAT_SIZE = 24,
    PROBE_WINDOW_MOST = 50,
};

struct probe_bind {
    bool tried;
    bool bound;
    uint32_t refusal; /* command_status; 0: none */
    char reason[80];
};

enum probe_kind {
    PROBE_PLAIN,    /* asks for intermediate receipts, too */
    PROBE_ALPHABET, /* PROBE_ALPHABET_TEXT */
    PROBE_UDH8,     /* these four: a message of two parts */
    PROBE_UDH16,
    PROBE_SAR,
    PROBE_PAYLOAD, /* in one submit_sm */
    PROBE_WINDOW,
};
/* With data_coding 0. Which characters a phone shows behind the word tells the alphabet. */
#define PROBE_ALPHABET_TEXT "NAVETTE \x40\x5B\xE9\xC3\xA9"

struct probe_submit {
    enum probe_kind kind;
    uint32_t part;
    bool answered;
    uint32_t status;
    int64_t took_us;
    uint32_t open; /* unanswered when it was made, itself too */
    char id[PROBE_ID_SIZE];
};

struct probe_receipt {
    bool readable; /* by the grammar that is built in: an id and a state */
    bool data_sm;
    bool payload;
    bool tlv_id, tlv_state, tlv_error;
    bool intermediate; /* it says so, or of a message that is on its way */
    enum smpp_message_state state;
    char id[PROBE_ID_SIZE];
    /* As the carrier's own rules read them, but for the format of the id; "": no id. */
    char own_id[PROBE_ID_SIZE];
    char own_stat[PROBE_STAT_SIZE];
    enum message_state own_state;
    char text[PROBE_TEXT_SIZE];
};

struct probe_seen {
    struct probe_bind binds[4]; /* by enum smpp_mode */
    uint32_t version;           /* sc_interface_version; 0: not told */
    struct probe_submit submits[PROBE_SUBMITS_MAX];
    size_t submits_n;
    struct probe_receipt receipts[PROBE_RECEIPTS_MAX];
    size_t receipts_n;
    char echoes[PROBE_ECHOES_MAX][PROBE_TEXT_SIZE]; /* of the phone, in UTF-8 */
    size_t echoes_n;
    bool enquired; /* enquire_link was answered */
};

/* Calls `say` for each finding and each setting that should change from what `now` has. */
void probe_judge(const struct probe_seen *seen, const struct carrier_settings *now,
                 void (*say)(void *ctx, enum probe_note note, const char *text), void *ctx);

#endif
