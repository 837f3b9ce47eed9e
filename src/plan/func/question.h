/*
 * func/question.h - a function asks or changes the database while its call waits
 *
 * Scope:   SQL() and REALTIME() and their like. Values are bound, never part of the text.
 * Thread:  a task of the loop; the rows are seen on the loop, while the task waits.
 * Limits:  5 s; 16 values.
 */
#pragma once
#include "plan/func.h"
#include "store/store.h"

enum { FUNC_VALUES = 16 };

/** The answer; borrowed during the call. @return 0; errno, which func_question_ask returns */
typedef int(func_rows_h)(const struct store_rows *rows, void *arg);

/**
 * @param sql  borrowed during the call
 * @return 0; EAGAIN (64 wait); ETIMEDOUT; ECANCELED; EPERM (no task, no database); errno of store/db.h
 */
int func_question_ask(const struct plan_env *env, const char *sql, const struct slice *values,
                      size_t count, func_rows_h *rows, void *arg);

/** A statement that changes something; back when it is committed. @return as func_question_ask; EEXIST,
 *  EDOM: a rule of the table */
int func_question_tell(const struct plan_env *env, const char *sql, const struct slice *values,
                       size_t count);
