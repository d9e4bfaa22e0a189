/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/probe_ids.h"

/* The simpler first. */
static const struct probe_ids relations[] = {
    {"as-is", "as-is", SMPP_ID_AS_IS, SMPP_ID_AS_IS, "ids are the same in responses and receipts",
     false},
    {"hex", "decimal", SMPP_ID_HEX, SMPP_ID_DECIMAL,
     "ids are hexadecimal in responses and decimal in receipts", false},
    {"decimal", "hex", SMPP_ID_DECIMAL, SMPP_ID_HEX,
     "ids are decimal in responses and hexadecimal in receipts", false},
    {"decimal", "decimal", SMPP_ID_DECIMAL, SMPP_ID_DECIMAL,
     "ids are decimal, with other zeros before them in receipts", false},
    {"hex", "hex", SMPP_ID_HEX, SMPP_ID_HEX,
     "ids are hexadecimal, in another case or with other zeros in receipts", false},
    {"hex-text", "as-is", SMPP_ID_HEX_TEXT, SMPP_ID_AS_IS,
     "ids are texts, whose bytes are written in hexadecimal in responses", false},
    {"as-is", "hex-text", SMPP_ID_AS_IS, SMPP_ID_HEX_TEXT,
     "ids are texts, whose bytes are written in hexadecimal in receipts", false},
};
enum { RELATIONS = sizeof(relations) / sizeof(relations[0]) };

bool probe_ids_match(const struct probe_ids *ids, const struct probe_submit *submit,
                     const struct probe_receipt *receipt)
{
    char space[2][SMPP_ID_DIGITS];
    struct str a = smpp_id_read(space[0], str_of(submit->id), ids->response_format);
    struct str b = smpp_id_read(space[1], str_of(ids->own ? receipt->own_id : receipt->id),
                                ids->receipt_format);
    return submit->id[0] && str_eq(a, b);
}

const struct probe_receipt *probe_ids_receipt(const struct probe_ids *ids,
                                              const struct probe_seen *seen,
                                              const struct probe_submit *submit)
{
    for (size_t i = 0; i < seen->receipts_n; i++)
        if (probe_ids_match(ids, submit, &seen->receipts[i]))
            return &seen->receipts[i];
    return NULL;
}

static size_t found_by(const struct probe_ids *ids, const struct probe_seen *seen)
{
    size_t n = 0;
    for (size_t i = 0; i < seen->submits_n; i++)
        n += probe_ids_receipt(ids, seen, &seen->submits[i]) != NULL;
    return n;
}

struct probe_ids probe_ids_find(const struct probe_seen *seen)
{
    struct probe_ids best = {.own = true};
    size_t most = 0;
    for (size_t i = 0; i < (size_t)2 * RELATIONS; i++) {
        struct probe_ids ids = relations[i % RELATIONS];
        ids.own = i < RELATIONS;
        size_t n = found_by(&ids, seen);
        if (n <= most)
            continue;
        most = n;
        best = ids;
    }
    return best;
}

struct probe_ids probe_ids_of(const struct carrier_settings *now)
{
    struct probe_ids ids = {.own = true};
    /* Settings that were saved have one of the words. */
    (void)!smpp_id_format_of(&ids.response_format, now->response_id);
    (void)!smpp_id_format_of(&ids.receipt_format, now->receipt_id);
    return ids;
}
