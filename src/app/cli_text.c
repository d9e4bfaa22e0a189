/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_text.h"

#include "base/str.h"

#include <stdlib.h>

static const struct sentence {
    const char *english, *french;
} sentences[] = {
#define SAY(english, french) {english, french},
#include "app/cli_french.def"
#undef SAY
};

static bool french;

void cli_text_choose(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    french = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            french = strncmp(value, "fr", 2) == 0;
            return;
        }
    }
}

const char *cli_text(const char *english)
{
    for (size_t i = 0; french && i < sizeof(sentences) / sizeof(sentences[0]); i++)
        if (strcmp(sentences[i].english, english) == 0)
            return sentences[i].french;
    return english;
}

enum { WORDS_MAX = 4, SENTENCE_MAX = 1 << 16 };

/* Does the sentence fit the pattern? words[i]: what its i-th * stands for, of `left` at most. */
static bool fits(const char *pattern, const char *sentence, struct str *words, size_t left)
{
    for (; *pattern != '*'; pattern++, sentence++) {
        if (*pattern != *sentence)
            return false;
        if (!*pattern)
            return true;
    }
    for (const char *end = sentence; left; end++) {
        if (fits(pattern + 1, end, words + 1, left - 1)) {
            *words = (struct str){sentence, (size_t)(end - sentence)};
            return true;
        }
        if (!*end)
            break;
    }
    return false;
}

void cli_text_add(struct buf *out, const char *english)
{
    struct str words[WORDS_MAX] = {0};
    const char *found = NULL;
    for (size_t i = 0; french && !found && i < sizeof(sentences) / sizeof(sentences[0]); i++)
        if (fits(sentences[i].english, english, words, WORDS_MAX))
            found = sentences[i].french;
    size_t n = 0;
    for (const char *at = found ? found : english; *at; at++)
        if (found && *at == '*' && n < WORDS_MAX)
            buf_add_str(out, words[n++]);
        else
            buf_add(out, at, 1);
}

void cli_text_print(FILE *out, const char *english)
{
    struct buf text = buf_limited(SENTENCE_MAX);
    cli_text_add(&text, english);
    fwrite(text.p, 1, text.n, out);
    buf_free(&text);
}
