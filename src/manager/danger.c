/* manager/danger.c - see danger.h */
#include "manager/danger.h"

#define BOTH (DANGER_READ | DANGER_WRITE)

/* Not all of them are there in this version: a name that comes later is not forgotten. */
const struct danger dangers[] = {
    {"AGI", DANGER_RUN},
    {"CURL", BOTH},
    {"CURLOPT", DANGER_WRITE},
    {"DB", DANGER_WRITE},
    {"DB_DELETE", BOTH},
    {"DBdel", DANGER_RUN},
    {"DBdeltree", DANGER_RUN},
    {"DeadAGI", DANGER_RUN},
    {"EAGI", DANGER_RUN},
    {"ENUMLOOKUP", DANGER_READ},
    {"ENUMQUERY", DANGER_READ},
    {"ENV", BOTH},
    {"EVAL", BOTH},
    {"EVAL_EXTEN", DANGER_READ},
    {"EVAL_SUB", DANGER_READ},
    {"Exec", DANGER_RUN},
    {"ExecIf", DANGER_RUN},
    {"ExecIfTime", DANGER_RUN},
    {"ExternalIVR", DANGER_RUN},
    {"FastAGI", DANGER_RUN},
    {"FILE", BOTH},
    {"FILE_COUNT_LINE", DANGER_READ},
    {"FILE_FORMAT", DANGER_READ},
    {"JACK", DANGER_RUN},
    {"MixMonitor", DANGER_RUN},
    {"Monitor", DANGER_RUN},
    {"ODBC", BOTH},
    {"Originate", DANGER_RUN},
    {"REALTIME", BOTH},
    {"REALTIME_DESTROY", BOTH},
    {"REALTIME_FIELD", BOTH},
    {"REALTIME_HASH", BOTH},
    {"REALTIME_STORE", BOTH},
    {"Reload", DANGER_RUN},
    {"SHELL", BOTH},
    {"SQL", BOTH},
    {"SRVQUERY", DANGER_READ},
    {"STAT", DANGER_READ},
    {"System", DANGER_RUN},
    {"TryExec", DANGER_RUN},
    {"TrySystem", DANGER_RUN},
    {"TXTCIDNAME", DANGER_READ},
    {NULL, 0},
};

static unsigned uses_of(struct slice name)
{
    for (const struct danger *d = dangers; d->name; d++)
        if (slice_caseeqz(name, d->name))
            return d->uses;
    return 0;
}

bool danger_is_app(struct slice name)
{
    return uses_of(slice_trim(name)) & DANGER_RUN;
}

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What stands before the parenthesis at text.p[at]. */
static struct slice name_before(struct slice text, size_t at)
{
    size_t end = at, begin;

    while (end > 0 &&
           (text.p[end - 1] == ' ' || (text.p[end - 1] >= '\t' && text.p[end - 1] <= '\r')))
        end--;
    begin = end;
    while (begin > 0 && is_of_name(text.p[begin - 1]))
        begin--;
    return slice_from(text.p + begin, end - begin);
}

bool danger_is_in(struct slice text, unsigned uses)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] == '(' && (uses_of(name_before(text, i)) & uses & BOTH))
            return true;
    return false;
}
