/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t virtual_us;

static int64_t read_clock(clockid_t id)
{
    int64_t fixed = atomic_load_explicit(&virtual_us, memory_order_relaxed);
    if (fixed)
        return fixed;
    struct timespec ts;
    clock_gettime(id, &ts);
    return ts.tv_sec * SEC_US + ts.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

/* Time that the machine slept through has passed too: a lease must not look valid after it. */
int64_t clock_mono_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

void clock_set_virtual(int64_t now_us)
{
    atomic_store(&virtual_us, now_us);
}

void clock_advance(int64_t by_us)
{
    atomic_fetch_add(&virtual_us, by_us);
}

void clock_iso(char out[CLOCK_ISO_SIZE], int64_t at_us)
{
    int64_t seconds = at_us / SEC_US;
    int64_t micros = at_us % SEC_US;
    if (micros < 0) {
        micros += SEC_US;
        seconds--;
    }
    time_t t = (time_t)seconds;
    struct tm tm;
    gmtime_r(&t, &tm);
    int year = tm.tm_year + 1900;
    if (year < 0 || year > 9999)
        year = 9999;
    snprintf(out, CLOCK_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)year % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100,
             (unsigned)micros % 1000000);
}
