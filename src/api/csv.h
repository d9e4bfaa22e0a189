/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/csv: lines of comma-separated values (RFC 4180), as spreadsheets read them. A cell that a
 * spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets a
 * ' before it, unless it is a plain number.
 * Threads: pure.
 */
#ifndef NAVETTE_API_CSV_H
#define NAVETTE_API_CSV_H

#include "base/buf.h"

#include <jansson.h>

/* UTF-8, for spreadsheets that take anything else for their own code page. */
#define CSV_BOM STR("\xef\xbb\xbf")

void csv_cell(struct buf *out, bool first, struct str text);
void csv_end(struct buf *out);
/* A JSON value: null is empty, true is yes; objects and arrays are their JSON. */
void csv_json(struct buf *out, bool first, const json_t *value);

#endif
