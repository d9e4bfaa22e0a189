/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdict.h"

#include "smpp/pdu.h"

/* What stands in no line concerns the message or its recipient, and would be refused anywhere. */
static const struct {
    uint32_t from, to;
    enum verdict verdict;
} meanings[] = {
    {ESME_RINVBNDSTS, ESME_RINVBNDSTS, VERDICT_AGAIN}, /* the session's fault */
    {ESME_RSYSERR, ESME_RSYSERR, VERDICT_AGAIN},
    {ESME_RX_T_APPN, ESME_RX_T_APPN, VERDICT_AGAIN},
    {ESME_RMSGQFUL, ESME_RMSGQFUL, VERDICT_THROTTLE},
    {ESME_RTHROTTLED, ESME_RTHROTTLED, VERDICT_THROTTLE},
    {ESME_RINVSRCADR, ESME_RINVSRCADR, VERDICT_OTHER}, /* a sender that this carrier lacks */
    {ESME_RINVSERTYP, ESME_RINVSERTYP, VERDICT_OTHER},
    {ESME_RINVESMCLASS, ESME_RINVESMCLASS, VERDICT_OTHER},
    {ESME_RSUBMITFAIL, ESME_RSUBMITFAIL, VERDICT_OTHER}, /* no reason at all; or no credit there */
    {ESME_RINVSRCTON, ESME_RINVDSTNPI, VERDICT_OTHER},
    {ESME_RINVSYSTYP, ESME_RINVSYSTYP, VERDICT_OTHER},
    {ESME_RX_R_APPN, ESME_RX_R_APPN, VERDICT_OTHER},
    {ESME_RINVOPTPARSTREAM, ESME_RINVOPTPARAMVAL, VERDICT_OTHER},
    {ESME_RDELIVERYFAILURE, ESME_RINVDCS, VERDICT_OTHER}, /* 0xFE to 0x104: our account's rights */
    {0x400, 0x4FF, VERDICT_OTHER},                        /* the vendors': contracts, credit */
};

enum verdict verdict_of(const struct verdicts *v, uint32_t status)
{
    for (size_t i = 0; i < v->n; i++)
        if (status >= v->said[i].from && status <= v->said[i].to)
            return v->said[i].verdict;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (status >= meanings[i].from && status <= meanings[i].to)
            return meanings[i].verdict;
    return VERDICT_GIVE_UP;
}

/* ---- what an operator says ---- */

static enum err bad(struct str *why, struct str sentence)
{
    *why = sentence;
    return ERR_INVALID;
}

static enum err hex_to_u32(uint32_t *out, struct str digits)
{
    uint32_t value = 0;
    if (!digits.n || digits.n > 8)
        return ERR_INVALID;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return ERR_INVALID;
        value = value << 4 | (uint32_t)digit;
    }
    *out = value;
    return OK;
}

static enum err read_status(uint32_t *out, struct str text)
{
    uint64_t number = 0;
    if (str_starts(text, STR("0x")) || str_starts(text, STR("0X")))
        return hex_to_u32(out, str_sub(text, 2, text.n));
    if (!str_to_u64(&number, text)) {
        *out = (uint32_t)number;
        return number <= UINT32_MAX ? OK : ERR_INVALID;
    }
    return smpp_status_find(out, text);
}

static enum err read_verdict(enum verdict *out, struct str text)
{
    static const char *const words[] = {[VERDICT_GIVE_UP] = "give-up",
                                        [VERDICT_OTHER] = "other",
                                        [VERDICT_AGAIN] = "again",
                                        [VERDICT_THROTTLE] = "throttle"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(text, str_of(words[i]))) {
            *out = (enum verdict)i;
            return OK;
        }
    return ERR_INVALID;
}

static enum err read_one(struct verdicts *out, struct str text, struct str *why)
{
    size_t equals = str_find(text, '=');
    struct str statuses = str_sub(text, 0, equals);
    size_t dash = str_find(statuses, '-');
    uint32_t from = 0, to = 0;
    enum verdict verdict = VERDICT_GIVE_UP;
    if (equals == text.n || read_verdict(&verdict, str_trim(str_sub(text, equals + 1, text.n))))
        return bad(why, STR("say =again, =other, =give-up or =throttle after each status, with "
                            "commas between them: 0x45=other,0x400-0x4FF=again"));
    enum err e = read_status(&from, str_trim(str_sub(statuses, 0, dash)));
    to = from;
    if (!e && dash < statuses.n)
        e = read_status(&to, str_trim(str_sub(statuses, dash + 1, statuses.n)));
    if (e || from > to)
        return bad(why, STR("write a status as 0x45, 69 or ESME_RSUBMITFAIL, and a range from its "
                            "lower end: 0x400-0x4FF"));
    if (from == ESME_ROK)
        return bad(why, STR("0 is how the carrier says yes: begin at 1"));
    out->said[out->n].from = from;
    out->said[out->n].to = to;
    out->said[out->n++].verdict = verdict;
    return OK;
}

enum err verdicts_read(struct verdicts *out, struct str text, struct str *why)
{
    struct str rest = text;
    struct str each;
    enum err e = OK;
    out->n = 0;
    while (!e && text.n && str_split(&rest, ',', &each)) {
        if (out->n == VERDICTS_MAX)
            return bad(why, STR("name at most 64 statuses or ranges"));
        e = read_one(out, each, why);
    }
    return e;
}
