/* console_recording.c - mixmonitor start, stop, list (console_call.h) */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "plan/args.h"
#include "plan/console_call.h"
#include "plan/core.h"
#include "plan/recorder.h"
#include "plan/subst.h"

static struct channel *channel_named(struct console *c, const struct plan_core *p, const char *name)
{
    struct channel *ch = calls_channel_find(p->calls, slice_of(name));

    if (!ch)
        console_printf(c, console_say(c, "Нет канала '%s'.\n", "No channel matching '%s' found.\n"),
                       name);
    return ch;
}

/* The words behind the channel are one text again. */
static char *rest_of(int argc, char **argv)
{
    struct buf text;

    buf_init(&text, PLAN_TEXT_MAX);
    for (int i = 1; i < argc; i++)
        buf_printf(&text, "%s%s", i > 1 ? " " : "", argv[i]);
    return buf_err(&text) ? (buf_fini(&text), NULL) : buf_take(&text);
}

/* The reason stands in the log. */
static int say_not_started(struct console *c)
{
    console_printf(c, "%s\n",
                   console_say(c, "Запись не начата: почему, сказано в журнале.",
                               "Not recorded: the log says why."));
    return ECANCELED;
}

int plan_console_mixmonitor_start(struct console *c, int argc, char **argv, void *arg)
{
    struct plan_core *p = arg;
    struct channel *ch = argc ? channel_named(c, p, argv[0]) : NULL;
    struct recording *r = NULL;
    char *text, *words[3];
    int err;

    if (!argc)
        return EINVAL;
    if (!ch)
        return ECANCELED;
    text = rest_of(argc, argv);
    if (!text)
        return ENOMEM;
    plan_args_split_raw(text, ',', words, 3);
    err =
        plan_recorder_start(p, ch, &(struct plan_recorder_words){words[0], words[1], words[2]}, &r);
    if (!err)
        console_printf(c, "%s\n", r->id);
    mem_free(text);
    return err ? say_not_started(c) : 0;
}

int plan_console_mixmonitor_stop(struct console *c, int argc, char **argv, void *arg)
{
    struct channel *ch = argc ? channel_named(c, arg, argv[0]) : NULL;

    if (!argc || argc > 2)
        return EINVAL;
    if (!ch)
        return ECANCELED;
    if (!plan_recorder_stop(ch, argc > 1 ? slice_of(argv[1]) : SLICE_NONE))
        return 0;
    console_printf(c, "%s\n",
                   console_say(c, "Такой записи на канале нет.",
                               "There is no such recording on the channel."));
    return ECANCELED;
}

static void put_name(struct buf *line, const char *name)
{
    buf_addc(line, '\t');
    plan_recorder_put_name(name, line);
}

int plan_console_mixmonitor_list(struct console *c, int argc, char **argv, void *arg)
{
    struct channel *ch = argc == 1 ? channel_named(c, arg, argv[0]) : NULL;

    if (argc != 1)
        return EINVAL;
    if (!ch)
        return ECANCELED;
    console_printf(c, "MixMonitor ID\tFile\tReceive File\tTransmit File\n%s\n",
                   "=========================================================================");
    LIST_FOREACH(&ch->recordings, k)
    {
        const struct recording *r = recording_of_link(k);
        struct buf line;

        buf_init(&line, 4 * MEDIA_PATH_MAX);
        buf_addz(&line, r->id);
        put_name(&line, r->mixed);
        put_name(&line, r->rx);
        put_name(&line, r->tx);
        console_printf(c, "%s\n", buf_z(&line));
        buf_fini(&line);
    }
    return 0;
}
