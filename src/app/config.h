/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/config: the settings of `navette serve`, from the command line, the environment and a file,
 * generated from config.def. Owner: config_free. Threads: before any is started.
 */
#ifndef NAVETTE_APP_CONFIG_H
#define NAVETTE_APP_CONFIG_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

struct config {
#define CONFIG(member, option, initial, value, help) char *member;
#include "app/config.def"
#undef CONFIG
    bool demo;
    bool help; /* it was asked for: print it and leave */
};

/* ERR_INVALID for bad usage, told on stderr. */
enum err config_read(struct config *out, int argc, char **argv) MUST_CHECK;
void config_free(struct config *c);
void config_help(FILE *out);

#endif
