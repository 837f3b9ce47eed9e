/* The console's commands about routing, and the texts of applications and functions. */
#include "fixture.h"
#include "ipc/console.h"
#include "plan/app/all.h"

/* Completion is the role's; nothing is offered here. */
void console_offer(struct console_words *w, const char *word)
{
}

static int helped(const char *name, const char *syntax, const char *ru, const char *en)
{
    const size_t len = strlen(name);
    unsigned lines_ru = 0, lines_en = 0;

    for (const char *s = ru; *s; s++)
        lines_ru += *s == '\n';
    for (const char *s = en; *s; s++)
        lines_en += *s == '\n';
    if (strncmp(syntax, name, len) == 0 && syntax[len] == '(' && *ru && *en &&
        lines_ru == lines_en && ru[0] & 0x80 && !(en[0] & 0x80))
        return 0;
    if (strncmp(en, "1 when", 6) == 0) /* begins with a number in both languages */
        return 0;
    fprintf(stderr, "%s\n", name);
    return unit_failed(__FILE__, __LINE__, name);
}

static int every_row_has_syntax_and_help_in_two_languages(void)
{
    for (size_t i = 0; plan_apps[i]; i++)
        CHECK_OK(helped(plan_apps[i]->name, plan_apps[i]->syntax, plan_apps[i]->help_ru,
                        plan_apps[i]->help_en));
    for (size_t i = 0; plan_funcs[i]; i++)
        CHECK_OK(helped(plan_funcs[i]->name, plan_funcs[i]->syntax, plan_funcs[i]->help_ru,
                        plan_funcs[i]->help_en));
    return 0;
}

static int rows_stand_by_name(void)
{
    for (size_t i = 1; plan_apps[i]; i++)
        CHECK(strcasecmp(plan_apps[i - 1]->name, plan_apps[i]->name) < 0);
    for (size_t i = 1; plan_funcs[i]; i++)
        CHECK(strcasecmp(plan_funcs[i - 1]->name, plan_funcs[i]->name) < 0);
    return 0;
}

static void on_text(struct slice text, void *arg)
{
    buf_adds(arg, text);
}

static void on_done(int err, bool is_streaming, void *arg)
{
}

/* Run "words" with one argument (NULL: none); its output in out. @return what it returned, -1: no
 * such command */
static int command(struct world *w, const char *words, const char *arg, bool is_russian,
                   struct buf *out)
{
    struct console *c = NULL;
    char text[100], *argv[2] = {text, NULL};
    int err = console_alloc(&c, w->loop, is_russian, on_text, on_done, out), rc = -1;

    if (err)
        return err;
    snprintf(text, sizeof(text), "%s", arg ? arg : "");
    buf_reset(out);
    for (size_t i = 0; i < plan_console_command_count; i++)
        if (strcmp(plan_console_commands[i].words, words) == 0)
            rc = plan_console_commands[i].run(c, arg ? 1 : 0, argv, w->core);
    loop_fake_settle(w->loop);
    console_close(c);
    mem_deref(c);
    return rc;
}

static bool has(const struct buf *out, const char *text)
{
    if (strstr(buf_z(out), text))
        return true;
    fprintf(stderr, "\"%s\" has no \"%s\"\n", buf_z(out), text);
    return false;
}

static int commands_show_what_there_is(void)
{
    struct channel *ch = NULL;
    struct buf out;
    struct world w;
    int err;

    buf_init(&out, 100000);
    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w,
                            "[main]\n10,1,Set(X=5)\n10,2(lab),Wait(100)\n_2X,1,NoOp(a)\ninclude "
                            "more\n[more]\n30,1,NoOp()\n"),
                out);
    CHECK_OK_TO(plan_global_set(w.core, SLICE("G"), SLICE("g")), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    loop_fake_advance(w.loop, 1500);

    CHECK_OK_TO(command(&w, "dialplan show", NULL, false, &out), out);
    CHECK_TO(
        has(&out,
            "  '_2X' =>          1. NoOp(a)                                    [pbx_config]\n") &&
            has(&out,
                "     [lab]          2. Wait(100)                                  [pbx_config]\n"),
        out);
    CHECK_TO(
        has(&out,
            "  Include =>        'more'                                        [pbx_config]\n"),
        out);
    CHECK_TO(has(&out, "-= 3 extensions (4 priorities) in 2 contexts. =-"), out);
    CHECK_OK_TO(command(&w, "dialplan show", "25@main", false, &out), out);
    CHECK_TO(has(&out, "'_2X'") && !strstr(buf_z(&out), "Set("), out);
    CHECK_TO(command(&w, "dialplan show", "nosuch", false, &out) == ECANCELED, out);
    CHECK_TO(strstr(buf_z(&out), "There is no existence of 'nosuch' context"), out);
    CHECK_OK_TO(command(&w, "dialplan show globals", NULL, false, &out), out);
    CHECK_TO(has(&out, "G=g\n"), out);
    CHECK_OK_TO(command(&w, "core show applications", NULL, false, &out), out);
    CHECK_TO(has(&out, "Dial: Ring one or several") && !strstr(buf_z(&out), "Queue"), out);
    CHECK_TO(command(&w, "core show application", "queue", false, &out) == ECANCELED, out);
    CHECK_TO(has(&out, "queue: comes with queues"), out);
    CHECK_TO(command(&w, "core show function", "FAXOPT", true, &out) == ECANCELED, out);
    CHECK_TO(has(&out, "FAXOPT: появится вместе с факсом"), out);
    CHECK_OK_TO(command(&w, "core show application", "dial", true, &out), out);
    CHECK_TO(has(&out, "[Синтаксис]\nDial(") && has(&out, "DIALSTATUS"), out);
    CHECK_TO(command(&w, "core show application", "nosuch", false, &out) == ECANCELED, out);
    CHECK_OK_TO(command(&w, "core show functions", NULL, false, &out), out);
    CHECK_TO(has(&out, "DIALGROUP"), out);
    CHECK_OK_TO(command(&w, "core show function", "CUT", false, &out), out);
    CHECK_TO(has(&out, "CUT(variable,"), out);
    CHECK_OK_TO(command(&w, "core show channels", NULL, false, &out), out);
    CHECK_TO(has(&out, "10@main:2") && has(&out, "Wait(100)") &&
                 has(&out, "1 active channel\n1 active call\n"),
             out);
    CHECK_OK_TO(command(&w, "core show channels", "concise", false, &out), out);
    CHECK_TO(has(&out, "!main!10!2!Ring!Wait!100!!!!3!1!!"), out);
    CHECK_OK_TO(command(&w, "core show channels", "verbose", false, &out), out);
    CHECK_TO(has(&out, "00:00:01"), out);
    CHECK_OK_TO(command(&w, "core show channel", ch->name, false, &out), out);
    CHECK_TO(has(&out, "Application: Wait\n") && has(&out, "  X=5\n"), out);
    CHECK_TO(command(&w, "channel request hangup", "nosuch", false, &out) == ENOENT, out);
    CHECK_OK_TO(command(&w, "channel request hangup", "all", false, &out), out);
    loop_fake_settle(w.loop);
    CHECK_TO(ch->is_ended, out);
out:
    mem_deref(ch);
    buf_fini(&out);
    world_fini(&w);
    return err;
}

UNIT_TESTS(UNIT_ONCE(every_row_has_syntax_and_help_in_two_languages), UNIT_ONCE(rows_stand_by_name),
           UNIT_ONCE(commands_show_what_there_is))
