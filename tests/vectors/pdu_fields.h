/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every field of a PDU, by name and in wire order, told from the same table as the reader: numbers
 * as their big-endian bytes, C strings without their NUL, then TLVs by the name of their tag.
 */
#ifndef NAVETTE_TESTS_VECTORS_PDU_FIELDS_H
#define NAVETTE_TESTS_VECTORS_PDU_FIELDS_H

#include "smpp/pdu.h"

struct pdu_visitor {
    void (*visit)(void *ctx, const char *name, struct str bytes);
    void *ctx;
};

static inline void pdu_visit(const struct pdu_visitor *v, const char *name, struct str bytes)
{
    v->visit(v->ctx, name, bytes);
}

static inline void pdu_visit_u8(const struct pdu_visitor *v, const char *name, uint8_t value)
{
    pdu_visit(v, name, (struct str){.p = (const char *)&value, .n = 1});
}

static inline void pdu_visit_dests(const struct pdu_visitor *v, const struct smpp_dest *dests,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pdu_visit_u8(v, "dest_flag", dests[i].dest_flag);
        if (dests[i].dest_flag == SMPP_DEST_ADDRESS) {
            pdu_visit_u8(v, "dest_addr_ton", dests[i].dest_addr_ton);
            pdu_visit_u8(v, "dest_addr_npi", dests[i].dest_addr_npi);
            pdu_visit(v, "destination_addr", dests[i].destination_addr);
        } else {
            pdu_visit(v, "dl_name", dests[i].dl_name);
        }
    }
}

static inline void pdu_visit_failures(const struct pdu_visitor *v,
                                      const struct smpp_failure *failures, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t status = __builtin_bswap32(failures[i].error_status_code);
        pdu_visit_u8(v, "dest_addr_ton", failures[i].dest_addr_ton);
        pdu_visit_u8(v, "dest_addr_npi", failures[i].dest_addr_npi);
        pdu_visit(v, "destination_addr", failures[i].destination_addr);
        pdu_visit(v, "error_status_code", (struct str){.p = (const char *)&status, .n = 4});
    }
}

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static inline void pdu_visit_##name(const struct pdu_visitor *v, const union smpp_body *body) \
    { \
        const struct smpp_##name *b = &body->name;
#define U8(name) pdu_visit_u8(v, #name, b->name);
#define CSTR(name, size, status) pdu_visit(v, #name, b->name);
#define TEXT(name, size, status) pdu_visit(v, #name, b->name);
#define DESTS(count, name) pdu_visit_u8(v, #count, b->count); pdu_visit_dests(v, b->name, b->count);
#define FAILURES(count, name) \
    pdu_visit_u8(v, #count, b->count); pdu_visit_failures(v, b->name, b->count);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

static inline void pdu_each_field(const struct smpp_pdu *pdu, const struct pdu_visitor *v)
{
    switch (pdu->has_body ? pdu->command : 0) {
#define PDU(NAME, name, id, who)         \
    case SMPP_##NAME:                    \
        pdu_visit_##name(v, &pdu->body); \
        break;
#define SAME(NAME, name, id, who, as)  \
    case SMPP_##NAME:                  \
        pdu_visit_##as(v, &pdu->body); \
        break;
#include "smpp/pdu.def"
    default:
        break;
    }
    for (size_t i = 0; i < pdu->tlv_n; i++)
        pdu_visit(v, smpp_tag_name(pdu->tlvs[i].tag), pdu->tlvs[i].value);
}

static inline void pdu_visit_line(void *ctx, const char *name, struct str bytes)
{
    struct buf *out = ctx;
    buf_printf(out, "%s ", name);
    for (size_t i = 0; i < bytes.n; i++)
        buf_printf(out, "%02x", (unsigned)(uint8_t)bytes.p[i]);
    buf_add_u8(out, '\n');
}

/* One line a field: its name and its bytes in hex; the header first. */
static inline void pdu_lines(struct buf *out, const struct smpp_pdu *pdu)
{
    buf_printf(out, "%s %s %u\n", smpp_command_name(pdu->command), smpp_status_name(pdu->status),
               pdu->sequence);
    pdu_each_field(pdu, &(struct pdu_visitor){pdu_visit_line, out});
}

#endif
