/*
 * plan/app/exec.h - an application that is written as text, run by another one
 */
#pragma once
#include "plan/app.h"

/** "App(args)". @param text  cut up. @return as an application's exec */
int exec_text(struct plan_run *run, char *text);

/** "condition?yes:no" cut at the : outside of parentheses. @param data  cut up; *no may be NULL.
 *  @return false: there is no ? or nothing behind it */
bool exec_split(char *data, char **yes, char **no);
