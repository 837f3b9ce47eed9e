/*
 * manager/console_help.h - inner: console commands that print pages of the rows; their rows stand in console.c
 */
#pragma once
#include "ipc/console.h"

/** manager show command ACTION..., commands, event EVENT, events. @return as console_command_h */
int manager_console_command(struct console *c, int argc, char **argv, void *arg);
int manager_console_actions(struct console *c, int argc, char **argv, void *arg);
int manager_console_event(struct console *c, int argc, char **argv, void *arg);
int manager_console_events(struct console *c, int argc, char **argv, void *arg);

void manager_complete_action(struct console_words *w, int index, void *arg);
void manager_complete_event(struct console_words *w, int index, void *arg);
