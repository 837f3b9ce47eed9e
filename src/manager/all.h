/* manager/all.h - inner: the rows of all actions and events; table.c puts them in order */
#pragma once
#include "manager/event.h"

extern const struct manager_action manager_action_absolutetimeout;
extern const struct manager_action manager_action_atxfer;
extern const struct manager_action manager_action_blindtransfer;
extern const struct manager_action manager_action_bridge;
extern const struct manager_action manager_action_bridgedestroy;
extern const struct manager_action manager_action_bridgeinfo;
extern const struct manager_action manager_action_bridgekick;
extern const struct manager_action manager_action_bridgelist;
extern const struct manager_action manager_action_bridgetechnologylist;
extern const struct manager_action manager_action_bridgetechnologysuspend;
extern const struct manager_action manager_action_bridgetechnologyunsuspend;
extern const struct manager_action manager_action_cancelatxfer;
extern const struct manager_action manager_action_challenge;
extern const struct manager_action manager_action_controlplayback;
extern const struct manager_action manager_action_coreshowchannelmap;
extern const struct manager_action manager_action_coreshowchannels;
extern const struct manager_action manager_action_createconfig;
extern const struct manager_action manager_action_events;
extern const struct manager_action manager_action_getconfig;
extern const struct manager_action manager_action_getconfigjson;
extern const struct manager_action manager_action_getvar;
extern const struct manager_action manager_action_hangup;
extern const struct manager_action manager_action_listcategories;
extern const struct manager_action manager_action_listcommands;
extern const struct manager_action manager_action_localoptimizeaway;
extern const struct manager_action manager_action_login;
extern const struct manager_action manager_action_logoff;
extern const struct manager_action manager_action_messagesend;
extern const struct manager_action manager_action_originate;
extern const struct manager_action manager_action_ping;
extern const struct manager_action manager_action_pjsiphangup;
extern const struct manager_action manager_action_playdtmf;
extern const struct manager_action manager_action_redirect;
extern const struct manager_action manager_action_sendtext;
extern const struct manager_action manager_action_setvar;
extern const struct manager_action manager_action_status;
extern const struct manager_action manager_action_updateconfig;
extern const struct manager_action manager_action_userevent;
extern const struct manager_action manager_action_waitevent;

extern const struct manager_event manager_events_calls[];
extern const struct manager_event manager_events_originate[];
extern const struct manager_event manager_events_media[];
extern const struct manager_event manager_events_records[];
extern const struct manager_event manager_events_security[];
extern const struct manager_event manager_events_states[];
extern const struct manager_event manager_events_station[];
extern const struct manager_event manager_events_user[];
