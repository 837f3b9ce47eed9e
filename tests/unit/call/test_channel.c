/* Birth, events and end of channels. */
#include "fixture.h"

static int names_and_ids_are_asterisks(void)
{
    struct fixture f;
    struct channel *a = NULL, *b = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&a, &f, NULL), out);
    CHECK_OK_TO(channel_set(&a->exten, SLICE("102")), out);
    CHECK_OK_TO(channel_set(&a->accountcode, SLICE("sales")), out);
    CHECK_OK_TO(party_set(&a->caller, SLICE("101"), SLICE("Анна")), out);
    CHECK_OK_TO(fixture_channel(&b, &f, a), out);
    CHECK_TO(strcmp(a->name, "Test/101-00000000") == 0, out);
    CHECK_TO(strcmp(b->name, "Test/102-00000001") == 0, out);
    CHECK_TO(strcmp(a->uniqueid, "1700000000.0") == 0, out);
    CHECK_TO(strcmp(b->uniqueid, "1700000000.1") == 0, out);
    CHECK_TO(strcmp(b->linkedid, a->uniqueid) == 0, out);
    CHECK_TO(strcmp(b->connected.number, "101") == 0 && strcmp(b->connected.name, "Анна") == 0,
             out);
    CHECK_TO(strcmp(b->caller.number, "102") == 0 && strcmp(b->peeraccount, "sales") == 0, out);
    CHECK_TO(calls_channel_find(f.calls, SLICE("test/101-00000000")) == a, out);
    CHECK_TO(calls_channel_find(f.calls, SLICE("1700000000.1")) == b, out);
out:
    fixture_fini(&f);
    mem_deref(a);
    mem_deref(b);
    return err;
}

static int too_many_channels_are_refused(void)
{
    struct fixture f;
    struct channel *a = NULL, *b = NULL, *c = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 2));
    CHECK_OK_TO(fixture_channel(&a, &f, NULL), out);
    CHECK_OK_TO(fixture_channel(&b, &f, NULL), out);
    err = fixture_channel(&c, &f, NULL);
    CHECK_TO(err == EAGAIN || err == ENOMEM, out);
    CHECK_TO(err == ENOMEM || (calls_active(f.calls) == 2 && calls_peak(f.calls) == 2), out);
    err = err == ENOMEM ? ENOMEM : 0;
    if (err)
        goto out;
    channel_hangup(a, CAUSE_NORMAL);
    CHECK_OK_TO(fixture_channel(&c, &f, NULL), out);
out:
    fixture_fini(&f);
    mem_deref(a);
    mem_deref(b);
    mem_deref(c);
    return err;
}

static int a_hangup_ends_it_once(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(channel_answer(ch), out);
    CHECK_OK_TO(channel_answer(ch), out);
    CHECK_TO(f.answers == 1 && ch->state == CHANNEL_UP, out);
    channel_hangup(ch, CAUSE_BUSY);
    channel_hangup(ch, CAUSE_NORMAL);
    CHECK_TO(f.hangups == 1 && f.last_cause == CAUSE_BUSY && ch->cause == CAUSE_BUSY, out);
    CHECK_TO(calls_active(f.calls) == 0 && !calls_channel_find(f.calls, slice_of(ch->name)), out);
    CHECK_TO(channel_answer(ch) == ECONNRESET, out);
    CHECK_TO(f.records == 1 && strcmp(f.disposition, "ANSWERED") == 0, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    return err;
}

static int nothing_is_sent_to_who_is_gone(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    channel_hangup(ch, CAUSE_BUSY);
    CHECK_TO(f.hangups == 0 && ch->cause == CAUSE_NORMAL, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    return err;
}

static int events_keep_order_and_a_hangup_always_fits(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    struct event_queue *q = NULL;
    struct channel_event ev;
    unsigned digits = 0, hangups = 0;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(event_queue_alloc(&q), out);
    channel_attach(ch, q);
    for (int i = 0; i < 300; i++)
        channel_on_dtmf(ch, '1', 100);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    channel_on_dtmf(ch, '2', 100); /* after the end nothing comes */
    while (event_queue_wait(q, 0, &ev) == 0) {
        digits += ev.type == CHANNEL_EV_DTMF;
        hangups += ev.type == CHANNEL_EV_HANGUP;
        CHECK_TO(ev.type != CHANNEL_EV_DTMF || (ev.digit == '1' && !hangups), out);
        channel_event_done(&ev);
    }
    CHECK_TO(hangups == 1, out); /* also when an allocation fails */
    CHECK_TO(unit_is_rerun() || digits == 256, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    mem_deref(q);
    return err;
}

static int an_event_put_back_comes_first(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    struct event_queue *q = NULL;
    struct channel_event ev;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    CHECK_OK_TO(event_queue_alloc(&q), out);
    channel_attach(ch, q);
    channel_on_hangup(ch, CAUSE_NORMAL, 0);
    CHECK_TO(event_queue_wait(q, 0, &ev) == 0, out);
    event_queue_unget(q, &ev);
    CHECK_TO(event_queue_wait(q, 0, &ev) == 0 && ev.type == CHANNEL_EV_HANGUP, out);
    channel_event_done(&ev);
    CHECK_TO(event_queue_wait(q, 0, &ev) == ETIMEDOUT, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    mem_deref(q);
    return err;
}

static int the_absolute_timeout_ends_the_call(void)
{
    struct fixture f;
    struct channel *ch = NULL;
    int err = 0;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&ch, &f, NULL), out);
    channel_set_absolute_timeout(ch, 3000);
    loop_fake_advance(f.loop, 2999);
    CHECK_TO(!ch->is_hungup, out);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(ch->is_hungup && ch->is_timed_out && !ch->is_gone, out);
out:
    fixture_fini(&f);
    mem_deref(ch);
    return err;
}

static bool is_closed;

static void closed(void *arg)
{
    is_closed = true;
}

static int a_shutdown_waits_and_then_insists(void)
{
    struct fixture f;
    struct channel *a = NULL, *b = NULL, *c = NULL;
    int err = 0;

    is_closed = false;
    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(fixture_channel(&a, &f, NULL), out);
    CHECK_OK_TO(fixture_channel(&b, &f, NULL), out);
    CHECK_OK_TO(channel_answer(b), out); /* so that it gives a record */
    calls_shutdown(f.calls, 500, closed, NULL);
    CHECK_TO(a->is_hungup && b->is_hungup, out);
    err = fixture_channel(&c, &f, NULL);
    CHECK_TO(err == EAGAIN || err == ENOMEM, out);
    err = 0;
    channel_hangup(a, CAUSE_NORMAL);
    loop_fake_advance(f.loop, 499);
    CHECK_TO(!is_closed, out);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(is_closed && b->is_ended && f.records == 1, out);
out:
    fixture_fini(&f);
    mem_deref(a);
    mem_deref(b);
    mem_deref(c);
    return err;
}

static int sip_is_another_name_for_pjsip(void)
{
    static const struct channel_tech pjsip = {.name = "PJSIP"};
    struct fixture f;
    int arg, err = 0;
    void *got = NULL;

    CHECK_OK(fixture_init(&f, 10));
    CHECK_OK_TO(calls_tech_add(f.calls, &pjsip, &arg), out);
    CHECK_TO(calls_tech_find(f.calls, SLICE("sip"), &got) == &pjsip && got == &arg, out);
    CHECK_TO(calls_tech_add(f.calls, &pjsip, NULL) == EEXIST, out);
    CHECK_TO(!calls_tech_find(f.calls, SLICE("IAX2"), NULL), out);
out:
    fixture_fini(&f);
    return err;
}

UNIT_TESTS(UNIT(names_and_ids_are_asterisks), UNIT(too_many_channels_are_refused),
           UNIT(a_hangup_ends_it_once), UNIT(nothing_is_sent_to_who_is_gone),
           UNIT(events_keep_order_and_a_hangup_always_fits), UNIT(an_event_put_back_comes_first),
           UNIT(the_absolute_timeout_ends_the_call), UNIT(a_shutdown_waits_and_then_insists),
           UNIT(sip_is_another_name_for_pjsip))
