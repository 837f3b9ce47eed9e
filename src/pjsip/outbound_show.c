/* outbound_show.c - our registrations on the console, laid out as Asterisk prints them */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pjsip/outbound.h"
#include "pjsip/show.h"

#define HEAD                                                                                       \
    " <Registration/ServerURI..............................>  <Auth....................>  "        \
    "<Status.......>\n"                                                                            \
    "==========================================================================================\n\n"

static int nothing(struct console *c, const char *name)
{
    console_printf(c,
                   console_say(c, "Регистрация не найдена: %s. Список: pjsip show registrations\n",
                               "Unable to find registration %s. List: pjsip show registrations\n"),
                   name);
    return ENOENT;
}

static const char *reason(const struct console *c, const struct outbound_view *v)
{
    static const char *const words[][2] = {
        {OUTBOUND_NO_NAME, "имя сервера не находится в DNS"},
        {OUTBOUND_NO_ANSWER, "нет ответа"},
        {OUTBOUND_NO_TRUST, "сертификату сервера нет доверия (ca_list_file)"},
        {OUTBOUND_TAKEN_BACK, "снята командой"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(v->reason, words[i][0]) == 0)
            return console_say(c, words[i][1], words[i][0]);
    return v->reason;
}

/* "Registered (exp. 2385s)", "Rejected (503 ..., retry in 55s)" */
static void status_text(struct console *c, const struct outbound_view *v, struct buf *out)
{
    buf_addz(out, outbound_state_name(v->state));
    if (v->state == OUTBOUND_REGISTERED)
        buf_printf(out, "  (exp. %llds)", (long long)v->expires_s);
    else if (v->state == OUTBOUND_REJECTED_TEMPORARY)
        buf_printf(out, console_say(c, "  (%s; повтор через %lld с)", "  (%s; retry in %llds)"),
                   reason(c, v), (long long)(v->next_s > 0 ? v->next_s : 0));
    else if (v->state == OUTBOUND_REJECTED_PERMANENT)
        buf_printf(out, console_say(c, "  (%s; повтора не будет)", "  (%s; no retry)"),
                   reason(c, v));
    else if (v->is_asking && v->state == OUTBOUND_UNREGISTERED)
        buf_addz(out, console_say(c, "  (идёт запрос)", "  (trying)"));
}

static void show_one(struct console *c, const struct outbound_view *v)
{
    const char *auth = v->m->outbound_auth.count ? v->m->outbound_auth.v[0] : "n/a";
    struct buf name, status;

    buf_init(&name, 600);
    buf_init(&status, 300);
    buf_printf(&name, "%s/%s", v->m->name, v->m->server_uri);
    status_text(c, v, &status);
    console_printf(c, " %-55s  %-26s  %s\n", buf_z(&name), auth, buf_z(&status));
    buf_fini(&name);
    buf_fini(&status);
}

static int show_all(struct console *c, int argc, char **argv, void *arg)
{
    struct pjsip *p = arg;
    struct outbound_view v;
    uint32_t count = 0;

    console_printf(c, HEAD);
    for (struct outbound *o = outbound_next(p, NULL); o; o = outbound_next(p, o)) {
        outbound_look(o, &v);
        show_one(c, &v);
        count++;
    }
    console_printf(c, console_say(c, "\nНайдено: %u\n\n", "\nObjects found: %u\n\n"), count);
    return 0;
}

static void show_next(struct console *c, const struct outbound_view *v)
{
    if (v->reason[0])
        console_printf(c, console_say(c, " Причина: %s\n", " Reason: %s\n"), reason(c, v));
    if (v->next_s >= 0)
        console_printf(
            c, console_say(c, " Следующий запрос через %lld с\n", " Next request in %llds\n"),
            (long long)v->next_s);
    else
        console_printf(c, "%s",
                       console_say(c, " Следующего запроса не будет: pjsip send register\n",
                                   " No next request: pjsip send register\n"));
    console_printf(c, console_say(c, " Неудач подряд: %u\n", " Failures in a row: %u\n"),
                   v->retries);
}

static int show_whole(struct console *c, int argc, char **argv, void *arg)
{
    struct outbound *o = argc == 1 ? outbound_find(arg, slice_of(argv[0])) : NULL;
    struct outbound_view v;

    if (argc != 1)
        return EINVAL;
    if (!o)
        return nothing(c, argv[0]);
    outbound_look(o, &v);
    console_printf(c, HEAD);
    show_one(c, &v);
    console_printf(c, "\n");
    show_next(c, &v);
    show_fields(c, "registration", v.m);
    return 0;
}

static int send_to(struct console *c, int argc, char **argv, void *arg,
                   int (*act)(struct outbound *o))
{
    struct pjsip *p = arg;
    struct outbound *one;
    unsigned count = 0, failed = 0;
    bool is_all;

    if (argc != 1)
        return EINVAL;
    is_all = !strcmp(argv[0], "*all");
    one = is_all ? outbound_next(p, NULL) : outbound_find(p, slice_of(argv[0]));
    if (!one && !is_all)
        return nothing(c, argv[0]);
    for (struct outbound *o = one; o; o = is_all ? outbound_next(p, o) : NULL) {
        if (act(o))
            failed++;
        else
            count++;
    }
    console_printf(c,
                   console_say(c, "Отправлено запросов: %u, не удалось: %u\n",
                               "Requests sent: %u, failed: %u\n"),
                   count, failed);
    return 0;
}

static int send_register(struct console *c, int argc, char **argv, void *arg)
{
    return send_to(c, argc, argv, arg, outbound_register);
}

static int send_unregister(struct console *c, int argc, char **argv, void *arg)
{
    return send_to(c, argc, argv, arg, outbound_unregister);
}

static void complete(struct console_words *w, int index, void *arg)
{
    struct outbound_view v;

    for (struct outbound *o = outbound_next(arg, NULL); o && index == 0;
         o = outbound_next(arg, o)) {
        outbound_look(o, &v);
        console_offer(w, v.m->name);
    }
}

const struct console_command outbound_commands[] = {
    {"pjsip show registrations", "", "Регистрации станции у операторов: состояние и причина",
     "Registrations at carriers: status and reason", show_all, NULL},
    {"pjsip show registration", "NAME", "Одна регистрация: причина, следующий запрос, все поля",
     "One registration: reason, next request, all fields", show_whole, complete},
    {"pjsip send register", "NAME|*all", "Зарегистрироваться сейчас", "Register now", send_register,
     complete},
    {"pjsip send unregister", "NAME|*all", "Снять регистрацию и больше не регистрироваться",
     "Take a registration back and leave it so", send_unregister, complete},
    {NULL},
};
