/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/pdu_types: the enums and body structs that pdu.def tells. Include smpp/pdu.h instead.
 */
#ifndef NAVETTE_SMPP_PDU_TYPES_H
#define NAVETTE_SMPP_PDU_TYPES_H

#include "base/str.h"

/* SMPP_SUBMIT_SM, SMPP_SUBMIT_SM_RESP, … */
enum smpp_command {
#define PDU(NAME, name, id, who)      SMPP_##NAME = id,
#define SAME(NAME, name, id, who, as) SMPP_##NAME = id,
#define EMPTY(NAME, name, id, who)    SMPP_##NAME = id,
#include "smpp/pdu.def"
};

/* ESME_ROK, ESME_RTHROTTLED, … */
enum smpp_status {
#define STATUS(NAME, value) ESME_##NAME = value,
#include "smpp/pdu.def"
};

/* SMPP_TAG_MESSAGE_PAYLOAD, … */
enum smpp_tag {
#define TLV(NAME, name, tag, kind, min, max) SMPP_TAG_##NAME = tag,
#include "smpp/pdu.def"
};

enum { SMPP_DEST_ADDRESS = 1, SMPP_DEST_LIST = 2 };

struct smpp_dest {
    uint8_t dest_flag; /* SMPP_DEST_ADDRESS or SMPP_DEST_LIST */
    uint8_t dest_addr_ton;
    uint8_t dest_addr_npi;
    struct str destination_addr; /* of SMPP_DEST_ADDRESS */
    struct str dl_name;          /* of SMPP_DEST_LIST */
};

struct smpp_failure {
    uint8_t dest_addr_ton;
    uint8_t dest_addr_npi;
    struct str destination_addr;
    uint32_t error_status_code;
};

/* struct smpp_submit_sm, … ; the length of a text is its view's. */
/* clang-format off */
#define PDU(NAME, name, id, who) struct smpp_##name {
#define U8(name) uint8_t name;
#define CSTR(name, size, status) struct str name;
#define TEXT(name, size, status) struct str name;
#define DESTS(count, name) uint8_t count; struct smpp_dest *name;
#define FAILURES(count, name) uint8_t count; struct smpp_failure *name;
#define END(name) };
/* clang-format on */
#include "smpp/pdu.def"

#define smpp_deliver_sm smpp_submit_sm

/* One member for each PDU that has fields, of the PDU's name; `bind` and `bind_resp` are those of
 * all three binds. */
union smpp_body {
#define PDU(NAME, name, id, who)      struct smpp_##name name;
#define SAME(NAME, name, id, who, as) struct smpp_##as name;
#include "smpp/pdu.def"
    struct smpp_bind_receiver bind;
    struct smpp_bind_receiver_resp bind_resp;
};

#endif
