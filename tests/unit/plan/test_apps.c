/* Applications, each with a short story. Expectations were seen on Asterisk 22. */
#include "fixture.h"

#define STORY(name, exten, ms, notes, routing)                                                     \
    static int name(void)                                                                          \
    {                                                                                              \
        return world_story("[main]\n" routing, exten, ms, notes);                                  \
    }

STORY(proceeding_goes_on, "10", 100, "a;end=16;", "10,1,Proceeding()\n10,2,Note(a)\n")
STORY(music_starts_and_stops, "10", 2500, "200;a;music;b;end=16;",
      "10,1,Answer()\n10,2,StartMusicOnHold()\n10,3,Note(a)\n10,4,Wait(2)\n10,5,StopMusicOnHold()\n"
      "10,6,Note(b)\n")
STORY(gosubif_chooses_a_subroutine, "10", 100, "yes 1;no 2;none;end=16;",
      "10,1,GosubIf(1?y,1(1):n,1(2))\n10,2,GosubIf(0?y,1(1):n,1(2))\n10,3,GosubIf(0?y,1(1))\n"
      "10,4,Note(none)\ny,1,Note(yes ${ARG1})\ny,2,Return()\nn,1,Note(no ${ARG1})\nn,2,Return()\n")
STORY(stackpop_forgets_the_way_back, "10", 100, "in;out;end=16;",
      "10,1,Gosub(sub,1)\n10,2,Note(no)\nsub,1,Note(in)\nsub,2,StackPop()\nsub,3,Goto(20,1)\n"
      "20,1,Note(out)\n20,2,Return()\n20,3,Note(no)\n")

UNIT_TESTS(UNIT(proceeding_goes_on), UNIT(music_starts_and_stops),
           UNIT(gosubif_chooses_a_subroutine), UNIT(stackpop_forgets_the_way_back))
