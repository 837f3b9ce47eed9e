/*
 * plan/zone.h - local time of any named zone, without changing the process's own
 *
 * Scope:   reads the zone's file (TZif, RFC 8536) once and keeps it; the system's zone by "".
 * Limits:  64 zones are kept; a file of at most 64 KiB. Names without "..", of letters / _ - +
 *          digits.
 * Thread:  one.
 */
#pragma once
#include <stdint.h>
#include <time.h>

struct zones;

/** @return 0; ENOMEM */
int zones_alloc(struct zones **zp);

/** @param zone  "Europe/Moscow"; "" the system's. @return 0; ENOENT (no such zone); ENOMEM */
int zones_localtime(struct zones *z, const char *zone, int64_t seconds, struct tm *tm);
