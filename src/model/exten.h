/*
 * model/exten.h - one line of routing: "600,n(again),Playback(load/tone)"
 *
 * Scope:   what follows `exten =>` or `same =>` in extensions.conf and in static_extensions.
 * Shape:   slices into the line.
 * Source:  Asterisk's pbx_config: priority is a number, n, n+2, s, s+2, hint, each with (label);
 *          the application is App(data) or App,data.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "model/field.h"

enum model_priority_kind { MODEL_PRIO_NUMBER, MODEL_PRIO_NEXT, MODEL_PRIO_SAME, MODEL_PRIO_HINT };

struct model_exten_line {
    struct slice exten; /* with "same": absent */
    struct slice cid;   /* caller id match after '/', absent when none */
    enum model_priority_kind kind;
    int32_t number; /* the number, or what stands after + (1 when nothing does) */
    struct slice label;
    struct slice app;
    struct slice appdata;
};

/** @param is_same  the line begins with the priority. @param why  out: what is wrong (NULL: not asked)
 *  @return 0; EINVAL */
int model_exten_parse(struct model_exten_line *l, struct slice line, bool is_same,
                      struct model_words *why);
