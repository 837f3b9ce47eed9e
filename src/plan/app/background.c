/* app/background.c - Background: a menu, files that a digit interrupts */
#include <string.h>

#include "base/mem.h"
#include "plan/app/all.h"
#include "plan/args.h"
#include "plan/wait.h"

struct options {
    bool skip, no_answer, only_matching, no_break;
};

static struct options parse_options(char *text)
{
    struct options o = {0};
    char letter, *arg;

    if (strcasecmp(text, "skip") == 0)
        o.skip = true;
    else if (strcasecmp(text, "noanswer") == 0)
        o.no_answer = true;
    else
        while (plan_option_next(&text, &letter, &arg)) {
            o.skip = o.skip || letter == 's';
            o.no_answer = o.no_answer || letter == 'n';
            o.only_matching = o.only_matching || letter == 'm';
            o.no_break = o.no_break || letter == 'p';
        }
    return o;
}

/* The digits that stop the files: with option m those that are an extension by themselves. */
static void breaking_digits(const struct plan_run *run, const struct options *o,
                            struct slice context, char out[sizeof(PLAN_ALL_DIGITS)])
{
    size_t n = 0;

    for (const char *d = PLAN_ALL_DIGITS; *d && !o->no_break; d++)
        if (!o->only_matching || plan_run_has(run, context, slice_from(d, 1), 1))
            out[n++] = *d;
    out[n] = '\0';
}

/* A single digit that no longer extension begins with is gone to at once. */
static int leave_by(struct plan_run *run, struct slice context, char digit)
{
    const struct slice exten = slice_from(&digit, 1);

    if (run->is_agi || !plan_run_can_match(run, context, exten) ||
        plan_run_match_more(run, context, exten))
        return digit;
    return plan_run_goto(run, context, exten, 1) ? PLAN_END : PLAN_NEXT;
}

/* The files in another language, if one is given: the channel keeps its own. */
static int play_in(struct plan_run *run, const char *language, const char *files,
                   const char *digits, bool *failed)
{
    struct channel *ch = run->channel;
    char *own = *language ? mem_strdup(ch->language) : NULL;
    int rc;

    if (*language)
        (void)channel_set(&ch->language, slice_of(language));
    rc = plan_play(run, files, digits, failed);
    if (*language)
        (void)channel_set(&ch->language, own ? slice_of(own) : SLICE_NONE);
    mem_free(own);
    return rc;
}

static int background_exec(struct plan_run *run, char *data)
{
    struct channel *ch = run->channel;
    char digits[sizeof(PLAN_ALL_DIGITS)], *argv[4];
    struct options o;
    struct slice context;
    bool failed = false;
    int rc = 0;

    plan_args_split(data, ',', argv, 4);
    o = parse_options(argv[1]);
    context = *argv[3] ? slice_of(argv[3]) : SLICE_NONE;
    if (ch->state != CHANNEL_UP && !o.skip && !o.no_answer && channel_answer(ch))
        return PLAN_END;
    if (*argv[0] && (ch->state == CHANNEL_UP || !o.skip)) {
        breaking_digits(run, &o, context, digits);
        rc = play_in(run, argv[2], argv[0], digits, &failed);
    }
    channel_var_set(ch, SLICE("BACKGROUNDSTATUS"), slice_of(failed ? "FAILED" : "SUCCESS"));
    if (rc < 0)
        return PLAN_END;
    return rc ? leave_by(run, context, (char)rc) : PLAN_NEXT;
}

const struct plan_app plan_app_background = {
    .name = "Background",
    .syntax = "Background(file[&file...],[options,[language,[context]]])",
    .help_ru =
        "Голосовое меню: файлы, которые прерывает набор\nПервая цифра останавливает файл и начинает "
        "новый номер в этой (или указанной) маршрутизации; дальше цифры ждут TIMEOUT(digit).\noptions: s - "
        "не играть, если вызов не отвечен; n - не отвечать; m - прерывать только цифрой, которая есть в "
        "маршрутизации; p - не прерывать.\nПеременная BACKGROUNDSTATUS: SUCCESS или FAILED.",
    .help_en =
        "A voice menu: files that dialling interrupts\nThe first digit stops the file and begins a new "
        "extension of this (or the given) context; further digits are waited for by "
        "TIMEOUT(digit).\noptions: s - do not play when the call is not answered; n - do not answer; m - only "
        "a digit that is an extension interrupts; p - nothing interrupts.\nVariable BACKGROUNDSTATUS: "
        "SUCCESS or FAILED.",
    .shown = "tests/scene/background-menu.scene",
    .reads_digits = true,
    .exec = background_exec,
};
