/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/submit_log.h"

#include "base/arena.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_AT = 256 * 1024, BUFFER_MAX = 1024 * 1024 };

static const char columns[] = "time_us,bind,system_id,sequence,message_id,sender,recipient,"
                              "reference,part,parts,data_coding,text_hex,status,answer\n";

struct submit_log {
    int fd;
    struct buf waiting;
};

enum err submit_log_open(struct submit_log **out, const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        log_error("sim_submit_log", "cannot open: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    struct submit_log *log = base_alloc(sizeof(*log));
    log->fd = fd;
    log->waiting = buf_limited(BUFFER_MAX);
    if (st.st_size == 0)
        buf_add(&log->waiting, columns, sizeof(columns) - 1);
    *out = log;
    return OK;
}

void submit_log_close(struct submit_log *log)
{
    if (!log)
        return;
    submit_log_flush(log);
    close(log->fd);
    buf_free(&log->waiting);
    free(log);
}

void submit_log_flush(struct submit_log *log)
{
    size_t done = 0;
    while (done < log->waiting.n) {
        ssize_t n = write(log->fd, log->waiting.p + done, log->waiting.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            log_error("sim_submit_log", "lines lost: %s", strerror(errno));
            break;
        }
        done += (size_t)n;
    }
    buf_clear(&log->waiting);
}

/* A stranger's word as one CSV field. */
static void add_word(struct buf *out, struct str s)
{
    buf_add_u8(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c == '"')
            buf_add_u8(out, '"');
        buf_add_u8(out, c < 0x20 || c >= 0x7f ? '?' : c);
    }
    buf_add_u8(out, '"');
}

static void add_hex(struct buf *out, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char piece[128];
    for (size_t i = 0; i < bytes.n;) {
        size_t n = 0;
        for (; i < bytes.n && n < sizeof(piece); i++) {
            piece[n++] = digits[(uint8_t)bytes.p[i] >> 4];
            piece[n++] = digits[(uint8_t)bytes.p[i] & 0x0f];
        }
        buf_add(out, piece, n);
    }
}

void submit_log_format(struct buf *out, const struct submit_entry *entry)
{
    bool joined = entry->concat.total > 0;
    buf_printf(out, "%" PRId64 ",%" PRIu64 ",", entry->at_us, entry->bind);
    add_word(out, entry->system_id);
    buf_printf(out, ",%" PRIu32 ",%" PRIu64 ",", entry->sequence, entry->message_id);
    add_word(out, entry->sender);
    buf_add_u8(out, ',');
    add_word(out, entry->recipient);
    buf_printf(out, ",%u,%u,%u,%u,", entry->concat.reference, joined ? entry->concat.number : 1u,
               joined ? entry->concat.total : 1u, entry->data_coding);
    add_hex(out, entry->text);
    buf_printf(out, ",0x%08" PRIx32, entry->status);
}

void submit_log_add(struct submit_log *log, struct str line, bool answered)
{
    if (log->waiting.n + line.n + 16 > BUFFER_MAX || log->waiting.n > FLUSH_AT)
        submit_log_flush(log);
    buf_add_str(&log->waiting, line);
    buf_add_str(&log->waiting, answered ? STR(",answered\n") : STR(",unanswered\n"));
}
