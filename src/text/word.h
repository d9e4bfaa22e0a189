/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/word: the words of a text as keywords are compared. A word is letters and digits of any
 * script, with the marks that belong to them. Folding takes away what typing makes of a word: case,
 * width, whether an accent is a character of its own; not the accent.
 * Source: Unicode, UAX #15 and #31: NFKC_Casefold; ICU knows the characters.
 * Threads: pure.
 */
#ifndef NAVETTE_TEXT_WORD_H
#define NAVETTE_TEXT_WORD_H

#include "base/arena.h"

/* What is behind so many bytes of a text is not looked at. */
enum { TEXT_FOLD_MAX = 512 };

/* The beginning of a text in UTF-8, folded; in the arena. */
struct str text_fold(struct arena *a, struct str text);
/* Takes the first word off a folded text, and what stands before it; false when it has none. */
bool text_word_next(struct str *word, struct str *rest);

#endif
