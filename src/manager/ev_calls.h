/*
 * manager/ev_calls.h - inner: events of calls; which file tells of which facts (call/observe.h)
 *
 * Scope:   ev_calls.c watches the calls and tells of channels, ev_media.c of bridges and what is heard,
 *          ev_records.c of records (Cdr), ev_cel.c the stream of CEL.
 * Cost:    one test of a mask for a fact that nobody may see.
 */
#pragma once
#include "manager/inner.h"

/** Begin an event with the headers of a channel. @return NULL: nobody listens */
struct buf *event_of_channel(struct manager *m, const struct manager_event *e,
                             const struct channel *ch);

void ev_agi_saw(struct manager *m, const struct call_fact *f); /* act_agi.c: CALL_ASYNC_* */
void ev_media_saw(struct manager *m, const struct call_fact *f);
void ev_records_saw(struct manager *m, const struct call_fact *f);
void ev_cel_saw(struct manager *m, const struct call_fact *f);
void ev_cel_fini(struct manager *m);
