/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cmd_serve: `navette serve`: starts the threads in their order and stops them in the other.
 */
#ifndef NAVETTE_APP_CMD_SERVE_H
#define NAVETTE_APP_CMD_SERVE_H

/* As main got them: the process may run itself again with them. The process's exit code: 0, 1
 * (failed), 2 (usage). */
int cmd_serve(int argc, char **argv);

#endif
