/*
 * plan/when.h - "9:00-17:00,mon-fri,*,jan-mar,Europe/Moscow": is it now?
 *
 * Scope:   the one parser of time conditions: includes, GotoIfTime, ExecIfTime, IFTIME.
 * Shape:   a plain value; the zone is borrowed from the text.
 * Rules:   parts: times of day, days of the week, days of the month, months, zone. Each is "*",
 *          empty, or elements with & between; ranges go round ("sat-mon", "22:00-6:00") and
 *          hold their last minute. A wrong element is left out, the others count.
 * Source:  Asterisk's ast_build_timing and ast_check_timing2. A fifth part is always the zone; two
 *          or three parts may be separated by "|" as well.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "loop/loop.h"
#include "plan/zone.h"

struct plan_when {
    uint32_t minutes[45]; /* a bit for each minute of the day */
    uint32_t days;        /* bit 0: the 1st */
    uint16_t months;      /* bit 0: January */
    uint8_t weekdays;     /* bit 0: Sunday */
    struct slice zone;    /* "" the station's */
};

/** @param bad  out: the first element that is none (absent: all are good); may be NULL.
 *  @return 0; EINVAL: nothing of it is left that could ever be true, or it is empty */
int plan_when_parse(struct plan_when *w, struct slice text, struct slice *bad);

/** @return whether it holds at that time; false when the zone does not exist */
bool plan_when_holds(const struct plan_when *w, struct zones *zones, struct wall at);
