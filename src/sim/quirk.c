/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/quirk.h"

#include <assert.h>
#include <stdio.h>

/* clang-format off */
#define CHOICE(field, option, help) static const char *const words_of_##field[] = {
#define SET(field, option, help)    static const char *const words_of_##field[] = {
#define WORD(NAME, word)            word,
#define END(field)                  NULL};
#include "sim/quirk.def"
/* clang-format on */

const struct quirk quirk_table[] = {
#define CHOICE(field, opt, text) \
    {#field, opt, text, QUIRK_CHOICE, words_of_##field, 0, offsetof(struct quirks, field)},
#define SET(field, opt, text) \
    {#field, opt, text, QUIRK_SET, words_of_##field, 0, offsetof(struct quirks, field)},
#define NUMBER(field, opt, limit, text) \
    {#field, opt, text, QUIRK_NUMBER, NULL, limit, offsetof(struct quirks, field)},
#include "sim/quirk.def"
};
const size_t quirk_table_n = sizeof(quirk_table) / sizeof(quirk_table[0]);

static uint32_t *field_of(struct quirks *quirks, const struct quirk *quirk)
{
    return (uint32_t *)((char *)quirks + quirk->offset);
}

static uint32_t value_of(const struct quirks *quirks, const struct quirk *quirk)
{
    return *(const uint32_t *)((const char *)quirks + quirk->offset);
}

/* The words whose bits are set, joined. */
static void join_words(char out[QUIRK_VALUE_SIZE], const char *const *words, uint32_t bits,
                       const char *between)
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned i = 0; words[i]; i++)
        if (bits >> i & 1)
            n +=
                (size_t)snprintf(out + n, QUIRK_VALUE_SIZE - n, "%s%s", n ? between : "", words[i]);
    assert(n < QUIRK_VALUE_SIZE);
}

void quirk_values(char out[QUIRK_VALUE_SIZE], const struct quirk *quirk)
{
    if (quirk->kind == QUIRK_NUMBER)
        snprintf(out, QUIRK_VALUE_SIZE, "N");
    else
        join_words(out, quirk->words, UINT32_MAX, quirk->kind == QUIRK_SET ? "," : "|");
}

static enum err find_word(uint32_t *out, const struct quirk *quirk, struct str word)
{
    for (uint32_t i = 0; quirk->words[i]; i++)
        if (str_eq(str_of(quirk->words[i]), word)) {
            *out = i;
            return OK;
        }
    return ERR_INVALID;
}

static enum err read_set(uint32_t *out, const struct quirk *quirk, struct str value)
{
    struct str word;
    uint32_t number;
    *out = 0;
    while (str_split(&value, ',', &word)) {
        enum err err = find_word(&number, quirk, word);
        if (err)
            return err;
        *out |= UINT32_C(1) << number;
    }
    return *out ? OK : ERR_INVALID;
}

static enum err read_number(uint32_t *out, const struct quirk *quirk, struct str value)
{
    uint64_t number;
    if (str_to_u64(&number, value) != OK || number < 1 || number > quirk->most)
        return ERR_INVALID;
    *out = (uint32_t)number;
    return OK;
}

enum err quirk_set(struct quirks *quirks, const struct quirk *quirk, struct str value)
{
    uint32_t *field = field_of(quirks, quirk);
    switch (quirk->kind) {
    case QUIRK_CHOICE:
        return find_word(field, quirk, value);
    case QUIRK_SET:
        return read_set(field, quirk, value);
    case QUIRK_NUMBER:
        break;
    }
    return read_number(field, quirk, value);
}

bool quirk_get(char out[QUIRK_VALUE_SIZE], const struct quirks *quirks, const struct quirk *quirk)
{
    uint32_t value = value_of(quirks, quirk);
    if (value == 0)
        return false;
    switch (quirk->kind) {
    case QUIRK_CHOICE:
        snprintf(out, QUIRK_VALUE_SIZE, "%s", quirk->words[value]);
        break;
    case QUIRK_SET:
        join_words(out, quirk->words, value, ",");
        break;
    case QUIRK_NUMBER:
        snprintf(out, QUIRK_VALUE_SIZE, "%u", value);
        break;
    }
    return true;
}

const char *quirks_conflict(const struct quirks *quirks)
{
    if (quirks->id_format == QUIRK_ID_UUID && quirks->receipt_id_format != QUIRK_RECEIPT_ID_SAME)
        return "a UUID is no number: with --id-format uuid, receipts write the same id";
    return NULL;
}
