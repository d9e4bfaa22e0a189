/* SPDX-License-Identifier: Apache-2.0 */
/* test_pdus FILE: reads the cases of pdus.txt, which tells their form, and reports in TAP. */
#include "pdu_fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { CASE_FIELDS = 16 };

struct vector {
    struct str name;
    struct buf pdu;
    struct str reads;
    struct str refused;
    struct str differs;
    struct str fields[CASE_FIELDS];
    size_t field_n;
};

/* The value of a line with this key, or n 0. */
static struct str value_of(struct str line, const char *key)
{
    struct str word = str_of(key);
    if (!str_starts(line, word) || line.n == word.n || line.p[word.n] != ' ')
        return (struct str){0};
    return str_trim(str_sub(line, word.n, line.n));
}

static void add_hex(struct buf *out, struct str hex)
{
    char digits[3] = {0};
    size_t n = 0;
    for (size_t i = 0; i < hex.n; i++) {
        if (!isxdigit((unsigned char)hex.p[i]))
            continue;
        digits[n++] = hex.p[i];
        if (n == 2) {
            buf_add_u8(out, (uint8_t)strtoul(digits, NULL, 16));
            n = 0;
        }
    }
}

/* A field line of a case, as pdu_lines writes it: the name, and the bytes in hex. */
static void expected_line(struct buf *out, struct str field)
{
    size_t blank = str_find(field, ' ');
    struct str value = str_trim(str_sub(field, blank, field.n));
    buf_add_str(out, str_sub(field, 0, blank));
    buf_add_u8(out, ' ');
    if (value.n >= 2 && value.p[0] == '"') {
        for (size_t i = 1; i + 1 < value.n; i++)
            buf_printf(out, "%02x", (unsigned)(uint8_t)value.p[i]);
    } else {
        buf_add_str(out, value);
    }
    buf_add_u8(out, '\n');
}

static bool has_line(struct str lines, struct str line)
{
    for (size_t at = 0; at + line.n <= lines.n; at++)
        if ((at == 0 || lines.p[at - 1] == '\n') && str_eq(str_sub(lines, at, at + line.n), line))
            return true;
    return false;
}

static const char *check_fields(const struct vector *v, const struct smpp_pdu *pdu)
{
    const char *wrong = NULL;
    struct buf found = buf_limited(1 << 20);
    struct buf line = buf_limited(4096);
    pdu_lines(&found, pdu);
    for (size_t i = 0; i < v->field_n; i++) {
        buf_clear(&line);
        expected_line(&line, v->fields[i]);
        if (!has_line(buf_str(&found), buf_str(&line)))
            wrong = "a field has another value";
    }
    buf_clear(&line);
    buf_add_str(&line, v->reads);
    buf_add_u8(&line, '\n');
    if (!str_starts(buf_str(&found), buf_str(&line)))
        wrong = "the header reads otherwise";
    if (wrong)
        printf("# it reads %.*s", STR_FMT(buf_str(&found)));
    buf_free(&found);
    buf_free(&line);
    return wrong;
}

static const char *check_written(const struct vector *v, const struct smpp_pdu *pdu)
{
    struct buf out = buf_limited(SMPP_PDU_MAX);
    enum err err = smpp_pdu_write(&out, pdu);
    bool same = err == OK && str_eq(buf_str(&out), buf_str(&v->pdu));
    buf_free(&out);
    if (same && v->differs.n)
        return "it should be written with other bytes";
    return same || v->differs.n ? NULL : "it is written with other bytes";
}

static const char *check(const struct vector *v, struct arena *arena)
{
    struct smpp_pdu pdu;
    uint32_t answer;
    enum err err = smpp_pdu_read(&pdu, arena, buf_str(&v->pdu), &answer);
    if (v->refused.n)
        return err && str_eq(v->refused, str_of(smpp_status_name(answer))) ? NULL
                                                                           : "another answer";
    if (err)
        return smpp_status_name(answer);
    const char *wrong = check_fields(v, &pdu);
    return wrong ? wrong : check_written(v, &pdu);
}

/* Takes one line of a case. */
static void take(struct vector *v, struct str line)
{
    struct str value;
    if ((value = value_of(line, "case")).n)
        v->name = value;
    else if ((value = value_of(line, "pdu")).n)
        add_hex(&v->pdu, value);
    else if ((value = value_of(line, "reads")).n)
        v->reads = value;
    else if ((value = value_of(line, "refused")).n)
        v->refused = value;
    else if ((value = value_of(line, "differs")).n)
        v->differs = value;
    else if ((value = value_of(line, "field")).n && v->field_n < CASE_FIELDS)
        v->fields[v->field_n++] = value;
}

static size_t report(const struct vector *v, size_t number)
{
    struct arena *arena = arena_new();
    const char *wrong = check(v, arena);
    if (!v->refused.n && !v->reads.n)
        wrong = "the case says nothing";
    if (wrong)
        printf("# %s\n", wrong);
    printf("%s %zu - %.*s\n", wrong ? "not ok" : "ok", number, STR_FMT(v->name));
    arena_free(arena);
    return wrong ? 1 : 0;
}

static void load(struct buf *text, const char *path)
{
    char run[4096];
    size_t n;
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    while ((n = fread(run, 1, sizeof(run), file)))
        buf_add(text, run, n);
    fclose(file);
}

int main(int argc, char **argv)
{
    struct buf text = buf_limited(1 << 20);
    size_t n = 0;
    size_t failed = 0;
    if (argc != 2)
        return 2;
    load(&text, argv[1]);
    buf_add_str(&text, STR("\n\n"));
    struct vector v = {.pdu = buf_limited(SMPP_PDU_MAX)};
    struct str rest = buf_str(&text);
    struct str line;
    while (str_split(&rest, '\n', &line)) {
        if (line.n) {
            take(&v, line);
        } else if (v.name.n) {
            failed += report(&v, ++n);
            buf_clear(&v.pdu);
            v = (struct vector){.pdu = v.pdu};
        }
    }
    printf("1..%zu\n", n);
    buf_free(&v.pdu);
    buf_free(&text);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
