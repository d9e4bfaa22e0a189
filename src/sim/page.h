/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/page: the files of the page, inside the binary. page.c is made by page/embed.py.
 * Threads: constants.
 */
#ifndef NAVETTE_SIM_PAGE_H
#define NAVETTE_SIM_PAGE_H

#include <stddef.h>

struct page_file {
    const char *name; /* "index.html" */
    const char *content_type;
    const char *bytes;
    size_t n;
};

extern const struct page_file page_files[];
extern const size_t page_files_n;

#endif
