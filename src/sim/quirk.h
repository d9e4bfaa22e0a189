/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/quirk: the quirks of real carriers, from quirk.def. A struct of zeros has none.
 * Threads: pure.
 */
#ifndef NAVETTE_SIM_QUIRK_H
#define NAVETTE_SIM_QUIRK_H

#include "base/str.h"

/* enum quirk_id_format { QUIRK_ID_DECIMAL, … }, and so on: the words of a field in their order. */
/* clang-format off */
#define CHOICE(field, option, help) enum quirk_##field {
#define SET(field, option, help)    enum quirk_##field {
#define WORD(NAME, word)            QUIRK_##NAME,
#define END(field)                  };
#include "sim/quirk.def"
/* clang-format on */

/* A CHOICE holds the number of its word. A SET holds a bit for each of its words, or 0 for all. A
 * NUMBER is 0 when it was not given. */
struct quirks {
#define CHOICE(field, option, help)       uint32_t field;
#define SET(field, option, help)          uint32_t field;
#define NUMBER(field, option, most, help) uint32_t field;
#include "sim/quirk.def"
};

/* Is this word of a SET taken? */
static inline bool quirk_takes(uint32_t set, unsigned word)
{
    return set == 0 || (set >> word & 1);
}

enum quirk_kind { QUIRK_CHOICE, QUIRK_SET, QUIRK_NUMBER };

struct quirk {
    const char *name;   /* "id_format" */
    const char *option; /* "id-format" */
    const char *help;
    enum quirk_kind kind;
    const char *const *words; /* closed by NULL; NULL for a NUMBER */
    uint32_t most;            /* of a NUMBER */
    size_t offset;            /* in struct quirks */
};

extern const struct quirk quirk_table[];
extern const size_t quirk_table_n;

enum { QUIRK_VALUE_SIZE = 80 };

/* What may stand behind the option: "a|b", "a,b" or "N". */
void quirk_values(char out[QUIRK_VALUE_SIZE], const struct quirk *quirk);
/* ERR_INVALID: not a word, or not a number, of this quirk. */
enum err quirk_set(struct quirks *quirks, const struct quirk *quirk, struct str value) MUST_CHECK;
/* As quirk_set takes it; false for one that is as it is by default. */
bool quirk_get(char out[QUIRK_VALUE_SIZE], const struct quirks *quirks, const struct quirk *quirk);
/* Why they do not go together: an English sentence; NULL when they do. */
const char *quirks_conflict(const struct quirks *quirks);

#endif
