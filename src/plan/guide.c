/* guide.c - see guide.h */
#include "plan/guide.h"

#include <stdio.h>

#include "plan/names.h"
#include "plan/scan.h"

enum { SHOWN_MAX = 80 }; /* bytes of a wrong word */

static void put_row(struct jout *j, const char *name, const char *syntax, const char *help)
{
    struct slice more, synopsis = slice_cut(slice_of(help), '\n', &more);

    jout_open(j, '{');
    jout_put_textz(j, "name", name);
    jout_put_textz(j, "syntax", syntax);
    jout_put_text(j, "synopsis", synopsis);
    jout_put_text(j, "help", slice_is_set(more) ? more : SLICE(""));
    jout_close(j, '}');
}

static void put_apps(struct jout *j, const struct plan_app *const *apps, bool is_ru)
{
    for (; apps && *apps; apps++)
        put_row(j, (*apps)->name, (*apps)->syntax, is_ru ? (*apps)->help_ru : (*apps)->help_en);
}

static void put_funcs(struct jout *j, const struct plan_func *const *funcs, bool is_ru)
{
    for (; funcs && *funcs; funcs++)
        put_row(j, (*funcs)->name, (*funcs)->syntax, is_ru ? (*funcs)->help_ru : (*funcs)->help_en);
}

void plan_guide_print(const struct plan_app *const *apps, const struct plan_func *const *funcs,
                      bool is_ru, struct jout *j)
{
    jout_open(j, '{');
    jout_key(j, "applications");
    jout_open(j, '[');
    put_apps(j, plan_apps, is_ru);
    put_apps(j, apps, is_ru);
    jout_close(j, ']');
    jout_key(j, "functions");
    jout_open(j, '[');
    put_funcs(j, plan_funcs, is_ru);
    put_funcs(j, funcs, is_ru);
    jout_close(j, ']');
    jout_close(j, '}');
}

/* ---- doubts ---- */

struct words {
    const char *ru, *en;
};

static const struct words apps[] = {
    [PLAN_NAME_LATER] = {"Приложения ещё нет, шаг будет пропущен",
                         "The application is not here yet, the step is passed over"},
    [PLAN_NAME_REFUSED] = {"Приложение не поддерживается, вызов здесь кончится",
                           "The application is not supported, the call ends here"},
    [PLAN_NAME_UNKNOWN] = {"Нет такого приложения, вызов здесь кончится: проверьте имя",
                           "No such application, the call ends here: check its name"}};

static const struct words lacks[PLAN_LACKS] = {
    [PLAN_LACK_FUNCTION] = {"Нет такой функции, её место останется пустым",
                            "No such function, its place stays empty"},
    [PLAN_LACK_TECH] = {"Так звонить нельзя: напишите PJSIP/ или Local/",
                        "This cannot be called: write PJSIP/ or Local/"},
    [PLAN_LACK_OPTION] = {"Этот ключ Dial ничего не делает: уберите его",
                          "This option of Dial has no effect: remove it"},
    [PLAN_LACK_OPTION_LATER] = {"Этот ключ Dial пока не выполняется",
                                "This option of Dial is not obeyed yet"}};

struct asking {
    bool is_ru;
    plan_guide_h *h;
    void *arg;
};

static void tell(const struct asking *a, const char *member, const struct words *w,
                 struct slice what)
{
    char text[300];

    snprintf(text, sizeof(text), "%s (%.*s).", a->is_ru ? w->ru : w->en,
             (int)(what.len < SHOWN_MAX ? what.len : SHOWN_MAX), what.len ? what.p : "");
    a->h(member, text, a->arg);
}

static void on_lack(enum plan_lack lack, struct slice what, void *arg)
{
    tell(arg, "appdata", &lacks[lack], what);
}

int plan_guide_check(struct slice app, const char *data, bool is_ru, plan_guide_h *h, void *arg)
{
    struct asking a = {is_ru, h, arg};
    const enum plan_name_state state = plan_name_state(NULL, PLAN_NAME_APP, app);

    if (state != PLAN_NAME_WORKS)
        tell(&a, "app", &apps[state], app);
    return plan_scan_step(NULL, app, data, on_lack, &a);
}
