/*
 * plan/recorder_inner.h - what recorder.c and recorder_command.c share
 */
#pragma once

/** Of a command, filled in: what the runner takes, less its own words. */
#define PLAN_COMMAND_MAX 7168
