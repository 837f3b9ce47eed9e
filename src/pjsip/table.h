/*
 * pjsip/table.h - the driver's applications and functions of the routing
 *
 * A row that is added or begins to work is PLAN_SUBJECT_DRIVER in plan/names_table.c; a test compares
 * the two (tests/unit/plan/test_names.c).
 */
#pragma once
#include "plan/app.h"
#include "plan/func.h"

extern const struct plan_app pjsip_message_send_app;
extern const struct plan_app pjsip_notify_app, pjsip_hangup_app;
extern const struct plan_func pjsip_endpoint_func, pjsip_aor_func, pjsip_contact_func;
extern const struct plan_func pjsip_message_func, pjsip_message_data_func;

/** In the order of their names; the last row is NULL. */
extern const struct plan_app *const pjsip_apps[];
extern const struct plan_func *const pjsip_funcs[];
