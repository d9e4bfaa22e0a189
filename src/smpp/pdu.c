/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/pdu.h"

#include "base/wire.h"

#include <stdio.h>

/* An address or list name of submit_multi (5.2.25, 5.2.27), NUL included. */
enum { DEST_SIZE = 21 };

/* ---- Reading ---- */

struct reader {
    struct wire wire;
    struct arena *arena;
    uint32_t answer; /* command_status for the first error; 0 until then */
};

static void refuse(struct reader *r, uint32_t answer)
{
    if (!r->answer)
        r->answer = answer;
}

static uint8_t read_u8(struct reader *r)
{
    uint8_t v = wire_u8(&r->wire);
    if (r->wire.err)
        refuse(r, ESME_RINVCMDLEN);
    return v;
}

static struct str read_cstr(struct reader *r, size_t size, uint32_t status)
{
    struct str s = wire_cstr(&r->wire, size);
    if (r->wire.err)
        refuse(r, r->wire.err == ERR_TOO_LONG ? status : ESME_RINVCMDLEN);
    return s;
}

static struct str read_text(struct reader *r, size_t size, uint32_t status)
{
    size_t n = read_u8(r);
    if (n > size || n > wire_left(&r->wire)) {
        refuse(r, status);
        return (struct str){0};
    }
    return wire_bytes(&r->wire, n);
}

static struct smpp_dest read_dest(struct reader *r)
{
    struct smpp_dest d = {.dest_flag = read_u8(r)};
    switch (d.dest_flag) {
    case SMPP_DEST_ADDRESS:
        d.dest_addr_ton = read_u8(r);
        d.dest_addr_npi = read_u8(r);
        d.destination_addr = read_cstr(r, DEST_SIZE, ESME_RINVDSTADR);
        break;
    case SMPP_DEST_LIST:
        d.dl_name = read_cstr(r, DEST_SIZE, ESME_RINVDLNAME);
        break;
    default:
        refuse(r, ESME_RINVDESTFLAG);
    }
    return d;
}

static struct smpp_dest *read_dests(struct reader *r, uint8_t n)
{
    struct smpp_dest *dests = ARENA_ARRAY(r->arena, n, struct smpp_dest);
    for (size_t i = 0; i < n && !r->answer; i++)
        dests[i] = read_dest(r);
    return dests;
}

static struct smpp_failure *read_failures(struct reader *r, uint8_t n)
{
    struct smpp_failure *failures = ARENA_ARRAY(r->arena, n, struct smpp_failure);
    for (size_t i = 0; i < n && !r->answer; i++) {
        struct smpp_failure *f = &failures[i];
        f->dest_addr_ton = read_u8(r);
        f->dest_addr_npi = read_u8(r);
        f->destination_addr = read_cstr(r, DEST_SIZE, ESME_RINVDSTADR);
        f->error_status_code = wire_u32(&r->wire);
        if (r->wire.err)
            refuse(r, ESME_RINVCMDLEN);
    }
    return failures;
}

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static void read_##name(struct reader *r, union smpp_body *body) { \
        struct smpp_##name *b = &body->name;
#define U8(name) b->name = read_u8(r);
#define CSTR(name, size, status) b->name = read_cstr(r, size, ESME_##status);
#define TEXT(name, size, status) b->name = read_text(r, size, ESME_##status);
#define DESTS(count, name) b->count = read_u8(r); b->name = read_dests(r, b->count);
#define FAILURES(count, name) b->count = read_u8(r); b->name = read_failures(r, b->count);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

/* ---- Writing ---- */

static void fail(struct buf *out, enum err err)
{
    if (!out->err)
        out->err = err;
}

static void write_cstr(struct buf *out, struct str s, size_t size)
{
    if (s.n >= size)
        fail(out, ERR_TOO_LONG);
    else if (s.n && memchr(s.p, 0, s.n))
        fail(out, ERR_INVALID);
    buf_add_str(out, s);
    buf_add_u8(out, 0);
}

static void write_text(struct buf *out, struct str s, size_t size)
{
    if (s.n > size)
        fail(out, ERR_TOO_LONG);
    buf_add_u8(out, (uint8_t)s.n);
    buf_add_str(out, s);
}

static void write_dests(struct buf *out, const struct smpp_dest *dests, uint8_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct smpp_dest *d = &dests[i];
        buf_add_u8(out, d->dest_flag);
        if (d->dest_flag == SMPP_DEST_ADDRESS) {
            buf_add_u8(out, d->dest_addr_ton);
            buf_add_u8(out, d->dest_addr_npi);
            write_cstr(out, d->destination_addr, DEST_SIZE);
        } else if (d->dest_flag == SMPP_DEST_LIST) {
            write_cstr(out, d->dl_name, DEST_SIZE);
        } else {
            fail(out, ERR_INVALID);
        }
    }
}

static void write_failures(struct buf *out, const struct smpp_failure *failures, uint8_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct smpp_failure *f = &failures[i];
        buf_add_u8(out, f->dest_addr_ton);
        buf_add_u8(out, f->dest_addr_npi);
        write_cstr(out, f->destination_addr, DEST_SIZE);
        buf_add_u32(out, f->error_status_code);
    }
}

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static void write_##name(struct buf *out, const union smpp_body *body) { \
        const struct smpp_##name *b = &body->name;
#define U8(name) buf_add_u8(out, b->name);
#define CSTR(name, size, status) write_cstr(out, b->name, size);
#define TEXT(name, size, status) write_text(out, b->name, size);
#define DESTS(count, name) buf_add_u8(out, b->count); write_dests(out, b->name, b->count);
#define FAILURES(count, name) buf_add_u8(out, b->count); write_failures(out, b->name, b->count);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

/* ---- The tables ---- */

struct command {
    struct smpp_command_info info;
    void (*read)(struct reader *r, union smpp_body *body); /* NULL: a header alone */
    void (*write)(struct buf *out, const union smpp_body *body);
};

static const struct command *command_of(uint32_t id)
{
    switch (id) {
#define ESME(when) SMPP_WHEN_##when
#define SMSC(when) (SMPP_WHEN_##when << SMPP_WHEN_BITS)
#define ANSWER     0
#define ROW(name, who, reader, writer)                                                \
    {                                                                                 \
        static const struct command row = {                                           \
            {#name, SMPP_WHEN_ANY & (who), (who) >> SMPP_WHEN_BITS}, reader, writer}; \
        return &row;                                                                  \
    }
#define PDU(NAME, name, id, who) \
    case SMPP_##NAME:            \
        ROW(name, who, read_##name, write_##name)
#define SAME(NAME, name, id, who, as) \
    case SMPP_##NAME:                 \
        ROW(name, who, read_##as, write_##as)
#define EMPTY(NAME, name, id, who) \
    case SMPP_##NAME:              \
        ROW(name, who, NULL, NULL)
#include "smpp/pdu.def"
#undef ESME
#undef SMSC
#undef ANSWER
#undef ROW
    default:
        return NULL;
    }
}

enum tlv_kind { NUMBER, CSTRING, OCTETS };

struct tag {
    const char *name;
    enum tlv_kind kind;
    size_t min; /* bytes on the wire */
    size_t max;
};

static const struct tag *tag_of(uint16_t number)
{
    switch (number) {
#define TLV(NAME, name, number, kind, min, max)                \
    case SMPP_TAG_##NAME: {                                    \
        static const struct tag row = {#name, kind, min, max}; \
        return &row;                                           \
    }
#include "smpp/pdu.def"
    default:
        return NULL;
    }
}

/* Names of unknown numbers live in a ring, so that a log line can hold several. */
static const char *number_name(const char *format, uint32_t number)
{
    enum { RING = 8, SIZE = 16 };
    static _Thread_local char ring[RING][SIZE];
    static _Thread_local unsigned next;
    char *name = ring[next++ % RING];
    snprintf(name, SIZE, format, number);
    return name;
}

const struct smpp_command_info *smpp_command_info(uint32_t command)
{
    const struct command *c = command_of(command);
    return c ? &c->info : NULL;
}

const char *smpp_command_name(uint32_t command)
{
    const struct command *c = command_of(command);
    return c ? c->info.name : number_name("0x%08x", command);
}

const char *smpp_status_name(uint32_t status)
{
    switch (status) {
#define STATUS(NAME, value) \
    case ESME_##NAME:       \
        return "ESME_" #NAME;
#include "smpp/pdu.def"
    default:
        return number_name("0x%08x", status);
    }
}

enum err smpp_status_find(uint32_t *status, struct str name)
{
    static const struct {
        uint32_t status;
        const char *name;
    } named[] = {
#define STATUS(NAME, value) {value, "ESME_" #NAME},
#include "smpp/pdu.def"
    };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (str_eq_nocase(name, str_of(named[i].name))) {
            *status = named[i].status;
            return OK;
        }
    return ERR_NOT_FOUND;
}

const char *smpp_tag_name(uint16_t tag)
{
    const struct tag *t = tag_of(tag);
    return t ? t->name : number_name("0x%04x", tag);
}

/* ---- Whole PDUs ---- */

enum err smpp_pdu_length(uint32_t *length, struct str bytes, uint32_t max)
{
    *length = 0;
    if (bytes.n < 4)
        return OK;
    struct wire w = wire_over(bytes.p, 4);
    uint32_t n = wire_u32(&w);
    if (n < SMPP_HEADER_SIZE || n > max)
        return ERR_MALFORMED;
    *length = n;
    return OK;
}

static struct str tlv_value_read(uint16_t tag, struct str value)
{
    const struct tag *t = tag_of(tag);
    if (t && t->kind == CSTRING)
        value.n = str_find(value, '\0');
    return value;
}

/* Walks what is left of the PDU twice: to check and count, then to keep. */
static void read_tlvs(struct smpp_pdu *out, struct reader *r)
{
    struct wire walk = r->wire;
    size_t n = 0;
    for (; wire_left(&walk); n++) {
        if (wire_left(&walk) < 4) {
            refuse(r, ESME_RINVOPTPARSTREAM);
            break;
        }
        wire_u16(&walk);
        wire_bytes(&walk, wire_u16(&walk));
        if (walk.err) {
            refuse(r, ESME_RINVPARLEN);
            break;
        }
    }
    if (n == 0)
        return;
    out->tlvs = ARENA_ARRAY(r->arena, n, struct smpp_tlv);
    for (; out->tlv_n < n; out->tlv_n++) {
        struct smpp_tlv *tlv = &out->tlvs[out->tlv_n];
        tlv->tag = wire_u16(&r->wire);
        tlv->value = tlv_value_read(tlv->tag, wire_bytes(&r->wire, wire_u16(&r->wire)));
    }
}

enum err smpp_pdu_read(struct smpp_pdu *out, struct arena *a, struct str pdu, uint32_t *answer)
{
    *out = (struct smpp_pdu){0};
    struct reader r = {.wire = wire_over(pdu.p, pdu.n), .arena = a};
    uint32_t length = wire_u32(&r.wire);
    out->command = wire_u32(&r.wire);
    out->status = wire_u32(&r.wire);
    out->sequence = wire_u32(&r.wire);
    const struct command *c = command_of(out->command);
    if (r.wire.err || length != pdu.n)
        refuse(&r, ESME_RINVCMDLEN);
    else if (!c)
        refuse(&r, ESME_RINVCMDID);
    else if (c->read && (wire_left(&r.wire) || !(out->command & SMPP_RESPONSE))) {
        out->has_body = true;
        c->read(&r, &out->body);
    }
    if (!r.answer)
        read_tlvs(out, &r);
    *answer = r.answer;
    return r.answer ? ERR_MALFORMED : OK;
}

static void write_tlv(struct buf *out, const struct smpp_tlv *tlv)
{
    const struct tag *t = tag_of(tlv->tag);
    bool nul = t && t->kind == CSTRING;
    size_t n = tlv->value.n + (nul ? 1 : 0);
    if (n > UINT16_MAX || (t && n > t->max))
        fail(out, ERR_TOO_LONG);
    else if ((t && n < t->min) || (nul && tlv->value.n && memchr(tlv->value.p, 0, tlv->value.n)))
        fail(out, ERR_INVALID);
    buf_add_u16(out, tlv->tag);
    buf_add_u16(out, (uint16_t)n);
    buf_add_str(out, tlv->value);
    if (nul)
        buf_add_u8(out, 0);
}

/* A refusal may be a header alone; success always has its body. */
static bool body_is_due(const struct smpp_pdu *pdu)
{
    return !(pdu->command & SMPP_RESPONSE) || pdu->status == ESME_ROK || pdu->has_body ||
           pdu->tlv_n;
}

enum err smpp_pdu_write(struct buf *out, const struct smpp_pdu *pdu)
{
    const struct command *c = command_of(pdu->command);
    if (!c)
        return ERR_INVALID;
    if (out->err)
        return out->err;
    size_t start = out->n;
    buf_add_u32(out, 0);
    buf_add_u32(out, pdu->command);
    buf_add_u32(out, pdu->status);
    buf_add_u32(out, pdu->sequence);
    if (c->write && body_is_due(pdu))
        c->write(out, &pdu->body);
    for (size_t i = 0; i < pdu->tlv_n; i++)
        write_tlv(out, &pdu->tlvs[i]);
    if (!out->err && out->n - start > SMPP_PDU_MAX)
        out->err = ERR_TOO_LARGE;
    enum err err = out->err;
    if (err) {
        out->n = start;
        out->err = OK;
        return err;
    }
    buf_set_u32(out, start, (uint32_t)(out->n - start));
    return OK;
}

/* ---- What callers ask of a PDU ---- */

const struct smpp_tlv *smpp_tlv_find(const struct smpp_pdu *pdu, uint16_t tag)
{
    for (size_t i = 0; i < pdu->tlv_n; i++)
        if (pdu->tlvs[i].tag == tag)
            return &pdu->tlvs[i];
    return NULL;
}

bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *value)
{
    const struct smpp_tlv *tlv = smpp_tlv_find(pdu, tag);
    if (!tlv || (tlv->value.n != 1 && tlv->value.n != 2 && tlv->value.n != 4))
        return false;
    struct wire w = wire_over(tlv->value.p, tlv->value.n);
    *value = tlv->value.n == 1 ? wire_u8(&w) : tlv->value.n == 2 ? wire_u16(&w) : wire_u32(&w);
    return true;
}

struct str smpp_user_data(const struct smpp_pdu *pdu)
{
    struct str text = {0};
    if (pdu->command == SMPP_SUBMIT_SM || pdu->command == SMPP_DELIVER_SM)
        text = pdu->body.submit_sm.short_message;
    else if (pdu->command == SMPP_SUBMIT_MULTI)
        text = pdu->body.submit_multi.short_message;
    const struct smpp_tlv *payload = smpp_tlv_find(pdu, SMPP_TAG_MESSAGE_PAYLOAD);
    return text.n || !payload ? text : payload->value;
}
