/*
 * plan/input.h - digits that a caller types, one after another
 *
 * Scope:   a prompt that the first digit stops, then digits until an end digit, a number of them, or
 *          silence: Read, Authenticate, DISA, PrivacyManager, ReadExten, AGI's GET DATA.
 * Thread:  the task of the channel.
 */
#pragma once
#include "plan/run.h"

enum plan_input_end {
    PLAN_INPUT_FULL,    /* as many digits as were asked for */
    PLAN_INPUT_ENDED,   /* by an end digit, which is not among them */
    PLAN_INPUT_TIMEOUT, /* nobody went on typing; what came is there */
    PLAN_INPUT_HANGUP
};

struct plan_input {
    const char *files; /* "a&b"; "": none */
    bool is_tone;      /* files is the name of a tone */
    size_t most;       /* digits */
    int64_t first_ms, next_ms;
    const char *ends; /* digits that end the input */
    bool keeps_end;   /* one that comes first of all is the input */
};

/** @param out  at least most + 1 bytes; the digits, NUL-terminated */
enum plan_input_end plan_input_read(struct plan_run *run, const struct plan_input *in, char *out);
