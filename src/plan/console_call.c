/* console_call.c - console commands that make and move calls */
#include <errno.h>
#include <string.h>

#include "plan/console_call.h"
#include "plan/core.h"
#include "plan/originate.h"

/* "exten@context"; without a context "default". */
static void cut_place(char *text, struct plan_originate_args *a)
{
    char *at = strchr(text, '@');

    if (at)
        *at++ = '\0';
    a->exten = text;
    a->context = at && *at ? at : "default";
}

/* channel originate PJSIP/101 extension 200@office | application Playback hello */
int plan_console_originate(struct console *c, int argc, char **argv, void *arg)
{
    struct plan_originate_args a = {.where = argc ? argv[0] : NULL};
    int err;

    if (argc == 3 && strcmp(argv[1], "extension") == 0)
        cut_place(argv[2], &a);
    else if ((argc == 3 || argc == 4) && strcmp(argv[1], "application") == 0)
        a.app = argv[2];
    else
        return EINVAL;
    a.app_data = argc == 4 ? argv[3] : NULL;
    err = plan_originate(NULL, arg, &a);
    if (err == EINVAL)
        return EINVAL;
    if (err)
        console_printf(c, console_say(c, "Вызов не сделан: %s\n", "Call not made: %s\n"),
                       strerror(err));
    else
        console_printf(c, console_say(c, "Вызывается %s\n", "Calling %s\n"), argv[0]);
    return err;
}

static const char *why_not(struct console *c, int err)
{
    switch (err) {
    case ENOENT: return console_say(c, "нет такого места", "there is no such place");
    case EINVAL: return console_say(c, "он ещё не ответил", "it has not answered yet");
    default: return strerror(err);
    }
}

/* channel redirect PJSIP/101-00000001 office,200,1 */
int plan_console_redirect(struct console *c, int argc, char **argv, void *arg)
{
    struct plan_core *p = arg;
    struct slice rest, context, exten;
    struct channel *ch;
    uint32_t priority = 1;
    int err;

    if (argc != 2)
        return EINVAL;
    ch = calls_channel_find(plan_calls(p), slice_of(argv[0]));
    if (!ch) {
        console_printf(c, console_say(c, "Нет канала %s\n", "%s is not a known channel\n"),
                       argv[0]);
        return ENOENT;
    }
    context = slice_cut(slice_of(argv[1]), ',', &rest);
    exten = slice_is_set(rest) ? slice_cut(rest, ',', &rest) : SLICE_NONE;
    if (!exten.len || (slice_is_set(rest) && slice_u32(rest, &priority)))
        return EINVAL;
    err = plan_redirect(p, ch, context, exten, (int)priority);
    if (err) {
        console_printf(c,
                       console_say(c, "Канал %s не переведён: %s\n", "Channel %s not moved: %s\n"),
                       argv[0], why_not(c, err));
        return ECANCELED;
    }
    console_printf(c, console_say(c, "Канал %s переведён\n", "Channel %s moved\n"), argv[0]);
    return 0;
}
