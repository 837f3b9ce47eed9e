/*
 * call/story_inner.h - inner: the kinds of steps, shared by story.c (writes) and story_text.c (tells)
 */
#pragma once
#include "call/story.h"

enum story_step {
    STEP_IN,       /* channel */
    STEP_OUT,      /* channel */
    STEP_CALLER,   /* who, dialled, context */
    STEP_RUN,      /* place, application, data */
    STEP_RUN_RULE, /* place, application, data, rule */
    STEP_RINGING,
    STEP_UP,
    STEP_DIAL,       /* what */
    STEP_DIAL_STATE, /* word */
    STEP_DIAL_END,   /* word */
    STEP_TALK,       /* other channel */
    STEP_TALK_END,
    STEP_HOLD,
    STEP_UNHOLD,
    STEP_DIGIT, /* digit */
    STEP_ASKED, /* who, cause */
    STEP_OVER,  /* cause */
    STEP_LOCAL, /* other half */
    STEP_OPTIMIZE,
    STEP_SIGNAL,      /* what, details */
    STEP_NOTE,        /* what, details */
    STEP_RECORD,      /* file */
    STEP_RECORD_STOP, /* file */
    STEP_RECORD_FAIL, /* file, why */
    STEP_CUT,
    STEPS
};

#define STORY_WORDS 4

/** Short id of a step in a stored story. */
const char *story_step_id(enum story_step s);
