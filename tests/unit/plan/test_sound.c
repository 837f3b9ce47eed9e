/* VOLUME, MUTEAUDIO: what the media role is told */
#include "fixture.h"

static int volume_is_told_in_decibels(void)
{
    return world_story(
        "[main]\n10,1,Set(VOLUME(TX)=2)\n10,2,Set(VOLUME(RX)=-2)\n"
        "10,3,Set(VOLUME(TX)=1)\n10,4,Set(VOLUME(rx,p)=1000)\n10,5,Set(VOLUME(RX)=0)\n10,6,Wait(1)\n",
        "10", 2000, "gain=0,6;gain=-6,6;gain=-6,0;gain=24,0;gain=0,0;end=16;");
}

static int sound_is_muted_each_way(void)
{
    return world_story("[main]\n10,1,Set(MUTEAUDIO(in)=true)\n10,2,Set(MUTEAUDIO(out)=on)\n"
                       "10,3,Set(MUTEAUDIO(in)=false)\n10,4,Set(MUTEAUDIO(all)=1)\n"
                       "10,5,Set(VOLUME(RX)=2)\n10,6,Set(MUTEAUDIO(all)=0)\n10,7,Wait(1)\n",
                       "10", 2000,
                       "gain=0,0,in;gain=0,0,in,out;gain=0,0,out;gain=0,0,in,out;"
                       "gain=6,0,in,out;gain=6,0;end=16;");
}

static int nonsense_changes_nothing(void)
{
    return world_story(
        "[main]\n10,1,Set(VOLUME(UP)=2)\n10,2,Set(VOLUME(TX)=loud)\n10,3,Set(VOLUME(TX)=)\n"
        "10,4,Set(MUTEAUDIO(left)=true)\n10,5,Set(VOLUME(TX)=nan)\n10,6,Note(${VOLUME(TX)})\n",
        "10", 100, ";end=16;");
}

UNIT_TESTS(UNIT_ONCE(volume_is_told_in_decibels), UNIT_ONCE(sound_is_muted_each_way),
           UNIT_ONCE(nonsense_changes_nothing))
