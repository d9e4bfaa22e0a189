/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator alone, as a program: for tests that need nothing else of the house. */
#include "app/cmd_sim.h"
#include "base/secret.h"

int main(int argc, char **argv)
{
    return secret_init() ? 1 : cmd_sim(argc, argv);
}
