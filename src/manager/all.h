/* manager/all.h - inner: the rows of all actions and events; table.c puts them in order */
#pragma once
#include "manager/event.h"

extern const struct manager_action manager_action_challenge;
extern const struct manager_action manager_action_events;
extern const struct manager_action manager_action_listcommands;
extern const struct manager_action manager_action_login;
extern const struct manager_action manager_action_logoff;
extern const struct manager_action manager_action_ping;
extern const struct manager_action manager_action_userevent;
extern const struct manager_action manager_action_waitevent;

extern const struct manager_event manager_events_calls[];
extern const struct manager_event manager_events_security[];
extern const struct manager_event manager_events_states[];
extern const struct manager_event manager_events_station[];
extern const struct manager_event manager_events_user[];
