/* States of devices: what channels and drivers make of them, and who hears of a change. */
#include "call/device_state.h"
#include "fixture.h"

static enum device_state registered;
static int busy_at;

static enum device_state test_state(void *arg, struct slice resource)
{
    return slice_eqz(resource, "101") ? registered : DEVICE_INVALID;
}

static int test_busy_at(void *arg, struct slice resource)
{
    return busy_at;
}

static const struct channel_tech states_tech = {.name = "PJSIP",
                                                .hangup = fixture_hangup,
                                                .device_state = test_state,
                                                .device_busy_at = test_busy_at};

static int states_init(struct fixture *f)
{
    registered = DEVICE_NOT_INUSE;
    busy_at = 0;
    CHECK_OK(fixture_init(f, 10));
    if (calls_tech_add(f->calls, &states_tech, NULL) == 0)
        return 0;
    fixture_fini(f);
    return ENOMEM;
}

static int leg(struct channel **chp, struct fixture *f, bool is_outgoing)
{
    return channel_alloc(
        chp, f->calls,
        &(struct channel_args){.tech = &states_tech,
                               .resource = "101",
                               .is_outgoing = is_outgoing,
                               .state = is_outgoing ? CHANNEL_DOWN : CHANNEL_RING});
}

static bool is(struct fixture *f, const char *device, enum device_state s)
{
    return device_state_get(f->calls, slice_of(device)) == s;
}

/* Asterisk's order: INVALID UNKNOWN UNAVAILABLE NOT_INUSE ONHOLD RINGING INUSE BUSY RINGINUSE. */
static int several_make_one(void)
{
    static const struct {
        enum device_state a, b, sum;
    } cases[] = {
        {DEVICE_INVALID, DEVICE_INVALID, DEVICE_INVALID},
        {DEVICE_INVALID, DEVICE_UNKNOWN, DEVICE_UNKNOWN},
        {DEVICE_UNKNOWN, DEVICE_UNAVAILABLE, DEVICE_UNAVAILABLE},
        {DEVICE_UNAVAILABLE, DEVICE_NOT_INUSE, DEVICE_NOT_INUSE},
        {DEVICE_NOT_INUSE, DEVICE_ONHOLD, DEVICE_ONHOLD},
        {DEVICE_ONHOLD, DEVICE_INUSE, DEVICE_INUSE},
        {DEVICE_NOT_INUSE, DEVICE_RINGING, DEVICE_RINGING},
        {DEVICE_INUSE, DEVICE_BUSY, DEVICE_BUSY},
        {DEVICE_RINGING, DEVICE_INUSE, DEVICE_RINGINUSE},
        {DEVICE_RINGING, DEVICE_ONHOLD, DEVICE_RINGINUSE},
        {DEVICE_BUSY, DEVICE_RINGING, DEVICE_RINGINUSE},
        {DEVICE_RINGINUSE, DEVICE_BUSY, DEVICE_RINGINUSE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct device_sum sum = {0};

        device_sum_add(&sum, cases[i].a);
        device_sum_add(&sum, cases[i].b);
        CHECK(device_sum_result(&sum) == cases[i].sum);
    }
    return 0;
}

static int names_are_read_back(void)
{
    enum device_state s;

    for (unsigned i = 0; i < DEVICE_STATES; i++) {
        CHECK_OK(device_state_parse(&s, slice_of(device_state_name(i))));
        CHECK(s == i);
        CHECK_OK(device_state_parse(&s, slice_of(device_state_text(i))));
        CHECK(s == i);
    }
    CHECK(device_state_parse(&s, SLICE("nonsense")) == ENOENT);
    return 0;
}

static int channels_make_the_state(void)
{
    struct channel *a = NULL, *b = NULL;
    struct fixture f;
    int err;

    CHECK_OK(states_init(&f));
    CHECK_TO(is(&f, "PJSIP/101", DEVICE_NOT_INUSE) && is(&f, "SIP/101", DEVICE_NOT_INUSE), out);
    CHECK_TO(is(&f, "PJSIP/999", DEVICE_INVALID) && is(&f, "DAHDI/1", DEVICE_INVALID), out);
    CHECK_TO(is(&f, "nonsense", DEVICE_INVALID) && is(&f, "Nosuch:x", DEVICE_INVALID), out);
    CHECK_OK_TO(leg(&a, &f, false), out);
    CHECK_TO(!a->device || is(&f, "SIP/101", DEVICE_INUSE), out);
    channel_on_hold(a, true);
    CHECK_TO(!a->device || is(&f, "PJSIP/101", DEVICE_ONHOLD), out);
    CHECK_OK_TO(leg(&b, &f, true), out);
    channel_on_ringing(b);
    CHECK_TO(!a->device || !b->device || is(&f, "PJSIP/101", DEVICE_RINGINUSE), out);
    channel_hangup(a, CAUSE_NORMAL);
    CHECK_TO(!b->device || is(&f, "PJSIP/101", DEVICE_RINGING), out);
    busy_at = 1;
    channel_on_answered(b);
    CHECK_TO(!b->device || is(&f, "PJSIP/101", DEVICE_BUSY), out);
    channel_hangup(b, CAUSE_NORMAL);
    registered = DEVICE_UNAVAILABLE;
    CHECK_TO(is(&f, "PJSIP/101", DEVICE_UNAVAILABLE), out);
out:
    mem_deref(a);
    mem_deref(b);
    fixture_fini(&f);
    return err;
}

struct heard {
    unsigned count;
    enum device_state last;
    struct device_watch *stops;
};

static void on_state(struct slice device, enum device_state s, void *arg)
{
    struct heard *h = arg;

    h->count++;
    h->last = s;
    if (h->stops)
        device_watch_stop(h->stops);
}

static int watchers_hear_a_change_once(void)
{
    struct device_watch one = {0}, two = {0}, all = {0};
    struct heard heard_one = {0}, heard_two = {0}, heard_all = {0};
    struct channel *ch = NULL;
    struct fixture f;
    int err;

    CHECK_OK(states_init(&f));
    CHECK_OK_TO(device_watch_start(&one, f.calls, SLICE("SIP/101"), on_state, &heard_one), out);
    CHECK_OK_TO(device_watch_start(&two, f.calls, SLICE("PJSIP/101"), on_state, &heard_two), out);
    CHECK_OK_TO(device_watch_start(&all, f.calls, SLICE_NONE, on_state, &heard_all), out);
    heard_one.stops = &two; /* a handler may end the next one's */
    CHECK_OK_TO(leg(&ch, &f, true), out);
    channel_on_ringing(ch);
    channel_on_answered(ch);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(heard_one.count == 1 && heard_one.last == DEVICE_INUSE, out);
    CHECK_TO(heard_two.count == 0 && heard_all.count == 1, out);
    device_state_changed(f.calls, SLICE("PJSIP/101"));
    loop_fake_advance(f.loop, 1);
    CHECK_TO(heard_one.count == 1, out);
    channel_hangup(ch, CAUSE_NORMAL);
    registered = DEVICE_UNAVAILABLE;
    device_state_changed(f.calls, SLICE("PJSIP/101"));
    loop_fake_advance(f.loop, 1);
    CHECK_TO(heard_one.count == 2 && heard_one.last == DEVICE_UNAVAILABLE, out);
out:
    device_watch_stop(&one);
    device_watch_stop(&two);
    device_watch_stop(&all);
    mem_deref(ch);
    fixture_fini(&f);
    return err;
}

/* A leg that is only being made does not use its device yet. */
static int who_hears_of_all_hears_only_changes(void)
{
    struct device_watch all = {0};
    struct heard heard = {0};
    struct channel *ch = NULL;
    struct fixture f;
    int err;

    CHECK_OK(states_init(&f));
    CHECK_OK_TO(device_watch_start(&all, f.calls, SLICE_NONE, on_state, &heard), out);
    CHECK_OK_TO(leg(&ch, &f, true), out);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(heard.count == 0, out);
    channel_on_ringing(ch);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(!ch->device || (heard.count == 1 && heard.last == DEVICE_RINGING), out);
out:
    device_watch_stop(&all);
    mem_deref(ch);
    fixture_fini(&f);
    return err;
}

static unsigned kept, dropped;

static void on_keep(struct slice name, enum device_state s, bool is_gone, void *arg)
{
    kept += slice_eqz(name, "lamp") && s == DEVICE_BUSY && !is_gone;
    dropped += is_gone;
}

static int custom_states_are_set_kept_and_dropped(void)
{
    struct device_watch w = {0};
    struct heard heard = {0};
    struct fixture f;
    int err;

    kept = dropped = 0;
    CHECK_OK(states_init(&f));
    CHECK_TO(is(&f, "Custom:lamp", DEVICE_UNKNOWN), out);
    CHECK_TO(device_custom_set(f.calls, SLICE(""), DEVICE_BUSY) == EINVAL, out);
    device_custom_keeper(f.calls, on_keep, NULL);
    CHECK_OK_TO(device_watch_start(&w, f.calls, SLICE("Custom:lamp"), on_state, &heard), out);
    CHECK_OK_TO(device_custom_set(f.calls, SLICE("lamp"), DEVICE_BUSY), out);
    loop_fake_advance(f.loop, 1);
    CHECK_TO(kept == 1 && heard.count == 1 && heard.last == DEVICE_BUSY, out);
    CHECK_TO(is(&f, "custom:LAMP", DEVICE_BUSY), out);
    device_custom_drop(f.calls, SLICE("lamp"));
    loop_fake_advance(f.loop, 1);
    CHECK_TO(dropped == 1 && heard.count == 2 && is(&f, "Custom:lamp", DEVICE_UNKNOWN), out);
out:
    device_watch_stop(&w);
    fixture_fini(&f);
    return err;
}

static enum device_state queue_state(struct slice name, void *arg)
{
    return slice_eqz(name, "sales") ? DEVICE_RINGING : DEVICE_INVALID;
}

static int a_provider_answers_for_its_word(void)
{
    struct device_provider queue = {.name = "Queue", .get = queue_state};
    struct fixture f;
    int err;

    CHECK_OK(states_init(&f));
    CHECK_OK_TO(device_provider_add(f.calls, &queue), out);
    CHECK_TO(device_provider_add(f.calls, &queue) == EEXIST, out);
    CHECK_TO(is(&f, "Queue:sales", DEVICE_RINGING) && is(&f, "queue:x", DEVICE_INVALID), out);
out:
    fixture_fini(&f);
    return err;
}

UNIT_TESTS(UNIT(several_make_one), UNIT(names_are_read_back), UNIT(channels_make_the_state),
           UNIT(watchers_hear_a_change_once), UNIT(who_hears_of_all_hears_only_changes),
           UNIT(custom_states_are_set_kept_and_dropped), UNIT(a_provider_answers_for_its_word))
