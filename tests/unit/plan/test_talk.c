/* Applications that listen to the caller, and plays that digits control: WaitForSilence, WaitForNoise,
   BackgroundDetect, ControlPlayback, StreamEcho. */
#include "fixture.h"

/* At that time: a digit, or the media role tells of talk ('t') and silence ('s'). */
struct happening {
    uint64_t at_ms;
    char what;
};

static void happen(struct world *w, struct channel *ch, char what)
{
    const struct media_talk m = {.id = w->stream_id, .is_talking = what == 't', .ms = 100};

    if (what == 't' || what == 's')
        ipc_send(w->far, MEDIA_TALK, &m);
    else
        channel_on_dtmf(ch, what, 100);
}

static int heard_story(const char *routing, const struct happening *all, size_t count, uint64_t ms,
                       const char *notes)
{
    struct world w;
    struct channel *ch = NULL;
    uint64_t now = 0;
    int err;

    CHECK_OK(world_init(&w));
    CHECK_OK_TO(world_route(&w, routing), out);
    CHECK_OK_TO(world_dial(&w, "10", &ch), out);
    for (size_t i = 0; i < count; i++) {
        loop_fake_advance(w.loop, all[i].at_ms - now);
        now = all[i].at_ms;
        happen(&w, ch, all[i].what);
    }
    loop_fake_advance(w.loop, ms - now);
    CHECK_TO(world_saw(&w, notes), out);
out:
    mem_deref(ch);
    world_fini(&w);
    return err;
}

#define HEARD(name, ms, notes, routing, ...)                                                       \
    static int name(void)                                                                          \
    {                                                                                              \
        static const struct happening all[] = {__VA_ARGS__};                                       \
                                                                                                   \
        return heard_story("[main]\n" routing, all, sizeof(all) / sizeof(all[0]), ms, notes);      \
    }

HEARD(
    silence_and_noise_are_waited_for, 3000, "200;SILENCE;NOISE;TIMEOUT;end=16;",
    "10,1,WaitForSilence(500)\n10,2,Note(${WAITSTATUS})\n10,3,WaitForNoise(100)\n10,4,Note(${WAITSTATUS})\n"
    "10,5,WaitForNoise(100,1,1)\n10,6,Note(${WAITSTATUS})\n",
    {100, 't'}, {700, 's'}, {900, 't'})
HEARD(speech_over_a_file_leads_to_talk, 3000, "200;talk;end=16;",
      "10,1,BackgroundDetect(hello,200,100)\n10,2,Note(no)\ntalk,1,Note(talk)\n", {100, 't'},
      {600, 's'})
HEARD(speech_too_short_does_not_count, 3000, "200;on;end=16;",
      "10,1,BackgroundDetect(hello,200,100)\n10,2,Note(on)\ntalk,1,Note(talk)\n", {100, 't'},
      {350, 's'})
HEARD(a_digit_over_a_file_begins_an_extension, 9000, "200;five;end=16;",
      "10,1,BackgroundDetect(hello)\n10,2,Note(no)\n5,1,Note(five)\n", {300, '5'})
HEARD(
    a_controlled_file_plays_to_its_end, 3000, "200;SUCCESS  -1;end=16;",
    "10,1,ControlPlayback(hello)\n10,2,Note(${CPLAYBACKSTATUS} ${CPLAYBACKSTOPKEY} ${CPLAYBACKOFFSET})\n",
    {100, '#'}, {200, '*'}, {300, '7'})
HEARD(
    a_digit_stops_a_controlled_file, 3000, "200;USERSTOPPED 9 300;end=16;",
    "10,1,ControlPlayback(hello,1000,6,4,9,5,7)\n10,2,Note(${CPLAYBACKSTATUS} ${CPLAYBACKSTOPKEY} ${CPLAYBACKOFFSET})\n",
    {100, '5'}, {200, '5'}, {250, '7'}, {300, '9'})
HEARD(a_controlled_file_begins_where_it_shall, 3000, "200;seek=700;SUCCESS;end=16;",
      "10,1,ControlPlayback(hello,,,,,,,o(700))\n10,2,Note(${CPLAYBACKSTATUS})\n", {2000, '1'})
HEARD(a_controlled_file_that_is_missing, 3000, "200;ERROR;end=16;",
      "10,1,ControlPlayback(nosuch)\n10,2,Note(${CPLAYBACKSTATUS})\n", {2000, '1'})
HEARD(streamecho_ends_by_pound, 3000, "200;echo;no echo;on;end=16;",
      "10,1,Answer()\n10,2,StreamEcho(2)\n10,3,Wait(1)\n10,4,Note(on)\n", {300, '1'}, {500, '#'})

HEARD(morse_is_sent_letter_by_letter, 3000,
      "200;tone=!800/80,!0/80,!800/240,!0/80;tone=!800/80,!0/80;on;end=16;",
      "10,1,Morsecode(a e)\n10,2,Note(on)\n", {2900, '1'})

UNIT_TESTS(UNIT(morse_is_sent_letter_by_letter), UNIT(silence_and_noise_are_waited_for),
           UNIT(speech_over_a_file_leads_to_talk), UNIT(speech_too_short_does_not_count),
           UNIT(a_digit_over_a_file_begins_an_extension), UNIT(a_controlled_file_plays_to_its_end),
           UNIT(a_digit_stops_a_controlled_file), UNIT(a_controlled_file_that_is_missing),
           UNIT_ONCE(a_controlled_file_begins_where_it_shall), UNIT(streamecho_ends_by_pound))
