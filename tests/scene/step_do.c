/* step_do.c - the steps that do something */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "far_media.h"
#include "far_tape.h"
#include "ipc/console.h"
#include "sip/print.h"
#include "step.h"
#include "store/db.h"

static int result(struct scene *s, int err, const char *what)
{
    return err ? scene_fail(s, "cannot %s: %s", what, strerror(err)) : 0;
}

static int registers(struct scene *s, const struct step_args *p)
{
    int err = ua_register(p->a, p->n ? (uint32_t)p->n : 3600);

    for (int i = 0; !err && !p->a->register_status && i < 100; i++)
        scene_pass(s, 10);
    if (!err && p->a->register_status != 200)
        return scene_fail(s, "%s got %d", p->a->name, p->a->register_status);
    return result(s, err, "register");
}

static int tries_to_register(struct scene *s, const struct step_args *p)
{
    if (p->w_count)
        slice_copy(slice_of(p->w[0]), p->a->password, sizeof(p->a->password));
    return result(s, ua_register(p->a, 3600), "register");
}

/* One more line for all requests outside of calls; "" takes them away. */
static int adds_header(struct scene *s, const struct step_args *p)
{
    size_t used = p->w[0][0] ? strlen(p->a->own_headers) : 0;

    p->a->own_headers[used] = '\0';
    if (p->w[0][0])
        snprintf(p->a->own_headers + used, sizeof(p->a->own_headers) - used, "%s\r\n", p->w[0]);
    return 0;
}

static int unregisters(struct scene *s, const struct step_args *p)
{
    return result(s, ua_register(p->a, 0), "unregister");
}

static int dials(struct scene *s, const struct step_args *p)
{
    return result(s, ua_dial(p->a, p->w[0], p->a->shown, NULL), "dial");
}

static int dials_as(struct scene *s, const struct step_args *p)
{
    return result(s, ua_dial(p->a, p->w[0], p->w[1], NULL), "dial");
}

static int dials_as_with_header(struct scene *s, const struct step_args *p)
{
    return result(s, ua_dial(p->a, p->w[0], p->w[1], p->w[2]), "dial");
}

static int dials_with_header(struct scene *s, const struct step_args *p)
{
    return result(s, ua_dial(p->a, p->w[0], p->a->shown, p->w[1]), "dial");
}

static int dials_with_password(struct scene *s, const struct step_args *p)
{
    slice_copy(slice_of(p->w[1]), p->a->password, sizeof(p->a->password));
    return dials(s, p);
}

static int dials_registrant(struct scene *s, const struct step_args *p)
{
    return result(s, ua_dial_registrant(p->a), "dial: nobody registered there");
}

static int sends_text(struct scene *s, const struct step_args *p)
{
    return result(s, ua_text(p->a, p->w[1], p->w[0]), "send");
}

static int accepts_registrations(struct scene *s, const struct step_args *p)
{
    return result(s, ua_rule_registrar(p->a, (uint32_t)p->n, p->w_count ? p->w[0] : ""), "accept");
}

static int answers_method(struct scene *s, const struct step_args *p)
{
    return result(s, ua_rule_answer(p->a, p->w[0], (unsigned)p->n, p->w_count > 1 ? p->w[1] : ""),
                  "answer");
}

static int answers_as_usual(struct scene *s, const struct step_args *p)
{
    ua_rule_drop(p->a, p->w[0]);
    return 0;
}

static int answers(struct scene *s, const struct step_args *p)
{
    return result(s, ua_answer(p->a, p->w_count ? p->w[0] : ""), "answer: nothing rings");
}

static int sends_status(struct scene *s, const struct step_args *p)
{
    return result(s, ua_respond(p->a, (unsigned)p->n, p->w_count ? p->w[0] : ""),
                  "send: nothing rings");
}

static int sends_without_sdp(struct scene *s, const struct step_args *p)
{
    return result(s, ua_respond(p->a, (unsigned)p->n, "no sdp"), "send: nothing rings");
}

static int asks(struct scene *s, const struct step_args *p)
{
    return result(s, ua_ask(p->a, p->w[0], p->w_count > 1 ? p->w[1] : "", "", ""), "ask: no call");
}

static int updates(struct scene *s, const struct step_args *p)
{
    return result(s, ua_ask(p->a, "UPDATE", "", "application/sdp", "sdp"), "update: no call");
}

static int texts(struct scene *s, const struct step_args *p)
{
    return result(s, ua_ask(p->a, "MESSAGE", "", "text/plain", p->w[0]), "text: no call");
}

/* How the call goes that a REFER asked for. */
static int notifies(struct scene *s, const struct step_args *p)
{
    bool is_first = strncmp(p->w[0], "SIP/2.0 1", 9) == 0;
    char headers[120];

    snprintf(headers, sizeof(headers), "Event: refer\r\nSubscription-State: %s",
             is_first ? "active;expires=60" : "terminated;reason=noresource");
    return result(s, ua_ask(p->a, "NOTIFY", headers, "message/sipfrag;version=2.0", p->w[0]),
                  "notify: no call");
}

/* A key of its block, changed. */
static int describes(struct scene *s, const struct step_args *p)
{
    slice_copy(slice_of(p->w[0]), p->a->profile, sizeof(p->a->profile));
    slice_copy(slice_of(p->w_count > 1 ? p->w[1] : ""), p->a->sdp_lines, sizeof(p->a->sdp_lines));
    return 0;
}

static int hangs_up(struct scene *s, const struct step_args *p)
{
    return result(s, ua_hangup(p->a, false), "hang up: no call");
}

static int cancels(struct scene *s, const struct step_args *p)
{
    return result(s, ua_hangup(p->a, true), "cancel: no call");
}

static int holds(struct scene *s, const struct step_args *p)
{
    return result(s, ua_hold(p->a, true), "hold: no call");
}

static int resumes(struct scene *s, const struct step_args *p)
{
    return result(s, ua_hold(p->a, false), "resume: no call");
}

static int presses(struct scene *s, const struct step_args *p)
{
    for (const char *d = p->w[0]; *d; d++) {
        if (p->a->is_info) {
            if (ua_info(p->a, *d))
                return scene_fail(s, "%s has no call", p->a->name);
        } else if (!far_media_digit(s->media, &p->a->addr, *d)) {
            return scene_fail(s, "the station expects no telephone-events from %s", p->a->name);
        }
        scene_pass(s, 50);
    }
    return 0;
}

static int falls_silent(struct scene *s, const struct step_args *p)
{
    far_media_silence(s->media, &p->a->addr);
    return 0;
}

static int talks_again(struct scene *s, const struct step_args *p)
{
    far_media_talk(s->media, &p->a->addr);
    return 0;
}

static int is_busy(struct scene *s, const struct step_args *p)
{
    p->a->mode = UA_BUSY;
    return 0;
}

static int is_deaf(struct scene *s, const struct step_args *p)
{
    p->a->mode = UA_DEAF;
    return 0;
}

static int is_normal(struct scene *s, const struct step_args *p)
{
    p->a->mode = UA_NORMAL;
    return 0;
}

static int goes_away(struct scene *s, const struct step_args *p)
{
    net_fake_cut(s->net, &p->a->addr, true);
    return 0;
}

static int comes_back(struct scene *s, const struct step_args *p)
{
    net_fake_cut(s->net, &p->a->addr, false);
    return 0;
}

static int reconnects(struct scene *s, const struct step_args *p)
{
    return result(s, ua_reconnect(p->a), "connect");
}

/* The block up to a single dot, with CRLF. */
static int sends_block(struct scene *s, const struct step_args *p)
{
    struct buf b;
    int err;

    buf_init(&b, 60000);
    while (++s->line < s->count && strcmp(s->lines[s->line], ".") != 0) {
        const char *line = s->lines[s->line];

        if (strncmp(line, "long ", 5) == 0) { /* "long NAME: 3000": a header of that many x */
            const char *number = strrchr(line, ' ');

            buf_printf(&b, "%.*s ", (int)(number - line - 5), line + 5);
            for (int i = atoi(number); i > 0; i--)
                buf_addc(&b, 'x');
            buf_addz(&b, "\r\n");
        } else {
            buf_printf(&b, "%s\r\n", line);
        }
    }
    err = ua_send(p->a, buf_slice(&b), &p->a->station);
    buf_fini(&b);
    return result(s, err, "send");
}

static int after_s(struct scene *s, const struct step_args *p)
{
    char *end;
    double n = strtod(p->w[0], &end);

    if (*end)
        return scene_fail(s, "%s is no number", p->w[0]);
    scene_pass(s, (uint64_t)(n * 1000 + 0.5));
    return 0;
}

static int after_ms(struct scene *s, const struct step_args *p)
{
    scene_pass(s, (uint64_t)p->n);
    return 0;
}

static int loses(struct scene *s, const struct step_args *p)
{
    net_fake_delay(s->net, 0, (uint32_t)p->n);
    return 0;
}

static int delays(struct scene *s, const struct step_args *p)
{
    net_fake_delay(s->net, (uint32_t)p->n, 0);
    return 0;
}

static int error_named(struct scene *s, const char *name, int *err)
{
    static const struct {
        const char *name;
        int err;
    } errors[] = {{"ENOSPC", ENOSPC}, {"EACCES", EACCES}, {"EINVAL", EINVAL},
                  {"EIO", EIO},       {"EROFS", EROFS},   {"EMFILE", EMFILE}};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        *err = errors[i].err;
        if (strcmp(name, errors[i].name) == 0)
            return 0;
    }
    return scene_fail(s, "no such error: %s", name);
}

static int refuses_recording(struct scene *s, const struct step_args *p)
{
    int why, err = error_named(s, p->w[0], &why);

    if (!err)
        far_tapes_refuse(far_media_tapes(s->media), why);
    return err;
}

static int breaks_recordings(struct scene *s, const struct step_args *p)
{
    int why, err = error_named(s, p->w[0], &why);

    if (!err)
        far_tapes_break(far_media_tapes(s->media), why);
    return err;
}

static int names(struct scene *s, const struct step_args *p)
{
    return result(s, dns_fake_add_addr(s->dns, p->w[0], &p->a->addr), "name");
}

static int cut_names(struct scene *s, const struct step_args *p)
{
    dns_fake_cut(s->dns, true);
    return 0;
}

static int heal_names(struct scene *s, const struct step_args *p)
{
    dns_fake_cut(s->dns, false);
    return 0;
}

static int lags(struct scene *s, const struct step_args *p)
{
    loop_fake_lag(s->loop, (uint64_t)p->n);
    return 0;
}

static int lock(struct scene *s, const struct step_args *p)
{
    char path[128];
    int err;

    snprintf(path, sizeof(path), "%s/station.db", s->state);
    err = db_open(&s->locker, path, DB_WRITE);
    if (!err)
        err = db_begin(s->locker);
    return result(s, err, "lock");
}

static int unlock(struct scene *s, const struct step_args *p)
{
    if (s->locker)
        db_rollback(s->locker);
    s->locker = mem_deref(s->locker);
    return 0;
}

static int sql(struct scene *s, const struct step_args *p)
{
    return office_sql(s, p->w[0]);
}

static int restarts(struct scene *s, const struct step_args *p)
{
    return scene_stop(s) || scene_start(s);
}

static int is_killed(struct scene *s, const struct step_args *p)
{
    return scene_kill(s) || scene_take_over(s);
}

static void console_out(struct slice text, void *arg)
{
    buf_adds(&((struct scene *)arg)->console, text);
}

static void console_done(int err, bool is_streaming, void *arg)
{
}

static int console(struct scene *s, const struct step_args *p)
{
    struct console *c = NULL;
    int err;

    buf_reset(&s->console);
    err = console_alloc(&c, s->loop, false, console_out, console_done, s);
    if (!err) {
        engine_run_command(s->engine, c, slice_of(p->w[0]));
        loop_fake_settle(s->loop);
        console_close(c);
        mem_deref(c);
    }
    if (s->is_verbose)
        printf("%s", buf_z(&s->console));
    return result(s, err, "run it");
}

static int comes_in(struct scene *s, const struct step_args *p)
{
    return client_come(p->m, p->w_count ? p->w[0] : "");
}

static int leaves(struct scene *s, const struct step_args *p)
{
    client_leave(p->m);
    return 0;
}

static int asks_manager(struct scene *s, const struct step_args *p)
{
    return client_ask(p->m, p->w[0]);
}

const struct step steps_do[] = {
    {"A registers", registers},
    {"A registers for N s", registers},
    {"A registers with password W", tries_to_register},
    {"A tries to register", tries_to_register},
    {"A adds header T", adds_header},
    {"A unregisters", unregisters},
    {"A dials W", dials},
    {"A dials W as W", dials_as},
    {"A dials W as W with header T", dials_as_with_header},
    {"A dials W with header T", dials_with_header},
    {"A dials W with password W", dials_with_password},
    {"A dials its registrant", dials_registrant},
    {"A sends text T to W", sends_text},
    {"A accepts registrations", accepts_registrations},
    {"A accepts registrations for N s", accepts_registrations},
    {"A accepts registrations with password W", accepts_registrations},
    {"A answers W with N", answers_method},
    {"A answers W with N and header T", answers_method},
    {"A does not answer W", answers_method},
    {"A answers W as usual", answers_as_usual},
    {"A answers", answers},
    {"A answers with header T", answers},
    {"A refuses with N", sends_status},
    {"A refuses with N and header T", sends_status},
    {"A sends N", sends_status},
    {"A sends N with header T", sends_status},
    {"A sends N without SDP", sends_without_sdp},
    {"A asks W", asks},
    {"A asks W with header T", asks},
    {"A updates", updates},
    {"A texts T", texts},
    {"A notifies T", notifies},
    {"A describes its sound as W", describes},
    {"A describes its sound as W with T", describes},
    {"A hangs up", hangs_up},
    {"A cancels without waiting", cancels},
    {"A holds", holds},
    {"A resumes", resumes},
    {"A presses W", presses},
    {"A falls silent", falls_silent},
    {"A talks again", talks_again},
    {"A is busy now", is_busy},
    {"A does not react", is_deaf},
    {"A reacts again", is_normal},
    {"A goes away", goes_away},
    {"A comes back", comes_back},
    {"A reconnects", reconnects},
    {"A sends:", sends_block},
    {"after W s", after_s},
    {"after N ms", after_ms},
    {"the network loses every N packet", loses},
    {"the network takes N ms", delays},
    {"A has the name W", names},
    {"the name server is gone", cut_names},
    {"the name server is back", heal_names},
    {"the station lags N ms", lags},
    {"the database is locked", lock},
    {"the database is free", unlock},
    {"sql ...", sql},
    {"the station restarts", restarts},
    {"the engine is killed", is_killed},
    {"console: ...", console},
    {"media refuses the next recording with W", refuses_recording},
    {"media breaks all recordings with W", breaks_recordings},
    {"M comes in", comes_in},
    {"M comes in with ...", comes_in},
    {"M leaves", leaves},
    {"M asks ...", asks_manager},
    {NULL},
};
