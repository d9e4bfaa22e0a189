/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One example of every PDU that has fields with all of them as long as they may be, one with all of
 * them empty, every TLV at both ends of its range, and the header-only forms.
 */
#ifndef NAVETTE_TESTS_VECTORS_PDU_EXAMPLES_H
#define NAVETTE_TESTS_VECTORS_PDU_EXAMPLES_H

#include "smpp/pdu.h"

enum { PDU_EXAMPLES_MAX = 256, PDU_EXAMPLE_TLV_MAX = 1024 };

struct pdu_examples {
    struct arena *arena;
    struct smpp_pdu pdus[PDU_EXAMPLES_MAX];
    size_t n;
    uint8_t number; /* the next U8; they all differ */
};

static inline struct smpp_pdu *pdu_example_add(struct pdu_examples *x, uint32_t command,
                                               bool has_body)
{
    struct smpp_pdu *pdu = &x->pdus[x->n++];
    *pdu = (struct smpp_pdu){.command = command, .sequence = (uint32_t)x->n, .has_body = has_body};
    if (!has_body && (command & SMPP_RESPONSE))
        pdu->status = ESME_RTHROTTLED;
    return pdu;
}

/* Letters and digits, `n` of them; a point in time where the table asks for one. */
static inline struct str pdu_example_text(struct pdu_examples *x, const char *name, size_t n)
{
    if (strstr(name, "_date") || strstr(name, "_time") || strstr(name, "_period"))
        return STR("261121140530704+");
    char *text = arena_alloc(x->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[(i + x->n) % 36];
    return (struct str){.p = text, .n = n};
}

static inline struct smpp_dest *pdu_example_dests(struct pdu_examples *x, uint8_t n)
{
    struct smpp_dest *dests = ARENA_ARRAY(x->arena, n, struct smpp_dest);
    for (uint8_t i = 0; i < n; i++) {
        if (i % 2)
            dests[i] = (struct smpp_dest){.dest_flag = SMPP_DEST_LIST,
                                          .dl_name = pdu_example_text(x, "dl_name", i)};
        else
            dests[i] = (struct smpp_dest){
                SMPP_DEST_ADDRESS, i % 7, 1, pdu_example_text(x, "destination_addr", i), {0}};
    }
    return dests;
}

static inline struct smpp_failure *pdu_example_failures(struct pdu_examples *x, uint8_t n)
{
    struct smpp_failure *failures = ARENA_ARRAY(x->arena, n, struct smpp_failure);
    for (uint8_t i = 0; i < n; i++)
        failures[i] = (struct smpp_failure){1, 1, pdu_example_text(x, "destination_addr", i),
                                            ESME_RINVDSTADR};
    return failures;
}

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static inline void pdu_example_##name(struct pdu_examples *x, uint32_t command) { \
        pdu_example_add(x, command, true); \
        if (command & SMPP_RESPONSE) \
            pdu_example_add(x, command, false); \
        struct smpp_##name *b = &pdu_example_add(x, command, true)->body.name;
#define U8(name) b->name = x->number++;
#define CSTR(name, size, status) b->name = pdu_example_text(x, #name, size - 1);
#define TEXT(name, size, status) b->name = pdu_example_text(x, #name, size);
#define DESTS(count, name) b->count = 20; b->name = pdu_example_dests(x, b->count);
#define FAILURES(count, name) b->count = 20; b->name = pdu_example_failures(x, b->count);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

static inline void pdu_example_tlv(struct pdu_examples *x, uint16_t tag, size_t n)
{
    struct smpp_pdu *pdu = pdu_example_add(x, SMPP_DATA_SM, true);
    pdu->tlvs = ARENA_ARRAY(x->arena, 2, struct smpp_tlv);
    pdu->tlvs[0] = (struct smpp_tlv){tag, pdu_example_text(x, "tlv", n)};
    pdu->tlvs[1] = (struct smpp_tlv){0x1400, STR("1101234567890123456")}; /* a vendor's */
    pdu->tlv_n = 2;
}

static inline void pdu_example_tlvs(struct pdu_examples *x)
{
    enum { NUMBER, CSTRING, OCTETS };
    static const struct {
        uint16_t tag;
        int kind;
        size_t min;
        size_t max;
    } rows[] = {
#define TLV(NAME, name, tag, kind, min, max) {tag, kind, min, max},
#include "smpp/pdu.def"
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t nul = rows[i].kind == CSTRING ? 1 : 0;
        size_t max = rows[i].max < PDU_EXAMPLE_TLV_MAX ? rows[i].max : PDU_EXAMPLE_TLV_MAX;
        pdu_example_tlv(x, rows[i].tag, rows[i].min - nul);
        if (rows[i].min != rows[i].max)
            pdu_example_tlv(x, rows[i].tag, max - nul);
    }
}

static inline void pdu_examples_make(struct pdu_examples *x, struct arena *arena)
{
    *x = (struct pdu_examples){.arena = arena};
#define PDU(NAME, name, id, who)      pdu_example_##name(x, SMPP_##NAME);
#define SAME(NAME, name, id, who, as) pdu_example_##as(x, SMPP_##NAME);
#define EMPTY(NAME, name, id, who)    pdu_example_add(x, SMPP_##NAME, false);
#include "smpp/pdu.def"
    pdu_example_tlvs(x);
}

#endif
