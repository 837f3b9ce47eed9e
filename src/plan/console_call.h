/*
 * plan/console_call.h - console commands that make and move calls; their rows stand in console.c
 */
#pragma once
#include "ipc/console.h"

/** channel originate, channel redirect. arg: the plan_core. @return 0; EINVAL (how it is used is
 *  shown); any other: said already */
int plan_console_originate(struct console *c, int argc, char **argv, void *arg);
int plan_console_redirect(struct console *c, int argc, char **argv, void *arg);

/** mixmonitor start, stop, list: the same. */
int plan_console_mixmonitor_start(struct console *c, int argc, char **argv, void *arg);
int plan_console_mixmonitor_stop(struct console *c, int argc, char **argv, void *arg);
int plan_console_mixmonitor_list(struct console *c, int argc, char **argv, void *arg);
