/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cmd_sim: `navette sim`, the carrier in a box on its own.
 * Threads: the main one; SIGINT and SIGTERM are its own from the call on.
 */
#ifndef NAVETTE_APP_CMD_SIM_H
#define NAVETTE_APP_CMD_SIM_H

/* argv[0] is "sim". Returns the exit code: 0, 1 (failed), 2 (usage). Needs secret_init. */
int cmd_sim(int argc, char **argv);

#endif
