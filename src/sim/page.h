/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/page: the files of the page, inside the binary (tools/embed).
 * Threads: constants.
 */
#ifndef NAVETTE_SIM_PAGE_H
#define NAVETTE_SIM_PAGE_H

#include <stddef.h>

struct page_file {
    const char *name; /* "index.html" */
    const char *content_type;
    const unsigned char *bytes;
    const size_t *size;
};

extern const struct page_file page_files[];
extern const size_t page_files_n;

#endif
