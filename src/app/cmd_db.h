/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cmd_db: `navette db …`: the commands that open a database themselves, without a server.
 */
#ifndef NAVETTE_APP_CMD_DB_H
#define NAVETTE_APP_CMD_DB_H

#include "app/cli_parse.h"

/* The process's exit code: 0, 1 (failed), 2 (usage); what is wrong is told on stderr. */
int cmd_db(const struct cli_call *call);

#endif
