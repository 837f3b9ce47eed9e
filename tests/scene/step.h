/*
 * tests/scene/step.h - the steps of a story as rows of a table (GRAMMAR.md says what they mean)
 *
 * Shape:   a pattern is words; A and B are names of phones or trunks, M is one of [managers], W a word, N a number, T a
 * text in quotes, "..." the rest of the line.
 */
#pragma once
#include "client.h"
#include "scene.h"
#include "ua.h"

struct step_args {
    struct ua *a, *b;
    struct client *m;
    const char *w[3]; /* words W, texts T and the rest, in order */
    unsigned w_count;
    long n;
};

/** @return 0 done or seen; 1 failed (scene_fail said why) */
typedef int(step_h)(struct scene *s, const struct step_args *args);

struct step {
    const char *pattern;
    step_h *run;
    bool sees; /* tried again until the time of "within" is over */
};

extern const struct step steps_do[], steps_see[]; /* end with a NULL row */
