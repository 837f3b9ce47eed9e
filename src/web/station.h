/*
 * web/station.h - the web role's own session with the engine's Manager: events as they come, actions asked
 *
 * Scope:   one session over the link, opened again when the engine comes back; what was asked meanwhile fails.
 * Owns:    the session, what waits to be asked.
 * Thread:  the loop's.
 * Limits:  LINK_ASKS questions under way, STATION_WAITING behind them: more is EAGAIN.
 */
#pragma once
#include "ami/message.h"
#include "web/link.h"

enum { STATION_WAITING = 256 };

struct web_station;

/** An event; m is borrowed. */
typedef void(web_event_h)(const struct ami_message *m, void *arg);

/** The engine is there (again): what was known of it is to be asked anew; or it has gone. */
typedef void(web_state_h)(bool is_there, void *arg);

/** @param events, state  may be NULL. @return 0; ENOMEM */
int web_station_alloc(struct web_station **sp, struct loop *loop, struct web_link *link,
                      web_event_h *events, web_state_h *state, void *arg);

bool web_station_is_there(const struct web_station *s);

/**
 * Ask. The answer is all messages of it, a list's items too; the handler may take the text.
 * @param text  a whole message of ami_ask lines; copied
 * @return 0 (the handler follows, never before the return); ENOTCONN; EAGAIN; ENOMEM
 */
int web_station_ask(struct web_station *s, struct slice text, web_answer_h *h, void *arg);
