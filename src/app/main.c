/* SPDX-License-Identifier: Apache-2.0 */
/* navette: one binary. serve and sim run until they are told to stop; the rest asks a server. */
#include "app/cli.h"
#include "app/cli_text.h"
#include "app/cmd_serve.h"
#include "app/cmd_sim.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    cli_text_choose();
    const char *command = argc > 1 ? argv[1] : "--help";
    if (strcmp(command, "serve") == 0)
        return cmd_serve(argc, argv);
    if (strcmp(command, "sim") == 0)
        return cmd_sim(argc - 1, argv + 1);
    if (strcmp(command, "--version") == 0) {
        puts("navette " NAVETTE_VERSION);
        return 0;
    }
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        cli_help(stdout);
        return 0;
    }
    return cli_main(argc, argv);
}
