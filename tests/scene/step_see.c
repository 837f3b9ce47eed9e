/* step_see.c - the steps that see something */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "call/calls.h"
#include "far_media.h"
#include "far_tape.h"
#include "step.h"

static const char *state_name(struct ua *u)
{
    static const char *const names[] = {"is calling", "rings", "talks", "has hung up"};
    struct ua_call *c = ua_call_newest(u);

    return c ? names[c->state] : "has no call";
}

static int rings(struct scene *s, const struct step_args *p)
{
    return ua_call_in(p->a, UA_RINGING) ? 0 : scene_fail(s, "%s %s", p->a->name, state_name(p->a));
}

static int does_not_ring(struct scene *s, const struct step_args *p)
{
    return ua_call_in(p->a, UA_RINGING) ? scene_fail(s, "it rings") : 0;
}

static int is_rung_by(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_in(p->a, UA_RINGING);

    if (!c)
        return scene_fail(s, "%s %s", p->a->name, state_name(p->a));
    return c->shown && strcmp(c->shown, p->w[0]) == 0
               ? 0
               : scene_fail(s, "it shows %s", c->shown ? c->shown : "nothing");
}

static int is_called(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);

    if (!c || !c->is_incoming)
        return scene_fail(s, "%s is not called", p->a->name);
    return c->dialed && strcmp(c->dialed, p->w[0]) == 0
               ? 0
               : scene_fail(s, "the call asks for %s", c->dialed ? c->dialed : "nobody");
}

/* The next message that is so, or NULL. What was seen before is not looked at again. */
static struct ua_note *next_note(struct ua *u, const char *what)
{
    struct link *k = u->seen ? list_next(&u->inbox, &u->seen->link) : list_first(&u->inbox);
    int status = atoi(what);

    for (; k; k = list_next(&u->inbox, k)) {
        struct ua_note *n = CONTAINER_OF(k, struct ua_note, link);

        if (status ? !n->msg->is_request && n->msg->status == status
                   : n->msg->is_request && slice_eqz(n->msg->method_text, what))
            return n;
    }
    return NULL;
}

static void tell_inbox(struct ua *u, struct buf *b)
{
    struct link *k = u->seen ? list_next(&u->inbox, &u->seen->link) : list_first(&u->inbox);

    for (; k; k = list_next(&u->inbox, k)) {
        struct sip_msg *m = CONTAINER_OF(k, struct ua_note, link)->msg;

        if (m->is_request)
            buf_printf(b, " %.*s", SLICE_ARG(m->method_text));
        else
            buf_printf(b, " %u", m->status);
    }
}

static int receives(struct scene *s, const struct step_args *p)
{
    struct ua_note *n = next_note(p->a, p->w[0]);
    struct buf b;

    if (n) {
        p->a->seen = n;
        return 0;
    }
    buf_init(&b, 400);
    tell_inbox(p->a, &b);
    scene_fail(s, "%s received since then:%s", p->a->name, b.len ? buf_z(&b) : " nothing");
    buf_fini(&b);
    return 1;
}

static int does_not_receive(struct scene *s, const struct step_args *p)
{
    return next_note(p->a, p->w[0]) ? scene_fail(s, "%s did", p->a->name) : 0;
}

static int look(struct scene *s, const struct step_args *p, bool want)
{
    struct link *k = p->a->seen ? &p->a->seen->link : list_last(&p->a->inbox);
    struct slice m;

    if (!k)
        return scene_fail(s, "%s received nothing", p->a->name);
    m = CONTAINER_OF(k, struct ua_note, link)->msg->bytes;
    return !memmem(m.p, m.len, p->w[0], strlen(p->w[0])) == !want
               ? 0
               : scene_fail(s, "the message is:\n%.*s", SLICE_ARG(m));
}

static int saw(struct scene *s, const struct step_args *p)
{
    return look(s, p, true);
}

static int saw_no(struct scene *s, const struct step_args *p)
{
    return look(s, p, false);
}

static int is_answered(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);

    if (c && c->state == UA_OVER)
        return scene_fail(s, "its call ended with %d", c->status);
    return c && c->state == UA_UP ? 0 : scene_fail(s, "%s %s", p->a->name, state_name(p->a));
}

static int is_refused(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);
    int status = c ? c->status : p->a->register_status;

    return status == p->n ? 0 : scene_fail(s, "it got %d", status);
}

static int is_idle(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);

    if (c && c->state != UA_OVER)
        return scene_fail(s, "%s %s", p->a->name, state_name(p->a));
    return c && timer_is_on(&c->ok_timer) ? scene_fail(s, "it waits for an ACK") : 0;
}

static int hears_text(struct scene *s, struct ua *u, const char *want)
{
    struct ua_call *c = ua_call_newest(u);
    struct buf b;
    int bad = 0;

    buf_init(&b, 400);
    far_media_hears(s->media, &u->addr, &b);
    if (strcmp(buf_z(&b), want) != 0)
        bad = scene_fail(s, "%s hears %s", u->name, buf_z(&b));
    else if (strcmp(want, "nothing") != 0 &&
             (!c || !far_media_has_port(s->media, c->peer_rtp.port)))
        bad = scene_fail(s, "%s was told to send to a port without a stream", u->name);
    buf_fini(&b);
    return bad;
}

static int hears_ua(struct scene *s, struct ua *u, struct ua *other)
{
    char host[ADDR_TEXT];

    return hears_text(s, u, addr_host(&other->addr, host));
}

static int hears(struct scene *s, const struct step_args *p)
{
    return hears_ua(s, p->a, p->b);
}

static int talk(struct scene *s, const struct step_args *p)
{
    return hears_ua(s, p->a, p->b) || hears_ua(s, p->b, p->a);
}

static int hears_file(struct scene *s, const struct step_args *p)
{
    char text[300];

    snprintf(text, sizeof(text), "\"%s\"", p->w[0]);
    return hears_text(s, p->a, text);
}

static int hears_tone(struct scene *s, const struct step_args *p)
{
    char text[300];

    snprintf(text, sizeof(text), "tone %s", p->w[0]);
    return hears_text(s, p->a, text);
}

/* What the engine asked of the media role for its stream, besides addresses. */
static int has_stream(struct scene *s, const struct step_args *p)
{
    const char *is = far_media_marks(s->media, &p->a->addr);

    return strstr(is, p->w[0]) ? 0 : scene_fail(s, "its stream has %s", is);
}

static int hears_word(struct scene *s, const struct step_args *p)
{
    return hears_text(s, p->a, p->w[0]);
}

static int is_recorded(struct scene *s, const struct step_args *p)
{
    struct buf is;
    int err;

    buf_init(&is, 8192);
    far_media_recorded(s->media, &p->a->addr, &is);
    err = strstr(buf_z(&is), p->w[0]) ? 0 : scene_fail(s, "it is recorded:\n%s", buf_z(&is));
    buf_fini(&is);
    return err;
}

static int is_not_recorded(struct scene *s, const struct step_args *p)
{
    struct buf is;
    int err;

    buf_init(&is, 8192);
    far_media_recorded(s->media, &p->a->addr, &is);
    err = is.len ? scene_fail(s, "it is recorded:\n%s", buf_z(&is)) : 0;
    buf_fini(&is);
    return err;
}

static int recording_is(struct scene *s, const struct step_args *p)
{
    const struct far_tapes *t = far_media_tapes(s->media);
    struct buf is;
    int err;

    buf_init(&is, 8192);
    if (!far_tapes_say(t, (unsigned)p->n, &is))
        err = scene_fail(s, "there is none");
    else
        err = strcmp(buf_z(&is), p->w[0]) == 0 ? 0 : scene_fail(s, "it is \"%s\"", buf_z(&is));
    buf_fini(&is);
    return err;
}

static int no_recording(struct scene *s, const struct step_args *p)
{
    struct buf is;
    int err = 0;

    buf_init(&is, 8192);
    if (far_tapes_say(far_media_tapes(s->media), 1, &is))
        err = scene_fail(s, "there is \"%s\"", buf_z(&is));
    buf_fini(&is);
    return err;
}

static int told_to_hold(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);

    return c && c->is_held ? 0 : scene_fail(s, "it was not");
}

static int not_told_to_hold(struct scene *s, const struct step_args *p)
{
    struct ua_call *c = ua_call_newest(p->a);

    return c && !c->is_held ? 0 : scene_fail(s, "it was");
}

static int gets_digits(struct scene *s, const struct step_args *p)
{
    char all[300];

    snprintf(all, sizeof(all), "%s%s", p->a->digits, far_media_digits(s->media, &p->a->addr));
    return strcmp(all, p->w[0]) == 0 ? 0 : scene_fail(s, "it got \"%s\"", all);
}

static long contacts(struct scene *s, const struct ua *u)
{
    char line[200];
    struct buf b;
    long n;

    snprintf(line, sizeof(line), "SELECT count(*) FROM ps_contacts WHERE aor='%s'", u->user);
    buf_init(&b, 100);
    office_value(s, line, &b);
    n = atol(buf_z(&b));
    buf_fini(&b);
    return n;
}

static int is_registered(struct scene *s, const struct step_args *p)
{
    return contacts(s, p->a) > 0 ? 0 : scene_fail(s, "there is no contact");
}

static int is_not_registered(struct scene *s, const struct step_args *p)
{
    return contacts(s, p->a) > 0 ? scene_fail(s, "there is a contact") : 0;
}

static int record(struct scene *s, const struct step_args *p)
{
    return see_record(s, p->w[0]);
}

static int no_record(struct scene *s, const struct step_args *p)
{
    return see_record_count(s, 0);
}

static int n_records(struct scene *s, const struct step_args *p)
{
    return see_record_count(s, p->n);
}

static int golden(struct scene *s, const struct step_args *p)
{
    return see_golden(s, p->w[0]);
}

static int log_has(struct scene *s, const struct step_args *p)
{
    return strstr(buf_z(&s->log), p->w[0]) ? 0 : scene_fail(s, "the log is:\n%s", buf_z(&s->log));
}

static int log_has_no(struct scene *s, const struct step_args *p)
{
    return strstr(buf_z(&s->log), p->w[0]) ? scene_fail(s, "it has") : 0;
}

static int console_says(struct scene *s, const struct step_args *p)
{
    return strstr(buf_z(&s->console), p->w[0])
               ? 0
               : scene_fail(s, "the console said:\n%s", buf_z(&s->console));
}

static int channels(struct scene *s, const struct step_args *p)
{
    uint32_t n = calls_active(engine_calls(s->engine));

    return n == (uint32_t)p->n ? 0 : scene_fail(s, "it has %u", n);
}

static int manager_answers(struct scene *s, const struct step_args *p)
{
    return client_see_answer(p->m, p->w[0]);
}

static int manager_tells(struct scene *s, const struct step_args *p)
{
    return client_see_event(p->m, p->w[0], false);
}

static int manager_tells_next(struct scene *s, const struct step_args *p)
{
    return client_see_event(p->m, p->w[0], true);
}

static int manager_tells_no(struct scene *s, const struct step_args *p)
{
    return client_see_no_event(p->m, p->w[0]);
}

static int is_cut_off(struct scene *s, const struct step_args *p)
{
    return p->m->is_gone ? 0 : scene_fail(s, "%s is connected", p->m->name);
}

const struct step steps_see[] = {
    {"A rings", rings, true},
    {"A does not ring", does_not_ring, true},
    {"A is rung by W", is_rung_by, true},
    {"A is called W", is_called, true},
    {"A receives W", receives, true},
    {"A does not receive W", does_not_receive, true},
    {"A saw T", saw, true},
    {"A saw no T", saw_no, true},
    {"A is answered", is_answered, true},
    {"A is refused with N", is_refused, true},
    {"A is idle", is_idle, true},
    {"A and B talk", talk, true},
    {"A hears B", hears, true},
    {"A hears T", hears_file, true},
    {"A hears tone W", hears_tone, true},
    {"A hears W", hears_word, true},
    {"A has a stream with T", has_stream, true},
    {"A is recorded to T", is_recorded, true},
    {"A is not recorded", is_not_recorded, true},
    {"recording N is T", recording_is, true},
    {"no recording", no_recording},
    {"A is told to hold", told_to_hold, true},
    {"A is not told to hold", not_told_to_hold, true},
    {"A gets digits W", gets_digits, true},
    {"A is registered", is_registered, true},
    {"A is not registered", is_not_registered, true},
    {"record: ...", record},
    {"no record", no_record},
    {"N records", n_records, true},
    {"N record", n_records, true},
    {"records are those of W", golden},
    {"log has T", log_has, true},
    {"log has no T", log_has_no},
    {"console says T", console_says},
    {"the station has N channels", channels, true},
    {"M is answered ...", manager_answers, true},
    {"M sees next ...", manager_tells_next, true},
    {"M sees no ...", manager_tells_no},
    {"M sees ...", manager_tells, true},
    {"M is cut off", is_cut_off, true},
    {NULL},
};
