/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli_text: the command line in English and French. The source speaks English; cli_french.def
 * holds each sentence's French. What is not in it stays English.
 * Threads: main only.
 */
#ifndef NAVETTE_APP_CLI_TEXT_H
#define NAVETTE_APP_CLI_TEXT_H

#include "base/buf.h"

#include <stdio.h>

/* French when LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with fr. */
void cli_text_choose(void);

/* A sentence of this program in the language chosen. */
const char *cli_text(const char *english) __attribute__((format_arg(1), returns_nonnull));

/* The sentence of the server as cli_text_print writes it, at the end of a buffer. */
void cli_text_add(struct buf *out, const char *english);

/* Writes a sentence of the server, whose changing words a * stands for. */
void cli_text_print(FILE *out, const char *english);

#endif
