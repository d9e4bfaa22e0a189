/* SPDX-License-Identifier: Apache-2.0 */
#include "text/date.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unicode/putil.h>
#include <unicode/ucal.h>

enum {
    YEAR_MIN = 1900,
    YEAR_MAX = 9999,
    ZONE_SIZE = 64, /* the longest of the tz database has 32 letters */
    OPEN_MAX = 32
};

static bool date_exists(const struct date_local *d)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d->year < YEAR_MIN || d->year > YEAR_MAX || d->month < 1 || d->month > 12)
        return false;
    bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;
    int last = days[d->month - 1] + (leap && d->month == 2);
    return d->day >= 1 && d->day <= last && d->hour >= 0 && d->hour <= 23 && d->minute >= 0 &&
           d->minute <= 59 && d->second >= 0 && d->second <= 59;
}

/*
 * Opening a calendar takes longer than using it, so the last few stay open, oldest out first. All
 * is under the lock: a calendar carries the time it was last asked about.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char zone[ZONE_SIZE];
    UCalendar *calendar;
} open_calendars[OPEN_MAX];
static size_t next_slot;

/* NULL when the zone is unknown; ICU itself would take it for GMT without a word. */
static UCalendar *open_calendar(const char *zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UBool known = false;
    UChar id[ZONE_SIZE];
    UChar canonical[ZONE_SIZE];
    u_charsToUChars(zone, id, (int32_t)strlen(zone) + 1);
    ucal_getCanonicalTimeZoneID(id, -1, canonical, ZONE_SIZE, &known, &status);
    if (U_FAILURE(status) || !known)
        return NULL;
    UCalendar *calendar = ucal_open(id, -1, "", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status))
        return NULL;
    ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
    ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_LAST);
    return calendar;
}

static bool is_zone_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           memchr("/_+-", c, 4);
}

/* Under the lock. NULL when the zone is unknown. */
static UCalendar *find_calendar(struct str zone)
{
    for (size_t i = 0; i < zone.n; i++)
        if (!is_zone_character(zone.p[i]))
            return NULL;
    char name[ZONE_SIZE];
    if (zone.n == 0 || str_copy(name, sizeof(name), zone))
        return NULL;
    for (size_t i = 0; i < OPEN_MAX; i++)
        if (strcmp(open_calendars[i].zone, name) == 0)
            return open_calendars[i].calendar;

    UCalendar *calendar = open_calendar(name);
    if (!calendar)
        return NULL;
    size_t slot = next_slot++ % OPEN_MAX;
    if (open_calendars[slot].calendar)
        ucal_close(open_calendars[slot].calendar);
    open_calendars[slot].calendar = calendar;
    memcpy(open_calendars[slot].zone, name, sizeof(name));
    return calendar;
}

enum err date_zone_check(struct str zone)
{
    pthread_mutex_lock(&lock);
    bool known = find_calendar(zone) != NULL;
    pthread_mutex_unlock(&lock);
    return known ? OK : ERR_INVALID;
}

static enum err calendar_to_utc_us(int64_t *at_us, const struct date_local *d, UCalendar *calendar)
{
    UErrorCode status = U_ZERO_ERROR;
    ucal_clear(calendar);
    ucal_setDateTime(calendar, d->year, d->month - 1, d->day, d->hour, d->minute, d->second,
                     &status);
    UDate at_ms = ucal_getMillis(calendar, &status);
    if (U_FAILURE(status))
        return ERR_BAD_DATE;
    *at_us = (int64_t)at_ms * MS_US;
    return OK;
}

enum err date_to_utc_us(int64_t *at_us, struct date_local local, struct str zone)
{
    if (!date_exists(&local))
        return ERR_BAD_DATE;
    pthread_mutex_lock(&lock);
    UCalendar *calendar = find_calendar(zone);
    enum err err = calendar ? calendar_to_utc_us(at_us, &local, calendar) : ERR_INVALID;
    pthread_mutex_unlock(&lock);
    return err;
}

/* Towards the past, also before 1970. */
static int64_t floor_seconds(int64_t at_us)
{
    return at_us / SEC_US - (at_us % SEC_US < 0);
}

static enum err calendar_from_utc_us(struct date_local *local, int64_t at_us, UCalendar *calendar)
{
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(calendar, (UDate)(floor_seconds(at_us) * 1000), &status);
    *local = (struct date_local){
        .year = ucal_get(calendar, UCAL_YEAR, &status),
        .month = ucal_get(calendar, UCAL_MONTH, &status) + 1,
        .day = ucal_get(calendar, UCAL_DAY_OF_MONTH, &status),
        .hour = ucal_get(calendar, UCAL_HOUR_OF_DAY, &status),
        .minute = ucal_get(calendar, UCAL_MINUTE, &status),
        .second = ucal_get(calendar, UCAL_SECOND, &status),
    };
    return U_FAILURE(status) ? ERR_BAD_DATE : OK;
}

enum err date_from_utc_us(struct date_local *local, int64_t at_us, struct str zone)
{
    pthread_mutex_lock(&lock);
    UCalendar *calendar = find_calendar(zone);
    enum err err = calendar ? calendar_from_utc_us(local, at_us, calendar) : ERR_INVALID;
    pthread_mutex_unlock(&lock);
    return err;
}

/* Takes exactly n digits off the front of *rest. */
static bool take_number(int *out, struct str *rest, size_t n)
{
    uint64_t value;
    if (rest->n < n || str_to_u64(&value, str_sub(*rest, 0, n)))
        return false;
    *out = (int)value;
    *rest = str_sub(*rest, n, rest->n);
    return true;
}

static bool take_char(struct str *rest, char c)
{
    if (rest->n == 0 || rest->p[0] != c)
        return false;
    *rest = str_sub(*rest, 1, rest->n);
    return true;
}

enum err date_parse_deferred(struct date_local *local, struct str digits)
{
    struct date_local d = {0};
    bool whole = take_number(&d.hour, &digits, 2) && take_number(&d.minute, &digits, 2) &&
                 take_number(&d.day, &digits, 2) && take_number(&d.month, &digits, 2) &&
                 take_number(&d.year, &digits, 4) && digits.n == 0;
    if (!whole || !date_exists(&d))
        return ERR_BAD_DATE;
    *local = d;
    return OK;
}

void date_write_smpp(char out[DATE_SMPP_SIZE], int64_t at_us)
{
    time_t seconds = (time_t)floor_seconds(at_us);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    unsigned tenth = (unsigned)((at_us - floor_seconds(at_us) * SEC_US) / (SEC_US / 10));
    snprintf(out, DATE_SMPP_SIZE, "%02u%02u%02u%02u%02u%02u%u00+", (unsigned)tm.tm_year % 100,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100,
             tenth % 10);
}

void date_write_smpp_relative(char out[DATE_SMPP_SIZE], int64_t time_us)
{
    enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, DAYS_MOST = 31 };
    int64_t most_s = (int64_t)DAYS_MOST * DAY_S;
    int64_t whole_s = time_us / SEC_US;
    unsigned s = (unsigned)(whole_s < 1 ? 1 : whole_s > most_s ? most_s : whole_s);
    snprintf(out, DATE_SMPP_SIZE, "0000%02u%02u%02u%02u000R", s / DAY_S, s % DAY_S / HOUR_S,
             s % HOUR_S / MINUTE_S, s % MINUTE_S);
}

/* What stands behind the dot, cut to microseconds. */
static bool take_fraction(int64_t *fraction_us, struct str *rest)
{
    *fraction_us = 0;
    if (!take_char(rest, '.'))
        return true;
    int digit;
    if (!take_number(&digit, rest, 1))
        return false;
    int64_t unit_us = SEC_US / 10;
    do {
        *fraction_us += digit * unit_us;
        unit_us /= 10;
    } while (take_number(&digit, rest, 1));
    return true;
}

/* "Z", "+02:00" or "+0200". */
static bool take_offset(int64_t *offset_us, struct str *rest)
{
    *offset_us = 0;
    if (take_char(rest, 'Z'))
        return true;
    bool east = take_char(rest, '+');
    if (!east && !take_char(rest, '-'))
        return false;
    int hours;
    int minutes;
    if (!take_number(&hours, rest, 2))
        return false;
    (void)take_char(rest, ':');
    if (!take_number(&minutes, rest, 2) || hours > 23 || minutes > 59)
        return false;
    *offset_us = (hours * HOUR_US + minutes * MIN_US) * (east ? 1 : -1);
    return true;
}

static bool take_date(struct date_local *d, struct str *rest)
{
    return take_number(&d->year, rest, 4) && take_char(rest, '-') &&
           take_number(&d->month, rest, 2) && take_char(rest, '-') && take_number(&d->day, rest, 2);
}

static bool take_date_time(struct date_local *d, int64_t *fraction_us, struct str *rest)
{
    *fraction_us = 0;
    if (!take_date(d, rest) || !(take_char(rest, 'T') || take_char(rest, ' ')) ||
        !take_number(&d->hour, rest, 2) || !take_char(rest, ':') ||
        !take_number(&d->minute, rest, 2))
        return false;
    return !take_char(rest, ':') ||
           (take_number(&d->second, rest, 2) && take_fraction(fraction_us, rest));
}

enum err date_parse_iso_local(struct date_local *local, struct str s)
{
    struct date_local d = {0};
    int64_t fraction_us;
    if (!take_date_time(&d, &fraction_us, &s) || s.n > 0 || !date_exists(&d))
        return ERR_BAD_DATE;
    *local = d;
    return OK;
}

enum err date_parse_iso(int64_t *at_us, struct str s)
{
    struct date_local d = {0};
    int64_t fraction_us;
    int64_t offset_us;
    if (!take_date_time(&d, &fraction_us, &s))
        return ERR_BAD_DATE;
    if (!take_offset(&offset_us, &s) || s.n > 0 || !date_exists(&d))
        return ERR_BAD_DATE;
    struct tm tm = {.tm_year = d.year - 1900,
                    .tm_mon = d.month - 1,
                    .tm_mday = d.day,
                    .tm_hour = d.hour,
                    .tm_min = d.minute,
                    .tm_sec = d.second};
    *at_us = timegm(&tm) * SEC_US + fraction_us - offset_us;
    return OK;
}
