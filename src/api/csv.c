/* SPDX-License-Identifier: Apache-2.0 */
#include "api/csv.h"

#include <stdlib.h>

/* Digits with a sign and one point: nothing that computes. */
static bool is_number(struct str s)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0, digits = 0, points = 0;
    for (; i < s.n; i++) {
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        points += s.p[i] == '.';
    }
    return digits && points <= 1 && digits + points + (s.p[0] == '-' || s.p[0] == '+') == s.n;
}

static bool is_formula(struct str s)
{
    return s.n && memchr("=+-@\t\r", s.p[0], 6) && !is_number(s);
}

void csv_cell(struct buf *out, bool first, struct str text)
{
    bool guarded = is_formula(text), quoted = false;
    if (!first)
        buf_add_u8(out, ',');
    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = memchr(",\"\r\n", text.p[i], 4) != NULL;
    quoted = quoted || (text.n && (text.p[0] == ' ' || text.p[text.n - 1] == ' '));
    if (quoted)
        buf_add_u8(out, '"');
    if (guarded)
        buf_add_u8(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            buf_add_u8(out, '"');
        buf_add_u8(out, (uint8_t)text.p[i]);
    }
    if (quoted)
        buf_add_u8(out, '"');
}

void csv_end(struct buf *out)
{
    buf_add_str(out, STR("\r\n"));
}

void csv_json(struct buf *out, bool first, const json_t *value)
{
    if (!value || json_is_null(value)) {
        csv_cell(out, first, STR(""));
    } else if (json_is_string(value)) {
        csv_cell(out, first, (struct str){json_string_value(value), json_string_length(value)});
    } else if (json_is_boolean(value)) {
        csv_cell(out, first, json_is_true(value) ? STR("yes") : STR("no"));
    } else {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        csv_cell(out, first, text ? str_of(text) : STR(""));
        free(text);
    }
}
