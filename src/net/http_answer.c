/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_answer.h"

void http_answer_begin(struct http_answer *a)
{
    *a = (struct http_answer){.state = ANSWER_STATUS};
}

/* ---- lines ---- */

/* "HTTP/1.1 200 OK" */
static enum err read_status(struct http_answer *a, struct str line)
{
    static const struct str version = STR("HTTP/1.");
    if (line.n < 12 || !str_starts(line, version) || line.p[8] != ' ' ||
        (line.n > 12 && line.p[12] != ' '))
        return ERR_MALFORMED;
    uint64_t status;
    if (str_to_u64(&status, str_sub(line, 9, 12)) || status < 100 || status > 599)
        return ERR_MALFORMED;
    a->status = (int)status;
    a->keep = line.p[7] != '0';
    a->plain = a->chunked = a->has_length = false;
    a->left = 0;
    a->state = ANSWER_HEADER;
    return OK;
}

static enum err read_length(struct http_answer *a, struct str value)
{
    uint64_t length;
    if (str_to_u64(&length, value) || (a->has_length && a->left != length))
        return ERR_MALFORMED;
    a->has_length = true;
    a->left = length;
    return OK;
}

static void read_connection(struct http_answer *a, struct str value)
{
    struct str word;
    while (str_split(&value, ',', &word)) {
        word = str_trim(word);
        if (str_eq_nocase(word, STR("close")))
            a->keep = false;
        else if (str_eq_nocase(word, STR("keep-alive")))
            a->keep = true;
    }
}

static enum err read_header(struct http_answer *a, struct str line)
{
    size_t colon = str_find(line, ':');
    if (colon == 0 || colon == line.n)
        return ERR_MALFORMED;
    struct str name = str_sub(line, 0, colon);
    struct str value = str_trim(str_sub(line, colon + 1, line.n));
    if (str_eq_nocase(name, STR("content-length")))
        return read_length(a, value);
    if (str_eq_nocase(name, STR("transfer-encoding"))) {
        if (!str_eq_nocase(value, STR("chunked")) || a->chunked)
            return ERR_MALFORMED;
        a->chunked = true;
    } else if (str_eq_nocase(name, STR("connection"))) {
        read_connection(a, value);
    } else if (str_eq_nocase(name, STR("content-type"))) {
        a->plain =
            str_eq_nocase(str_trim(str_sub(value, 0, str_find(value, ';'))), STR("text/plain"));
    }
    return OK;
}

static enum err end_head(struct http_answer *a)
{
    if (a->status == 101 || (a->chunked && a->has_length))
        return ERR_MALFORMED;
    if (a->status < 200)
        a->state = ANSWER_STATUS; /* the answer itself comes behind it */
    else if (a->status == 204 || a->status == 304)
        a->state = ANSWER_DONE;
    else if (a->chunked)
        a->state = ANSWER_CHUNK_SIZE;
    else if (a->has_length)
        a->state = a->left ? ANSWER_LENGTH : ANSWER_DONE;
    else
        a->state = ANSWER_UNTIL_CLOSE;
    a->keep &= a->state != ANSWER_UNTIL_CLOSE;
    return OK;
}

static enum err read_chunk_size(struct http_answer *a, struct str line)
{
    struct str digits = str_trim(str_sub(line, 0, str_find(line, ';')));
    uint64_t size = 0;
    if (!digits.n || digits.n > 8)
        return ERR_MALFORMED;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        int value = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (value < 0)
            return ERR_MALFORMED;
        size = size * 16 + (uint64_t)value;
    }
    a->left = size;
    a->state = size ? ANSWER_CHUNK : ANSWER_TRAILER;
    return OK;
}

static enum err read_line(struct http_answer *a, struct str line)
{
    switch (a->state) {
    case ANSWER_STATUS:
        return read_status(a, line);
    case ANSWER_HEADER:
        return line.n ? read_header(a, line) : end_head(a);
    case ANSWER_CHUNK_SIZE:
        return read_chunk_size(a, line);
    case ANSWER_CHUNK_END:
        a->state = ANSWER_CHUNK_SIZE;
        return line.n ? ERR_MALFORMED : OK;
    case ANSWER_TRAILER:
        a->state = line.n ? ANSWER_TRAILER : ANSWER_DONE;
        return OK;
    default:
        return ERR_INTERNAL;
    }
}

/* ---- pieces ---- */

/* What is longer than a line may be is cut: no header that counts is so long. */
static void keep_piece(struct http_answer *a, struct str piece)
{
    size_t room = sizeof(a->line) - a->line_n;
    size_t n = piece.n < room ? piece.n : room;
    if (n)
        memcpy(a->line + a->line_n, piece.p, n);
    a->line_n += n;
}

static enum err feed_line(size_t *used, struct http_answer *a, struct str bytes)
{
    const char *end = memchr(bytes.p, '\n', bytes.n);
    struct str piece = {bytes.p, end ? (size_t)(end - bytes.p) : bytes.n};
    *used = piece.n + (end ? 1 : 0);
    a->head += *used;
    if (a->head > HTTP_ANSWER_HEAD_MAX && a->state != ANSWER_CHUNK_SIZE &&
        a->state != ANSWER_CHUNK_END)
        return ERR_TOO_LARGE;
    if (!end || a->line_n)
        keep_piece(a, piece);
    if (!end)
        return OK;
    struct str line = a->line_n ? (struct str){a->line, a->line_n} : piece;
    a->line_n = 0;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return read_line(a, line);
}

static size_t feed_body(struct http_answer *a, struct str bytes, struct buf *body)
{
    size_t n = bytes.n;
    if (a->state != ANSWER_UNTIL_CLOSE && n > a->left)
        n = (size_t)a->left;
    if (body)
        buf_add(body, bytes.p, n);
    a->body += n;
    if (a->state == ANSWER_UNTIL_CLOSE)
        return n;
    a->left -= n;
    if (!a->left)
        a->state = a->state == ANSWER_LENGTH ? ANSWER_DONE : ANSWER_CHUNK_END;
    return n;
}

enum err http_answer_feed(size_t *used, struct http_answer *a, struct str bytes, struct buf *body)
{
    enum err e = OK;
    *used = 0;
    while (!e && *used < bytes.n && a->state != ANSWER_DONE) {
        struct str rest = str_sub(bytes, *used, bytes.n);
        size_t n = 0;
        if (a->state == ANSWER_LENGTH || a->state == ANSWER_UNTIL_CLOSE || a->state == ANSWER_CHUNK)
            n = feed_body(a, rest, body);
        else
            e = feed_line(&n, a, rest);
        *used += n;
    }
    return e;
}

enum err http_answer_close(struct http_answer *a)
{
    if (a->state == ANSWER_UNTIL_CLOSE)
        a->state = ANSWER_DONE;
    return a->state == ANSWER_DONE ? OK : ERR_TRUNCATED;
}
