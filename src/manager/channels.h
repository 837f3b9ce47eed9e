/*
 * manager/channels.h - inner: the channels that actions are about
 */
#pragma once
#include "call/channel.h"
#include "manager/action.h"
#include "plan/func.h"

/** The channel that a header names, by its name or its unique id; NULL: there is none. Borrowed. */
struct channel *manager_channel(const struct manager_request *q, const char *header);

/** The application that a channel runs, as Asterisk names it, and its data; "" when there is none. */
const char *manager_app_of(const struct channel *ch);
const char *manager_app_data_of(const struct channel *ch);

/** Functions and variables, for ch (NULL: the station). */
struct plan_env manager_env(const struct manager_request *q, struct channel *ch);

/**
 * What a client names: a function when it ends with a parenthesis, else a variable as it stands. Nothing
 * in it is substituted. May wait. @param out  gets the value; nothing when there is none
 */
void manager_read(const struct plan_env *env, struct slice name, struct buf *out);

/** Whole seconds since it was made. */
long long manager_age(const struct manager_request *q, const struct channel *ch);
