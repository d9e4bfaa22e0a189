/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The setting `tlvs`: 0xTAG=TEXT,0xTAG=hex:BYTES,… Text is UTF-8 with {account}, {sender}, {tag}
 * and {id}; a backslash makes a comma, a brace or a backslash stand for itself.
 */
#include "core/accept.h"
#include "core/admin.h"
#include "core/carrier_rules.h"
#include "smpp/pdu.h"

static enum err refuse_tlvs(struct refusal *why, struct str detail)
{
    return refuse(why, ERR_INVALID, "tlvs", detail);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* ---- tags ---- */

/* False for no number or one that no tag has. */
static bool read_tag(uint16_t *tag, struct str s)
{
    uint64_t value = 0;
    if (str_starts(s, STR("0x")) || str_starts(s, STR("0X"))) {
        for (size_t i = 2; i < s.n; i++) {
            int digit = hex_digit(s.p[i]);
            if (digit < 0 || i > 6)
                return false;
            value = value << 4 | (uint64_t)digit;
        }
    } else if (str_to_u64(&value, s)) {
        return false;
    }
    *tag = (uint16_t)value;
    return value > 0 && value <= UINT16_MAX;
}

static bool is_ours(uint16_t tag)
{
    return tag == SMPP_TAG_DEST_ADDR_SUBUNIT || tag == SMPP_TAG_MESSAGE_PAYLOAD ||
           tag == SMPP_TAG_SAR_MSG_REF_NUM || tag == SMPP_TAG_SAR_TOTAL_SEGMENTS ||
           tag == SMPP_TAG_SAR_SEGMENT_SEQNUM;
}

/* ---- values ---- */

static bool read_hex(struct str *out, struct arena *a, struct str digits)
{
    char *bytes = arena_alloc(a, digits.n / 2 + 1);
    for (size_t i = 0; i + 1 < digits.n; i += 2) {
        int high = hex_digit(digits.p[i]);
        int low = hex_digit(digits.p[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high << 4 | low);
    }
    *out = (struct str){.p = bytes, .n = digits.n / 2};
    return digits.n % 2 == 0;
}

static bool read_word(enum tlv_word *out, struct str name)
{
    static const struct {
        struct str name;
        enum tlv_word word;
    } words[] = {
        {{"account", 7}, TLV_ACCOUNT},
        {{"sender", 6}, TLV_SENDER},
        {{"tag", 3}, TLV_TAG},
        {{"id", 2}, TLV_ID},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(name, words[i].name)) {
            *out = words[i].word;
            return true;
        }
    return false;
}

static void add_literal(struct carrier_tlv *t, struct str text)
{
    if (text.n)
        t->pieces[t->pieces_n++] = (struct tlv_piece){.word = TLV_LITERAL, .text = text};
}

static enum err read_template(struct carrier_tlv *t, struct arena *a, struct str s,
                              struct refusal *why)
{
    char *literal = arena_alloc(a, s.n + 1);
    struct str open = {.p = literal};
    for (size_t at = 0; at < s.n; at++) {
        char c = s.p[at];
        if (c == '}' || (c == '\\' && at + 1 == s.n))
            return refuse_tlvs(why, STR("a brace or a backslash that stands for itself needs a "
                                        "backslash before it"));
        if (c != '{') {
            literal[open.n++] = c == '\\' ? s.p[++at] : c;
            continue;
        }
        struct str rest = str_sub(s, at + 1, s.n);
        struct str name = str_sub(rest, 0, str_find(rest, '}'));
        enum tlv_word word;
        if (name.n == rest.n || !read_word(&word, name))
            return refuse_tlvs(why, STR("braces may hold account, sender, tag or id; a brace that "
                                        "stands for itself needs a backslash before it"));
        add_literal(t, open);
        t->pieces[t->pieces_n++] = (struct tlv_piece){.word = word};
        literal += open.n;
        open = (struct str){.p = literal};
        at += 1 + name.n;
    }
    add_literal(t, open);
    return OK;
}

static struct str piece_value(const struct tlv_piece *p, const struct tlv_values *values)
{
    switch (p->word) {
    case TLV_LITERAL:
        break;
    case TLV_ACCOUNT:
        return values->account;
    case TLV_SENDER:
        return values->sender;
    case TLV_TAG:
        return values->tag;
    case TLV_ID:
        return values->id;
    }
    return p->text;
}

struct str carrier_tlv_value(struct arena *a, const struct carrier_tlv *t,
                             const struct tlv_values *values)
{
    size_t n = 0;
    if (t->pieces_n == 1)
        return piece_value(&t->pieces[0], values);
    for (size_t i = 0; i < t->pieces_n; i++)
        n += piece_value(&t->pieces[i], values).n;
    char *all = arena_alloc(a, n + 1);
    char *to = all;
    for (size_t i = 0; i < t->pieces_n; i++) {
        struct str piece = piece_value(&t->pieces[i], values);
        if (piece.n)
            memcpy(to, piece.p, piece.n);
        to += piece.n;
    }
    return (struct str){.p = all, .n = n};
}

/* ---- the setting ---- */

/* Would a submit_sm take this value? */
static bool can_be_written(uint16_t tag, struct str value)
{
    struct smpp_tlv tlv = {.tag = tag, .value = value};
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .has_body = true, .tlvs = &tlv, .tlv_n = 1};
    struct buf out = buf_limited(SMPP_PDU_MAX);
    enum err e = smpp_pdu_write(&out, &pdu);
    buf_free(&out);
    return !e;
}

/* Its shortest and its longest value. */
static enum err check_bounds(struct arena *a, const struct carrier_tlv *t, struct refusal *why)
{
    static const char long_text[ACCEPT_TAG_MAX * 4 + 1] =
        "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm";
    enum { SENDER_MOST = 16, ID_MOST = 16 };
    struct tlv_values least = {
        .sender = {long_text, 3}, .id = {long_text, 1}, .account = {long_text, 1}};
    struct tlv_values most = {.account = {long_text, ADMIN_NAME_MAX},
                              .sender = {long_text, SENDER_MOST},
                              .tag = {long_text, sizeof(long_text) - 1},
                              .id = {long_text, ID_MOST}};
    if (can_be_written(t->tag, carrier_tlv_value(a, t, &least)) &&
        can_be_written(t->tag, carrier_tlv_value(a, t, &most)))
        return OK;
    return refuse_tlvs(why, arena_printf(a, "SMPP does not allow such a value for 0x%04X (%s)",
                                         (unsigned)t->tag, smpp_tag_name(t->tag)));
}

static enum err read_one(struct carrier_tlv *t, struct arena *a, struct str entry,
                         struct refusal *why)
{
    size_t equals = str_find(entry, '=');
    struct str tag = str_trim(str_sub(entry, 0, equals));
    if (equals == entry.n || !read_tag(&t->tag, tag))
        return refuse_tlvs(why,
                           STR("each must be TAG=TEXT or TAG=hex:BYTES, with a tag from 0x0001 "
                               "to 0xFFFF"));
    if (is_ours(t->tag))
        return refuse_tlvs(why, arena_printf(a, "0x%04X (%s) is written where a message needs it",
                                             (unsigned)t->tag, smpp_tag_name(t->tag)));
    struct str value = str_sub(entry, equals + 1, entry.n);
    struct str bytes;
    t->pieces = ARENA_ARRAY(a, value.n + 1, struct tlv_piece);
    enum err e = OK;
    if (!str_starts(value, STR("hex:")))
        e = read_template(t, a, value, why);
    else if (read_hex(&bytes, a, str_trim(str_sub(value, 4, value.n))))
        add_literal(t, bytes);
    else
        e = refuse_tlvs(why, STR("hex: must be followed by pairs of hexadecimal digits"));
    return e ? e : check_bounds(a, t, why);
}

/* Takes what stands before a comma that no backslash precedes. */
static bool next_entry(struct str *rest, struct str *entry)
{
    size_t n = 0;
    if (!rest->n)
        return false;
    while (n < rest->n && rest->p[n] != ',')
        n += rest->p[n] == '\\' && n + 1 < rest->n ? 2 : 1;
    *entry = str_sub(*rest, 0, n);
    *rest = n < rest->n ? str_sub(*rest, n + 1, rest->n) : (struct str){0};
    return true;
}

enum err carrier_tlvs_read(struct carrier_tlv **out, size_t *n, struct arena *a, struct str setting,
                           struct refusal *why)
{
    struct str rest = setting;
    struct str entry;
    *out = setting.n ? ARENA_ARRAY(a, CARRIER_TLVS_MAX, struct carrier_tlv) : NULL;
    *n = 0;
    if (text_utf8_check(setting, NULL))
        return refuse(why, ERR_BAD_UTF8, "tlvs", STR("must be UTF-8"));
    while (next_entry(&rest, &entry)) {
        if (*n == CARRIER_TLVS_MAX)
            return refuse_tlvs(why, arena_printf(a, "at most %d TLVs", CARRIER_TLVS_MAX));
        enum err e = read_one(&(*out)[*n], a, entry, why);
        if (e)
            return e;
        (*n)++;
    }
    return OK;
}
