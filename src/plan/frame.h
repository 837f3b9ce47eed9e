/*
 * plan/frame.h - the Gosub stack of a run: where to go back, and which variables to put back
 *
 * Owns:    what stood in a variable before a Gosub or LOCAL() hid it.
 * Source:  Asterisk's app_stack: ARG1..ARGn and ARGC belong to the subroutine, those of outer ones
 *          are hidden.
 */
#pragma once
#include "plan/run.h"

#define PLAN_FRAMES_MAX 200
#define PLAN_GOSUB_ARGS_MAX 64

/** Enter: remember the way back, set ARGC and ARG1... @return 0; ENOMEM; ENOSPC (too deep) */
int plan_frame_push(struct plan_run *run, const char *context, const char *exten, int priority,
                    char **args, int count);

/** Set(LOCAL(name)=value). @return 0; ENOENT (in no subroutine); errno of channel_var_set */
int plan_frame_local(struct plan_run *run, struct slice name, struct slice value);

/** Put the variables back and forget the newest frame; go: move there. @return 0; ENOENT (none);
 * ENOMEM */
int plan_frame_pop(struct plan_run *run, bool go);

/** Both ways (base/pack.h): the whole stack. */
struct pack;
void plan_frames_pack(struct plan_run *run, struct pack *k);
/** A number of things that follow, at most `most` (reading more is EBADMSG). @return it */
uint32_t plan_pack_count(struct pack *k, uint32_t count, uint32_t most);
/** The newest frame is a macro's, whose body is the context that the run goes to next. @return 0;
 *  ENOENT (none) */
int plan_frame_set_macro(struct plan_run *run);

/** The steps of a macro are over, or MacroExit: go back behind it. A macro that was left by a Goto to
 *  another context is forgotten. @return 0; ENOENT (in no macro); ENOMEM */
int plan_frame_end_macro(struct plan_run *run);

/** What Gosub does: "[[context,]exten,]priority[(args)]", cut up. @return PLAN_NEXT (moved there);
 *  PLAN_END (no such place, too deep; warned about) */
int plan_gosub(struct plan_run *run, char *where);

/** The nth frame from the newest (1): where its Gosub stood; texts borrowed. @return 0; ENOENT */
int plan_frame_place(const struct plan_run *run, unsigned n, const char **context,
                     const char **exten, int *priority);

/** What the nth frame from the newest (1) of those that hide this variable put aside; absent: none, or
 *  it was not set there. Borrowed until it returns. */
struct slice plan_frame_hidden(const struct plan_run *run, unsigned n, struct slice name);

/** Forget all; variables stay as they are. */
void plan_frames_free(struct plan_run *run);
