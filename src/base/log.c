/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_SIZE = 1024, REPEAT_SLOTS = 64 };

static _Atomic int least_level = LOG_INFO;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* Repeats are counted per event name (its address: event names are literals). */
static struct repeat {
    const char *event;
    int64_t second;
    unsigned written;
    unsigned hidden;
} repeats[REPEAT_SLOTS];
static pthread_mutex_t repeat_lock = PTHREAD_MUTEX_INITIALIZER;

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

enum err log_level_parse(enum log_level *out, struct str name)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
        if (str_eq(name, str_of(level_names[i]))) {
            *out = (enum log_level)i;
            return OK;
        }
    return ERR_INVALID;
}

/* False when the event had its share of this second; *hidden tells what was kept back before. */
static bool may_write(const char *event, int64_t now_us, unsigned *hidden)
{
    bool yes = true;
    *hidden = 0;
    pthread_mutex_lock(&repeat_lock);
    struct repeat *r = &repeats[((uintptr_t)event >> 3) % REPEAT_SLOTS];
    int64_t second = now_us / SEC_US;
    if (r->event != event || r->second != second) {
        *hidden = r->event == event ? r->hidden : 0;
        *r = (struct repeat){.event = event, .second = second, .written = 1};
    } else if (r->written < LOG_BURST) {
        r->written++;
    } else {
        r->hidden++;
        yes = false;
    }
    pthread_mutex_unlock(&repeat_lock);
    return yes;
}

void log_write(enum log_level level, const char *event, const char *format, ...)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    int64_t now_us = clock_now_us();
    unsigned hidden;
    if (!may_write(event, now_us, &hidden))
        return;
    char line[LINE_SIZE];
    char when[CLOCK_ISO_SIZE];
    clock_iso(when, now_us);
    size_t n =
        (size_t)snprintf(line, sizeof(line) / 2, "%s %s %s", when, level_names[level], event);
    if (hidden)
        n += (size_t)snprintf(line + n, 40, " repeats_hidden=%u", hidden);
    if (format[0]) {
        line[n++] = ' ';
        va_list args;
        va_start(args, format);
        int more = vsnprintf(line + n, sizeof(line) - n - 1, format, args);
        va_end(args);
        if (more > 0)
            n += (size_t)more < sizeof(line) - n - 1 ? (size_t)more : sizeof(line) - n - 2;
    }
    line[n++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, n); /* one write: lines never mix */
    (void)ignored;
}

const char *log_number(char out[LOG_NUMBER_SIZE], uint64_t e164)
{
    int n = snprintf(out, LOG_NUMBER_SIZE, "+%llu", (unsigned long long)e164);
    for (int i = n > 5 ? n - 4 : 1; i < n; i++)
        out[i] = '*';
    return out;
}

const char *log_safe(char out[LOG_SAFE_SIZE], struct str s)
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < s.n && n < LOG_SAFE_SIZE - 2; i++) {
        char c = s.p[i];
        out[n++] = c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?';
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}
