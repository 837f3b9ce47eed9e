/* manager/ev_records.c - call records as events: Cdr */
#include "base/when.h"
#include "call/cdr.h"
#include "call/channel.h"
#include "manager/all.h"
#include "manager/ev_calls.h"

#define SHOWN .shown = "tests/unit/manager/test_events.c"
enum { CDR };

const struct manager_event manager_events_records[] = {
    [CDR] =
        {.name = "Cdr",
         .classes = CLASS_CDR,
         .headers =
             "AccountCode Source Destination DestinationContext CallerID Channel DestinationChannel LastApplication LastData StartTime AnswerTime EndTime Duration BillableSeconds Disposition AMAFlags UniqueID UserField",
         SHOWN,
         .help = {"Запись о звонке готова.", "A call record was written."}},
    {0}};

static void put_time(struct buf *out, const char *name, struct wall at)
{
    char text[WALL_TEXT];

    ami_putz(out, name, at.us ? wall_local(at, text) : "");
}

static void on_record(struct manager *m, const struct cdr *r)
{
    struct buf *out = manager_event_begin(m, &manager_events_records[CDR]);

    if (!out)
        return;
    ami_putz(out, "AccountCode", r->accountcode);
    ami_putz(out, "Source", r->src);
    ami_putz(out, "Destination", r->dst);
    ami_putz(out, "DestinationContext", r->dcontext);
    ami_putz(out, "CallerID", r->clid);
    ami_putz(out, "Channel", r->channel);
    ami_putz(out, "DestinationChannel", r->dstchannel);
    ami_putz(out, "LastApplication", r->lastapp);
    ami_putz(out, "LastData", r->lastdata);
    put_time(out, "StartTime", r->start);
    put_time(out, "AnswerTime", r->answer);
    put_time(out, "EndTime", r->end);
    ami_putu(out, "Duration", (uint64_t)r->duration);
    ami_putu(out, "BillableSeconds", (uint64_t)r->billsec);
    ami_putz(out, "Disposition", r->disposition);
    ami_putz(out, "AMAFlags", r->amaflags);
    ami_putz(out, "UniqueID", r->uniqueid);
    ami_putz(out, "UserField", r->userfield);
    manager_event_end(m);
}

void ev_records_saw(struct manager *m, const struct call_fact *f)
{
    if (f->type == CALL_RECORD)
        on_record(m, f->record);
}
