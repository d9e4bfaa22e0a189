/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/carrier_rules: how a carrier wants its submit_sm, made once of its settings (sections
 * "addresses" and "messages", and which receipts are asked for) and used for each message.
 * Owner: the arena given, and the strings are those of the settings. Threads: pure.
 */
#ifndef NAVETTE_CORE_CARRIER_RULES_H
#define NAVETTE_CORE_CARRIER_RULES_H

#include "core/carrier_settings.h"
#include "text/plan.h"

/* Type of number and numbering plan. */
struct carrier_numbering {
    uint8_t ton;
    uint8_t npi;
};

enum carrier_validity { VALIDITY_ABSOLUTE, VALIDITY_RELATIVE, VALIDITY_NONE };
enum receipt_parts { RECEIPT_ALL, RECEIPT_FIRST, RECEIPT_LAST };

/* What a TLV's value is made of: pieces in turn. */
enum tlv_word { TLV_LITERAL, TLV_ACCOUNT, TLV_SENDER, TLV_TAG, TLV_ID };
struct tlv_piece {
    enum tlv_word word;
    struct str text; /* of TLV_LITERAL */
};
struct carrier_tlv {
    uint16_t tag;
    struct tlv_piece *pieces;
    size_t pieces_n;
};
enum { CARRIER_TLVS_MAX = 16 };

/* The clause of marketing messages to a country. */
struct carrier_clause {
    char country[3]; /* ISO 3166 */
    struct str text; /* n 0: none */
};
enum { CARRIER_CLAUSES_MAX = 64, CARRIER_CLAUSE_MAX = 60 };

struct carrier_rules {
    struct text_rules text;
    struct str service_type;
    struct carrier_numbering name; /* of senders by their kind */
    struct carrier_numbering short_number;
    struct carrier_numbering number;
    struct carrier_numbering recipient;
    bool full_number;
    enum carrier_validity validity;
    int64_t validity_most_us; /* 0: no limit */
    uint8_t registered_delivery;
    enum receipt_parts receipt_parts;
    struct carrier_tlv *tlvs;
    size_t tlvs_n;
    struct str clause;              /* of countries that have none of their own */
    struct carrier_clause *clauses; /* by country */
    size_t clauses_n;
    bool regional_holidays; /* core/opening */
    bool picks_numbers;     /* that phones answer to: the carrier, not we */
};

/* ERR_INVALID with the setting at fault; never for settings that were read without a refusal. */
enum err carrier_rules_read(struct carrier_rules *out, struct arena *a,
                            const struct carrier_settings *s, struct refusal *why) MUST_CHECK;

/* The setting `tlvs` alone: core/carrier_tlvs.c. */
enum err carrier_tlvs_read(struct carrier_tlv **out, size_t *n, struct arena *a, struct str setting,
                           struct refusal *why) MUST_CHECK;

/* The setting `stop_texts` alone, and what it says of a country ("" is none): the clause, n 0 for
 * none. core/carrier_clauses.c. */
enum err carrier_clauses_read(struct carrier_clause **out, size_t *n, struct arena *a,
                              struct str setting, struct refusal *why) MUST_CHECK;
struct str carrier_clause(const struct carrier_rules *rules, const char *country);

struct tlv_values {
    struct str account; /* its name */
    struct str sender;
    struct str tag;
    struct str id;
};
struct str carrier_tlv_value(struct arena *a, const struct carrier_tlv *t,
                             const struct tlv_values *values);

#endif
