/*
 * manager/filter.h - inner: which events a session wants besides its classes
 *
 * Scope:   filters of a user (eventfilter) and of action Filter. One that includes: only what one of them matches is
 *          seen; one that excludes: what it matches is not.
 * Shape:   an old one is an expression on the whole text, "!" in front excludes. A new one has criteria,
 *          "action(exclude),name(Newchannel),header(Channel),method(contains)", and a text for the method.
 *          Names are compared first: most events are not looked into.
 * Owns:    its filters, in a list that the session has.
 * Limits:  FILTERS_MAX a session; base/regex.h's for an expression; it sees FILTER_TEXT bytes of an event.
 * Source:  Asterisk 22's manager.c (eventfilter), manager.conf.sample.
 */
#pragma once
#include <stdbool.h>

#include "base/list.h"
#include "base/slice.h"

#define FILTERS_MAX 100
#define FILTER_TEXT 16384

/**
 * @param criteria  of a new one; empty: text is an old one
 * @param why       out: what is wrong with an expression; else NULL
 * @return 0; EINVAL; ENOSPC (FILTERS_MAX); ENOMEM
 */
int filter_add(struct list *filters, struct slice criteria, struct slice text, const char **why);

/** A line of a user: an old one, or "eventfilter(CRITERIA)=TEXT". @return as filter_add */
int filter_add_line(struct list *filters, struct slice line, const char **why);

void filters_free(struct list *filters);

/** @param event  its text as it is sent: "Event: NAME" first */
bool filters_pass(const struct list *filters, struct slice event);
