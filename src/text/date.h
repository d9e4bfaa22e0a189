/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/date: local dates and times of a named zone ("Europe/Paris"), to UTC and back.
 *
 * A local time that a change to summer time skips is taken as the same distance after the gap's
 * start (02:30 becomes 03:30); one that happens twice is its first. Both are decided here only.
 * text/date.c is the only door to ICU's calendar. Threads: all.
 */
#ifndef NAVETTE_TEXT_DATE_H
#define NAVETTE_TEXT_DATE_H

#include "base/str.h"

struct date_local {
    int year, month, day; /* month 1-12 */
    int hour, minute, second;
};

/* OK when the zone is known, else ERR_INVALID. */
enum err date_zone_check(struct str zone) MUST_CHECK;
/* ERR_BAD_DATE for a day or time that no calendar has; ERR_INVALID for an unknown zone. */
enum err date_to_utc_us(int64_t *at_us, struct date_local local, struct str zone) MUST_CHECK;
enum err date_from_utc_us(struct date_local *local, int64_t at_us, struct str zone) MUST_CHECK;
/* http2sms `deferred`: 12 digits hhmmddMMyyyy. ERR_BAD_DATE. */
enum err date_parse_deferred(struct date_local *local, struct str digits) MUST_CHECK;
/* SMPP 3.4 7.1.1: 16 characters, absolute, UTC ("261121140500000+"), with its NUL. */
enum { DATE_SMPP_SIZE = 17 };
void date_write_smpp(char out[DATE_SMPP_SIZE], int64_t at_us);
/* 7.1.1: 16 characters, relative ("000001000000000R": a day), in whole seconds rounded down, from
 * one second to 31 days. */
void date_write_smpp_relative(char out[DATE_SMPP_SIZE], int64_t time_us);
/* The same without either: "2026-11-21T14:05", of a clock that the caller knows. ERR_BAD_DATE. */
enum err date_parse_iso_local(struct date_local *local, struct str s) MUST_CHECK;
/* ISO 8601 UTC or with an offset: "2026-11-21T14:05:00Z". ERR_BAD_DATE. */
enum err date_parse_iso(int64_t *at_us, struct str s) MUST_CHECK;

#endif
