/* SPDX-License-Identifier: Apache-2.0 */
#include "core/receipt_rules.h"

#include "smpp/message_id.h"
#include "smpp/receipt.h"
#include "text/pattern.h"

#include <stdlib.h>

enum { WORD_MAX = 20 };

struct word {
    struct str word;
    enum message_state state;
};

struct receipt_rules {
    struct arena *arena; /* of the words */
    enum smpp_id_format id_format;
    struct pattern *id_pattern; /* each may be NULL */
    struct pattern *stat_pattern;
    struct pattern *err_pattern;
    bool quoted; /* the expressions see what stands behind "text:" */
    uint16_t tlvs[RECEIPT_TLVS_MAX];
    size_t tlvs_n;
    struct word words[RECEIPT_WORDS_MAX];
    size_t words_n;
};

/* ---- what the settings say ---- */

static enum err read_pattern(struct pattern **out, const char *field, struct str expression,
                             struct arena *a, struct refusal *why)
{
    struct str fault;
    if (!expression.n)
        return OK;
    enum err e = pattern_new(out, expression, a, &fault);
    return e ? refuse(why, e, field,
                      arena_printf(a,
                                   "must be a regular expression with exactly one group in "
                                   "parentheses, as id:([0-9A-F]+): %.*s",
                                   STR_FMT(fault)))
             : OK;
}

static enum err read_patterns(struct receipt_rules *r, const struct carrier_settings *s,
                              struct arena *a, struct refusal *why)
{
    enum err e = read_pattern(&r->id_pattern, "receipt_id_pattern", s->receipt_id_pattern, a, why);
    if (!e)
        e = read_pattern(&r->stat_pattern, "receipt_stat_pattern", s->receipt_stat_pattern, a, why);
    return e ? e
             : read_pattern(&r->err_pattern, "receipt_err_pattern", s->receipt_err_pattern, a, why);
}

static bool read_tag(uint16_t *out, struct str text)
{
    enum { DIGITS_MAX = 4 };
    uint32_t tag = 0;
    if (!str_starts(text, STR("0x")) || text.n == 2 || text.n > 2 + DIGITS_MAX)
        return false;
    for (size_t i = 2; i < text.n; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = strchr(digits, text.p[i] | 0x20);
        if (!at || !*at)
            return false;
        tag = tag * 16 + (uint32_t)(at - digits);
    }
    *out = (uint16_t)tag;
    return true;
}

static enum err read_tlvs(struct receipt_rules *r, struct str list, struct refusal *why)
{
    struct str rest = list;
    struct str each;
    while (list.n && str_split(&rest, ',', &each))
        if (r->tlvs_n == RECEIPT_TLVS_MAX || !read_tag(&r->tlvs[r->tlvs_n++], str_trim(each)))
            return refuse(why, ERR_INVALID, "receipt_tlvs",
                          STR("must be at most 14 tags with commas between them, as "
                              "0x001E,0x1401"));
    return OK;
}

static bool read_state(enum message_state *out, struct str name)
{
    static const struct {
        const char *name;
        enum message_state state;
    } states[] = {
        {"delivered", MESSAGE_DELIVERED}, {"undelivered", MESSAGE_UNDELIVERED},
        {"expired", MESSAGE_EXPIRED},     {"rejected", MESSAGE_REJECTED},
        {"unknown", MESSAGE_UNKNOWN},     {"enroute", MESSAGE_SENT},
    };
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (str_eq_nocase(name, str_of(states[i].name))) {
            *out = states[i].state;
            return true;
        }
    return false;
}

static bool read_word(struct receipt_rules *r, struct str text)
{
    size_t equals = str_find(text, '=');
    struct str word = str_trim(str_sub(text, 0, equals));
    if (equals == text.n || !word.n || word.n > WORD_MAX || r->words_n == RECEIPT_WORDS_MAX)
        return false;
    struct word *w = &r->words[r->words_n++];
    w->word = arena_str(r->arena, word);
    return read_state(&w->state, str_trim(str_sub(text, equals + 1, text.n)));
}

static enum err read_words(struct receipt_rules *r, struct str map, struct refusal *why)
{
    struct str rest = map;
    struct str each;
    while (map.n && str_split(&rest, ',', &each))
        if (!read_word(r, each))
            return refuse(why, ERR_INVALID, "stat_map",
                          STR("must be at most 32 words with what they mean, as "
                              "BUFFERED=enroute,FAILED=undelivered; meanings are delivered, "
                              "undelivered, expired, rejected, unknown and enroute"));
    return OK;
}

enum err receipt_rules_new(struct receipt_rules **out, const struct carrier_settings *s,
                           struct arena *a, struct refusal *why)
{
    struct receipt_rules *r = base_alloc(sizeof(*r));
    r->arena = arena_new();
    r->quoted = s->receipt_text;
    enum err e = smpp_id_format_of(&r->id_format, s->receipt_id);
    if (e)
        e = refuse(why, e, "receipt_id", STR("must be one of as-is|decimal|hex|hex-text"));
    if (!e)
        e = read_patterns(r, s, a, why);
    if (!e)
        e = read_tlvs(r, s->receipt_tlvs, why);
    if (!e)
        e = read_words(r, s->stat_map, why);
    if (e) {
        receipt_rules_free(r);
        return e;
    }
    *out = r;
    return OK;
}

void receipt_rules_free(struct receipt_rules *r)
{
    if (!r)
        return;
    pattern_free(r->id_pattern);
    pattern_free(r->stat_pattern);
    pattern_free(r->err_pattern);
    arena_free(r->arena);
    free(r);
}

/* ---- receipts ---- */

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

/* " 0x001E:…", of a TLV that is text. */
static void add_tlv(struct buf *b, const struct smpp_pdu *pdu, uint16_t tag)
{
    const struct smpp_tlv *tlv = smpp_tlv_find(pdu, tag);
    struct str value = tlv ? tlv->value : (struct str){0};
    while (value.n && !value.p[value.n - 1]) /* a vendor's C string keeps its NUL */
        value.n--;
    if (!value.n || !is_printable(value))
        return;
    buf_printf(b, " 0x%04X:", tag);
    buf_add_str(b, value);
}

/* What the expressions see. */
static struct str subject_of(const struct receipt_rules *r, struct arena *a,
                             const struct smpp_pdu *pdu)
{
    struct str text = smpp_receipt_text(pdu);
    if (!r->quoted)
        text = smpp_receipt_head(text);
    if (!r->tlvs_n)
        return text;
    struct buf b = buf_limited(2 * PATTERN_SUBJECT_MAX);
    buf_add_str(
        &b, str_sub(text, 0, text.n < PATTERN_SUBJECT_MAX / 2 ? text.n : PATTERN_SUBJECT_MAX / 2));
    for (size_t i = 0; i < r->tlvs_n; i++)
        add_tlv(&b, pdu, r->tlvs[i]);
    struct str subject = arena_str(a, buf_str(&b));
    buf_free(&b);
    return subject;
}

/* An expression takes the place of our grammar: what it does not find in the text, the text does
 * not say. */
static struct str search(struct pattern *p, struct str subject, struct str *field)
{
    struct str found = {0};
    if (!p)
        return found;
    *field = (struct str){0};
    return pattern_find(p, subject, &found) ? found : (struct str){0};
}

static void read_words_of(struct receipt_rules *r, struct smpp_receipt *receipt, struct arena *a,
                          const struct smpp_pdu *pdu)
{
    struct str subject = subject_of(r, a, pdu);
    struct str id = search(r->id_pattern, subject, &receipt->id);
    struct str stat = search(r->stat_pattern, subject, &receipt->stat);
    struct str error = search(r->err_pattern, subject, &receipt->error);
    receipt->state = smpp_state_of_stat(receipt->stat);
    smpp_receipt_read_tlvs(receipt, a, pdu);
    if (id.n && id.n <= SMPP_ID_MAX)
        receipt->id = id;
    if (error.n)
        receipt->error = error;
    if (!stat.n)
        return;
    receipt->stat = stat;
    receipt->state = smpp_state_of_stat(stat);
}

static enum message_state state_of(enum smpp_message_state state)
{
    switch (state) {
    case SMPP_STATE_DELIVERED:
        return MESSAGE_DELIVERED;
    case SMPP_STATE_EXPIRED:
        return MESSAGE_EXPIRED;
    case SMPP_STATE_DELETED:
    case SMPP_STATE_UNDELIVERABLE:
        return MESSAGE_UNDELIVERED;
    case SMPP_STATE_REJECTED:
        return MESSAGE_REJECTED;
    case SMPP_STATE_UNKNOWN:
        return MESSAGE_UNKNOWN;
    case SMPP_STATE_NONE:
    case SMPP_STATE_ENROUTE:
    case SMPP_STATE_ACCEPTED:
        break;
    }
    return MESSAGE_SENT;
}

/* The carrier's own meaning of its words goes before everything. */
static enum message_state meaning_of(const struct receipt_rules *r,
                                     const struct smpp_receipt *receipt)
{
    for (size_t i = 0; i < r->words_n; i++)
        if (str_eq_nocase(receipt->stat, r->words[i].word))
            return r->words[i].state;
    return state_of(receipt->state);
}

enum err receipt_rules_read(struct receipt_rules *r, struct receipt_read *out, struct arena *a,
                            const struct smpp_pdu *pdu)
{
    struct smpp_receipt receipt;
    smpp_receipt_parse_text(&receipt, smpp_receipt_text(pdu));
    if (r->id_pattern || r->stat_pattern || r->err_pattern)
        read_words_of(r, &receipt, a, pdu);
    else
        smpp_receipt_read_tlvs(&receipt, a, pdu);
    if (!receipt.id.n)
        return ERR_MALFORMED;
    char *space = r->id_format == SMPP_ID_AS_IS ? NULL : arena_alloc(a, SMPP_ID_DIGITS);
    *out = (struct receipt_read){.id = smpp_id_read(space, receipt.id, r->id_format),
                                 .state = meaning_of(r, &receipt),
                                 .stat = receipt.stat,
                                 .error = receipt.error};
    return OK;
}
