/* callfile.c - see callfile.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/callerid.h"
#include "plan/args.h"
#include "plan/callfile.h"

#define RETRY_S 300
#define WAIT_S 45

static void set_text(char **to, char *value)
{
    *to = *value ? value : NULL;
}

static bool set_number(int *to, const char *value, int least)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (end == value || n < least || n > 1000000000)
        return false;
    *to = (int)n;
    return true;
}

static void set_caller(struct callfile *f, char *value)
{
    char *name, *number;

    callerid_split(value, &name, &number);
    set_text(&f->caller_number, number);
    if (*name)
        set_text(&f->caller_name, name);
}

static bool add_var(struct callfile *f, char *value)
{
    char *equals = strchr(value, '=');

    if (!equals || equals == value || f->var_count == CALLFILE_VARS)
        return false;
    *equals++ = '\0';
    f->vars[f->var_count++] = (struct plan_originate_var){value, equals};
    return true;
}

static bool take_text(struct callfile *f, const char *key, char *value)
{
    struct {
        const char *key;
        char **to;
    } texts[] = {
        {"channel", &f->channel}, {"application", &f->app}, {"data", &f->app_data},
        {"context", &f->context}, {"extension", &f->exten}, {"account", &f->account},
        {"codecs", &f->codecs},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcasecmp(key, texts[i].key) == 0) {
            set_text(texts[i].to, value);
            return true;
        }
    return false;
}

/* @return false: not understood */
static bool take(struct callfile *f, const char *key, char *value)
{
    if (take_text(f, key, value))
        return true;
    if (strcasecmp(key, "priority") == 0)
        return set_number(&f->priority, value, 1);
    if (strcasecmp(key, "maxretries") == 0)
        return set_number(&f->max_retries, value, 0);
    if (strcasecmp(key, "retrytime") == 0)
        return set_number(&f->retry_s, value, 1);
    if (strcasecmp(key, "waittime") == 0)
        return set_number(&f->wait_s, value, 1);
    if (strcasecmp(key, "callerid") == 0)
        set_caller(f, value);
    else if (strcasecmp(key, "set") == 0 || strcasecmp(key, "setvar") == 0)
        return add_var(f, value);
    else if (strcasecmp(key, "startretry") == 0)
        f->tries++;
    else if (strcasecmp(key, "archive") == 0)
        f->archives = plan_is_yes(slice_of(value));
    else if (strcasecmp(key, "alwaysdelete") == 0)
        f->keeps_future = !plan_is_yes(slice_of(value));
    else if (strcasecmp(key, "earlymedia") == 0)
        f->with_early_media = plan_is_yes(slice_of(value));
    else
        return strcasecmp(key, "endretry") == 0 || strcasecmp(key, "delayedretry") == 0 ||
               strcasecmp(key, "status") == 0;
    return true;
}

int callfile_parse(struct callfile *f, char *text, int *line)
{
    char *rest = text, *one;

    memset(f, 0, sizeof(*f));
    f->priority = 1;
    f->retry_s = RETRY_S;
    f->wait_s = WAIT_S;
    *line = 0;
    for (int n = 1; (one = strsep(&rest, "\n")); n++) {
        char *colon;

        one = plan_strip(one);
        if (!*one || *one == '#' || *one == ';')
            continue;
        colon = strchr(one, ':');
        if (colon)
            *colon++ = '\0';
        if ((!colon || !take(f, plan_strip(one), plan_strip(colon))) && !*line)
            *line = n;
    }
    return f->channel && strchr(f->channel, '/') && (f->app || f->exten || f->context) ? 0 : EINVAL;
}
