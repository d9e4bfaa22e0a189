/* SPDX-License-Identifier: Apache-2.0 */
/* What every cmocka program includes, in the order cmocka needs. */
#ifndef NAVETTE_TESTS_TESTING_H
#define NAVETTE_TESTS_TESTING_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
