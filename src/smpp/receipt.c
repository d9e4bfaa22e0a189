/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/receipt.h"

#include "base/clock.h"

#include <time.h>

enum {
    STATE_SCHEDULED = 0, /* message_state of version 5.0 */
    STATE_SKIPPED = 9,
    ID_MAX = 64,
    TEXT_MAX = 20,
};

/* ---- States ---- */

static const char *const stats[] = {
    [SMPP_STATE_NONE] = "",
    [SMPP_STATE_ENROUTE] = "ENROUTE",
    [SMPP_STATE_DELIVERED] = "DELIVRD",
    [SMPP_STATE_EXPIRED] = "EXPIRED",
    [SMPP_STATE_DELETED] = "DELETED",
    [SMPP_STATE_UNDELIVERABLE] = "UNDELIV",
    [SMPP_STATE_ACCEPTED] = "ACCEPTD",
    [SMPP_STATE_UNKNOWN] = "UNKNOWN",
    [SMPP_STATE_REJECTED] = "REJECTD",
};

/* How vendors' words begin; both the spec's short words and the plain ones are met. */
static const struct {
    const char *prefix;
    enum smpp_message_state state;
} words[] = {
    {"DELIV", SMPP_STATE_DELIVERED},    {"EXPIR", SMPP_STATE_EXPIRED},
    {"DELET", SMPP_STATE_DELETED},      {"UNDEL", SMPP_STATE_UNDELIVERABLE},
    {"ACCEP", SMPP_STATE_ACCEPTED},     {"UNKNO", SMPP_STATE_UNKNOWN},
    {"REJEC", SMPP_STATE_REJECTED},     {"ENROU", SMPP_STATE_ENROUTE},
    {"ACKED", SMPP_STATE_ACCEPTED},     {"BUFF", SMPP_STATE_ENROUTE},
    {"SCHED", SMPP_STATE_ENROUTE},      {"FAIL", SMPP_STATE_UNDELIVERABLE},
    {"SKIP", SMPP_STATE_UNDELIVERABLE},
};

static bool starts_nocase(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq_nocase(str_sub(s, 0, prefix.n), prefix);
}

enum smpp_message_state smpp_state_of_stat(struct str stat)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (starts_nocase(stat, str_of(words[i].prefix)))
            return words[i].state;
    return SMPP_STATE_NONE;
}

static enum smpp_message_state state_of_number(uint32_t number)
{
    if (number == STATE_SCHEDULED)
        return SMPP_STATE_ENROUTE;
    if (number == STATE_SKIPPED)
        return SMPP_STATE_UNDELIVERABLE;
    return number <= SMPP_STATE_REJECTED ? (enum smpp_message_state)number : SMPP_STATE_NONE;
}

/* As a receipt would say it in words. */
static const char *stat_of_number(uint32_t number)
{
    return number == STATE_SCHEDULED ? "SCHEDULED"
           : number == STATE_SKIPPED ? "SKIPPED"
                                     : stats[state_of_number(number)];
}

const char *smpp_state_stat(enum smpp_message_state state)
{
    return stats[state];
}

bool smpp_state_final(enum smpp_message_state state)
{
    switch (state) {
    case SMPP_STATE_DELIVERED:
    case SMPP_STATE_EXPIRED:
    case SMPP_STATE_DELETED:
    case SMPP_STATE_UNDELIVERABLE:
    case SMPP_STATE_REJECTED:
        return true;
    default:
        return false;
    }
}

/* ---- The text ---- */

enum key { KEY_NONE, KEY_ID, KEY_STAT, KEY_ERR, KEY_DONE, KEY_TEXT, KEY_OTHER };

static const struct {
    const char *word;
    enum key key;
} keys[] = {
    {"id", KEY_ID},     {"stat", KEY_STAT},         {"err", KEY_ERR},   {"done date", KEY_DONE},
    {"text", KEY_TEXT}, {"submit date", KEY_OTHER}, {"sub", KEY_OTHER}, {"dlvrd", KEY_OTHER},
};

/* Blanks and anything a broken sender puts between fields. */
static bool is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

static void skip_blanks(struct str *s)
{
    while (s->n && is_blank(s->p[0]))
        *s = str_sub(*s, 1, s->n);
}

/* The key that stands at the front of *rest, which is moved behind its colon; else KEY_NONE. */
static enum key take_key(struct str *rest)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct str word = str_of(keys[i].word);
        if (!starts_nocase(*rest, word))
            continue;
        struct str after = str_sub(*rest, word.n, rest->n);
        skip_blanks(&after);
        if (after.n == 0 || after.p[0] != ':')
            continue;
        *rest = str_sub(after, 1, after.n);
        return keys[i].key;
    }
    return KEY_NONE;
}

static struct str take_word(struct str *rest)
{
    size_t n = 0;
    while (n < rest->n && !is_blank(rest->p[n]))
        n++;
    struct str word = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n);
    while (word.n && strchr(",;", word.p[word.n - 1]))
        word.n--;
    return word;
}

/* A value is one word; none when the next key stands in its place. */
static struct str take_value(struct str *rest)
{
    skip_blanks(rest);
    struct str ahead = *rest;
    return take_key(&ahead) == KEY_NONE ? take_word(rest) : (struct str){0};
}

static struct str digits_of(struct str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    return str_sub(s, 0, n);
}

/* The first of two equal keys counts. */
static void set_once(struct str *field, struct str value)
{
    if (field->n == 0 && value.n <= ID_MAX)
        *field = value;
}

void smpp_receipt_parse_text(struct smpp_receipt *out, struct str text)
{
    *out = (struct smpp_receipt){0};
    for (skip_blanks(&text); text.n; skip_blanks(&text)) {
        enum key key = take_key(&text);
        if (key == KEY_TEXT) /* the message's own words: could forge anything */
            break;
        if (key == KEY_NONE) {
            take_word(&text);
            continue;
        }
        struct str value = take_value(&text);
        if (key == KEY_ID)
            set_once(&out->id, value);
        else if (key == KEY_STAT)
            set_once(&out->stat, value);
        else if (key == KEY_ERR)
            set_once(&out->error, value);
        else if (key == KEY_DONE)
            set_once(&out->done_date, digits_of(value));
    }
    out->state = smpp_state_of_stat(out->stat);
}

struct str smpp_receipt_head(struct str text)
{
    struct str rest = text;
    for (skip_blanks(&rest); rest.n; skip_blanks(&rest)) {
        size_t at = text.n - rest.n;
        enum key key = take_key(&rest);
        if (key == KEY_TEXT)
            return str_sub(text, 0, at);
        if (key == KEY_NONE)
            take_word(&rest);
        else
            take_value(&rest);
    }
    return text;
}

/* ---- The PDU ---- */

static uint8_t esm_class_of(const struct smpp_pdu *pdu)
{
    return pdu->command == SMPP_DATA_SM ? pdu->body.data_sm.esm_class
                                        : pdu->body.deliver_sm.esm_class;
}

bool smpp_is_receipt(const struct smpp_pdu *pdu)
{
    if (pdu->command != SMPP_DELIVER_SM && pdu->command != SMPP_DATA_SM)
        return false;
    unsigned type = esm_class_of(pdu) & SMPP_ESM_TYPE;
    return type == SMPP_ESM_RECEIPT || type == SMPP_ESM_INTERMEDIATE ||
           smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID);
}

struct str smpp_receipt_text(const struct smpp_pdu *pdu)
{
    struct str text = smpp_user_data(pdu);
    if (!(esm_class_of(pdu) & SMPP_ESM_UDHI) || text.n == 0)
        return text;
    size_t header = 1 + (size_t)(uint8_t)text.p[0];
    return str_sub(text, header < text.n ? header : text.n, text.n);
}

/* network_error_code: a type and two bytes of code, or three digits as some send it. */
static struct str error_of_tlv(struct arena *a, struct str value)
{
    if (value.n != 3 || digits_of(value).n == 3)
        return digits_of(value);
    unsigned code = (unsigned)(uint8_t)value.p[1] << 8 | (uint8_t)value.p[2];
    return arena_printf(a, "%03u", code);
}

void smpp_receipt_read_tlvs(struct smpp_receipt *r, struct arena *a, const struct smpp_pdu *pdu)
{
    const struct smpp_tlv *id = smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID);
    if (id && id->value.n && id->value.n <= ID_MAX)
        r->id = id->value;
    const struct smpp_tlv *error = smpp_tlv_find(pdu, SMPP_TAG_NETWORK_ERROR_CODE);
    struct str code = error ? error_of_tlv(a, error->value) : (struct str){0};
    if (code.n)
        r->error = code;
    uint32_t number;
    if (!smpp_tlv_number(pdu, SMPP_TAG_MESSAGE_STATE, &number) ||
        state_of_number(number) == SMPP_STATE_NONE)
        return;
    r->state = state_of_number(number);
    if (r->stat.n == 0)
        r->stat = str_of(stat_of_number(number));
}

enum err smpp_receipt_read(struct smpp_receipt *out, struct arena *a, const struct smpp_pdu *pdu)
{
    smpp_receipt_parse_text(out, smpp_receipt_text(pdu));
    smpp_receipt_read_tlvs(out, a, pdu);
    return out->id.n || out->state != SMPP_STATE_NONE ? OK : ERR_MALFORMED;
}

/* ---- Writing ---- */

static void write_date(struct buf *out, int64_t at_us)
{
    time_t seconds = (time_t)(at_us / SEC_US);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    buf_printf(out, "%02d%02d%02d%02d%02d", tm.tm_year % 100, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
               tm.tm_min);
}

void smpp_receipt_write_text(struct buf *out, struct str id, enum smpp_message_state state,
                             uint32_t error, int64_t submit_us, int64_t done_us, struct str text20)
{
    buf_add_str(out, STR("id:"));
    buf_add_str(out, id);
    buf_printf(out,
               " sub:001 dlvrd:%s submit date:", state == SMPP_STATE_DELIVERED ? "001" : "000");
    write_date(out, submit_us);
    buf_add_str(out, STR(" done date:"));
    write_date(out, done_us);
    buf_printf(out, " stat:%s err:%03u text:", stats[state], error);
    buf_add_str(out, str_sub(text20, 0, text20.n < TEXT_MAX ? text20.n : TEXT_MAX));
}
