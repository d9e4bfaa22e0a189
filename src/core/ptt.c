/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ptt.h"

static const char *meaning_of(int code)
{
    static const struct {
        int code;
        const char *meaning;
    } codes[] = {
#define PTT(code, meaning) {code, meaning},
#include "core/ptt.def"
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].meaning;
    return "";
}

static enum phone_fault fault_of(int code)
{
    static const struct {
        int code;
        enum phone_fault fault;
    } faults[] = {
#define FAULT(code, kind) {code, PHONE_FAILS_##kind},
#include "core/ptt.def"
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (faults[i].code == code)
            return faults[i].fault;
    return PHONE_FINE;
}

static int code_of_state(enum message_state state)
{
    static const int codes[] = {
#define END(state, code) [MESSAGE_##state] = (code),
#include "core/ptt.def"
    };
    return (size_t)state < sizeof(codes) / sizeof(codes[0]) ? codes[state] : 0;
}

/* 0: it says nothing. */
static int code_of_error(uint64_t error)
{
    static const struct {
        int code;
        unsigned first, last;
    } errors[] = {
#define ERROR(code, first, last) {code, first, last},
#include "core/ptt.def"
    };
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (error >= errors[i].first && error <= errors[i].last)
            return errors[i].code;
    return 0;
}

/* Of "0000000b)". */
static int code_of_status(struct str digits)
{
    static const char alphabet[] = "0123456789abcdef";
    uint32_t status = 0;
    for (size_t i = 0; i < digits.n && digits.p[i] != ')'; i++) {
        const char *at = memchr(alphabet, digits.p[i], sizeof(alphabet) - 1);
        if (!at)
            return 0;
        status = status << 4 | (uint32_t)(at - alphabet);
    }
    static const struct {
        int code;
        unsigned status;
    } statuses[] = {
#define STATUS(code, status) {code, status},
#include "core/ptt.def"
    };
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == status)
            return statuses[i].code;
    return 0;
}

/* What stands behind the blank: the carrier's error, or the status in parentheses. */
static int code_of_receipt(struct str receipt)
{
    uint64_t number;
    size_t blank = str_find(receipt, ' ');
    if (blank == receipt.n)
        return 0;
    struct str word = str_sub(receipt, blank + 1, receipt.n);
    if (str_starts(word, STR("(0x")))
        return code_of_status(str_sub(word, 3, word.n));
    return str_to_u64(&number, word) ? 0 : code_of_error(number);
}

/* Of one that is with the carrier: what an intermediate receipt says, 0 where none came. */
static int code_under_way(struct str receipt)
{
    static const struct {
        int code, final;
    } waits[] = {
#define WAITS(code, final) {code, final},
#include "core/ptt.def"
    };
    if (!receipt.n)
        return 0;
    int final = code_of_receipt(receipt);
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
        if (waits[i].final == final)
            return waits[i].code;
    return 3;
}

struct ptt ptt_of(enum message_state state, struct str receipt)
{
    int code = code_of_state(state);
    int more =
        state == MESSAGE_UNDELIVERED || state == MESSAGE_REJECTED ? code_of_receipt(receipt) : 0;
    if (more)
        code = more;
    if (state == MESSAGE_SENT)
        code = code_under_way(receipt);
    return (struct ptt){.code = code, .meaning = meaning_of(code), .fault = fault_of(code)};
}
