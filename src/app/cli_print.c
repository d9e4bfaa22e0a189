/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_print.h"

#include "app/cli_text.h"
#include "base/buf.h"

#include <string.h>

enum { VALUE_MAX = 1 << 20 };

/* ---- one value as text ---- */

static void add_value(struct buf *out, const json_t *value);

static void add_object(struct buf *out, const json_t *object)
{
    const char *key;
    json_t *value;
    const char *separator = "";
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        buf_printf(out, "%s%s=", separator, key);
        add_value(out, value);
        separator = " ";
    }
}

static void add_value(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        buf_add(out, json_string_value(value), json_string_length(value));
    } else if (json_is_integer(value)) {
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        buf_printf(out, "%g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        buf_add_str(out, str_of(cli_text(json_is_true(value) ? "yes" : "no")));
    } else if (json_is_object(value)) {
        add_object(out, value);
    } else if (json_array_size(value) > 0) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            if (i > 0)
                buf_add_str(out, STR(", "));
            add_value(out, json_array_get(value, i));
        }
    } else {
        buf_add_str(out, STR("-"));
    }
}

/* Blanks for control characters, those of ISO 6429's second set (U+0080 to U+009F) too. */
static void make_safe(struct buf *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] < 0x20 || b->p[i] == 0x7F)
            b->p[i] = ' ';
        else if (b->p[i] == 0xC2 && i + 1 < b->n && b->p[i + 1] < 0xA0)
            b->p[i] = b->p[i + 1] = ' ';
}

static bool starts_character(uint8_t byte)
{
    return (byte & 0xC0) != 0x80;
}

static size_t width_of(struct str s)
{
    size_t width = 0;
    for (size_t i = 0; i < s.n; i++)
        width += starts_character((uint8_t)s.p[i]);
    return width;
}

/* Cuts what is longer than `most` characters; 0 leaves it whole. */
static void cut(struct buf *b, int most)
{
    if (most <= 0 || width_of(buf_str(b)) <= (size_t)most)
        return;
    size_t keep = 0;
    size_t characters = 0;
    while (keep < b->n && (characters += starts_character(b->p[keep])) <= (size_t)most)
        keep++;
    b->n = keep;
}

/* "status.state" is a member of a member. */
static const json_t *member_of(const json_t *row, const char *path)
{
    const char *dot = strchr(path, '.');
    char first[32];
    if (!dot || str_copy(first, sizeof(first), (struct str){path, (size_t)(dot - path)}))
        return json_object_get(row, path);
    return json_object_get(json_object_get(row, first), dot + 1);
}

/* The value as it stands in a column; b is emptied first. */
static struct str cell(struct buf *b, const json_t *row, const struct cli_column *column)
{
    const json_t *value = member_of(row, column->member);
    buf_clear(b);
    if (column->absent && json_is_null(value))
        buf_add_str(b, str_of(cli_text(column->absent)));
    else if (column->said && json_is_string(value))
        cli_text_add(b, json_string_value(value));
    else
        add_value(b, value);
    make_safe(b);
    cut(b, column->most);
    return buf_str(b);
}

/* ---- tables ---- */

enum { COLUMNS_MAX = 12 };

static void pad(FILE *out, size_t width, size_t to)
{
    for (; width < to; width++)
        fputc(' ', out);
}

static void print_cell(FILE *out, struct str s, size_t to, const struct cli_column *column,
                       bool last)
{
    size_t width = width_of(s);
    if (column->right)
        pad(out, width, to);
    fwrite(s.p, 1, s.n, out);
    if (!column->right && !last)
        pad(out, width, to);
    fputs(last ? "\n" : "  ", out);
}

void cli_print_table(FILE *out, const json_t *items, const struct cli_column *columns)
{
    size_t widths[COLUMNS_MAX];
    size_t n = 0;
    struct buf b = buf_limited(VALUE_MAX);
    for (; columns[n].title && n < COLUMNS_MAX; n++) {
        widths[n] = width_of(str_of(cli_text(columns[n].title)));
        for (size_t i = 0; i < json_array_size(items); i++) {
            size_t width = width_of(cell(&b, json_array_get(items, i), &columns[n]));
            widths[n] = width > widths[n] ? width : widths[n];
        }
    }
    for (size_t c = 0; c < n; c++)
        print_cell(out, str_of(cli_text(columns[c].title)), widths[c], &columns[c], c + 1 == n);
    for (size_t i = 0; i < json_array_size(items); i++)
        for (size_t c = 0; c < n; c++)
            print_cell(out, cell(&b, json_array_get(items, i), &columns[c]), widths[c], &columns[c],
                       c + 1 == n);
    buf_free(&b);
}

/* ---- one object ---- */

static void print_value(FILE *out, struct buf *b, const json_t *value)
{
    buf_clear(b);
    add_value(b, value);
    make_safe(b);
    fwrite(b->p, 1, b->n, out);
}

/* A sentence of the server is told in the reader's language. */
static void print_member(FILE *out, struct buf *b, const char *key, const json_t *value)
{
    if (strcmp(key, "text") == 0 && json_is_null(value)) {
        fputs(cli_text(CLI_TEXT_GONE), out);
        return;
    }
    if (strcmp(key, "why") != 0 || !json_is_string(value)) {
        print_value(out, b, value);
        return;
    }
    buf_clear(b);
    add_value(b, value);
    make_safe(b);
    buf_add_u8(b, 0);
    cli_text_print(out, (const char *)b->p);
}

/* The passage of a message: one line an event. Figures deeper down keep their names. */
static void print_items(FILE *out, struct buf *b, const json_t *list, int indent)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *key;
        json_t *value;
        fprintf(out, "\n%*s", indent + 1, "");
        if (indent > 0) {
            fputc(' ', out);
            print_value(out, b, item);
            continue;
        }
        json_object_foreach((json_t *)(uintptr_t)item, key, value)
        {
            if (json_is_string(value) && json_string_length(value) == 0)
                continue;
            fputc(' ', out);
            print_member(out, b, key, value);
        }
    }
}

/* `indent` blanks before each line. An object in an object has its lines below its name, so that
 * they can be found by eye. */
static void print_lines_of(FILE *out, struct buf *b, const json_t *object, int indent)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool lines = json_is_object(json_array_get(value, 0)) || json_object_size(value) > 0;
        bool empty = json_is_string(value) && json_string_length(value) == 0;
        fprintf(out, "%*s%s:%s", indent, "", key, lines || empty ? "" : " ");
        if (json_object_size(value) > 0) {
            fputc('\n', out);
            print_lines_of(out, b, value, indent + 2);
            continue;
        }
        if (lines)
            print_items(out, b, value, indent);
        else
            print_member(out, b, key, value);
        fputc('\n', out);
    }
}

void cli_print_object(FILE *out, const json_t *object)
{
    struct buf b = buf_limited(VALUE_MAX);
    print_lines_of(out, &b, object, 0);
    buf_free(&b);
}

void cli_print_pairs(FILE *out, const json_t *object)
{
    struct buf b = buf_limited(VALUE_MAX);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (json_is_string(value) && json_string_length(value) == 0)
            continue;
        fprintf(out, " %s=", key);
        print_value(out, &b, value);
    }
    buf_free(&b);
}

void cli_print_sentence(FILE *out, const char *sentence, const json_t *answer,
                        const json_t *arguments)
{
    struct buf b = buf_limited(VALUE_MAX);
    for (const char *at = cli_text(sentence); *at; at++) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;
        if (!close) {
            fputc(*at, out);
            continue;
        }
        char member[32];
        snprintf(member, sizeof(member), "%.*s", (int)(close - at - 1), at + 1);
        const json_t *value = json_object_get(answer, member);
        print_value(out, &b, value ? value : json_object_get(arguments, member));
        at = close;
    }
    fputc('\n', out);
    buf_free(&b);
}
