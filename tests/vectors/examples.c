/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes every example of pdu_examples.h, for a judge that we did not write. For each:
 *   pdu <hex>
 *   name <submit_sm> <0x00000004> <ESME_ROK> <0x00000000> <sequence>
 *   field <name> <hex>   in wire order
 *   tlv <name> <0x0424> <hex>
 */
#include "pdu_examples.h"
#include "pdu_fields.h"

#include <stdio.h>
#include <stdlib.h>

static void print_hex(struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        printf("%02x", (unsigned)(uint8_t)bytes.p[i]);
    putchar('\n');
}

static void print_field(void *ctx, const char *name, struct str bytes)
{
    (void)ctx;
    printf("field %s ", name);
    print_hex(bytes);
}

int main(void)
{
    struct arena *arena = arena_new();
    struct pdu_examples *x = ARENA_NEW(arena, struct pdu_examples);
    struct buf out = buf_limited(SMPP_PDU_MAX);
    pdu_examples_make(x, arena);
    for (size_t i = 0; i < x->n; i++) {
        struct smpp_pdu pdu = x->pdus[i];
        buf_clear(&out);
        if (smpp_pdu_write(&out, &pdu))
            return EXIT_FAILURE;
        printf("pdu ");
        print_hex(buf_str(&out));
        printf("name %s 0x%08x %s 0x%08x %u\n", smpp_command_name(pdu.command), pdu.command,
               smpp_status_name(pdu.status), pdu.status, pdu.sequence);
        size_t tlv_n = pdu.tlv_n;
        pdu.tlv_n = 0;
        pdu_each_field(&pdu, &(struct pdu_visitor){print_field, NULL});
        for (size_t k = 0; k < tlv_n; k++) {
            printf("tlv %s 0x%04x ", smpp_tag_name(pdu.tlvs[k].tag), (unsigned)pdu.tlvs[k].tag);
            print_hex(pdu.tlvs[k].value);
        }
    }
    buf_free(&out);
    arena_free(arena);
    return EXIT_SUCCESS;
}
