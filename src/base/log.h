/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/log: one line per event on standard error: time, level, event, then key=value pairs.
 *
 *   2026-11-21T14:05:00.123456Z info carrier_bound carrier=orange mode=trx
 *
 * The format is printf's; the first word is the event. **Law:** no message text, no password, no
 * full phone number: use LOG_NUMBER. Values that a stranger chose go through log_safe.
 * An event that repeats is written at most LOG_BURST times a second and counted after that.
 * Threads: all.
 */
#ifndef NAVETTE_BASE_LOG_H
#define NAVETTE_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum { LOG_BURST = 20 };

void log_set_level(enum log_level least);
/* "debug", "info", "warn" or "error"; ERR_INVALID otherwise. */
enum err log_level_parse(enum log_level *out, struct str name) MUST_CHECK;

void log_write(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(2, 3)));

#define log_debug(event, ...) log_write(LOG_DEBUG, event, "" __VA_ARGS__)
#define log_info(event, ...)  log_write(LOG_INFO, event, "" __VA_ARGS__)
#define log_warn(event, ...)  log_write(LOG_WARN, event, "" __VA_ARGS__)
#define log_error(event, ...) log_write(LOG_ERROR, event, "" __VA_ARGS__)

/* A phone number with its last four digits hidden: "+3361234****". The buffer is the caller's. */
enum { LOG_NUMBER_SIZE = 24 };
const char *log_number(char out[LOG_NUMBER_SIZE], uint64_t e164);

/* A stranger's word made fit for one line: printable ASCII, quoted, cut. */
enum { LOG_SAFE_SIZE = 72 };
const char *log_safe(char out[LOG_SAFE_SIZE], struct str s);

#endif
