/*
 * call/story.h - the story of a call: what the station did with it, step by step, and why
 *
 * Scope:   listens to the facts of call/observe.h, keeps the steps of each call under way, and hands
 *          the finished story out when its last channel is gone. Steps are kept as data and told in
 *          Russian or English when somebody asks, so old stories get better words too.
 * Owns:    a reference to the calls; the stories under way.
 * Thread:  the loop's.
 * Shape:   a story is text. Its first line is "1" (the version) and the start in milliseconds since
 *          1970; then a step a line: milliseconds since the start, number of the channel in
 *          this story, id of the step (story_text.c's table), then its words; tab between, `\t` `\n` `\\`
 *          inside.
 * Limits:  32 KiB a story; what does not fit is left out, and the story says so. Words are cut at 300
 *          bytes.
 * Failure: without memory a step is left out; calls never suffer.
 * Privacy: digits that are dialled while a PIN is asked for (Authenticate, DISA, VMAuthenticate,
 *          VoiceMailMain) are not kept; call/secret.h hides more.
 */
#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/when.h"

struct calls;
struct stories;

/** A cause in words (call/channel.h's, or Russian ones). */
const char *story_cause_text(int cause, bool is_russian);

/** A story is over: borrowed during the call. */
typedef void(story_done_h)(struct slice linkedid, struct wall start, struct slice text, void *arg);

/** Listen to c. done may be NULL. @return 0; ENOMEM */
int stories_alloc(struct stories **sp, struct calls *c, story_done_h *done, void *arg);

/** Keep stories of calls that begin from now on (default: yes). */
void stories_set_on(struct stories *s, bool is_on);

/** The story of a call under way, by linkedid, or by uniqueid or name of a channel of it.
 *  @param text  out: borrowed until the loop goes on. @return 0; ENOENT */
int stories_find(const struct stories *s, struct slice id, struct slice *text);

/** Calls with a story under way. */
uint32_t stories_count(const struct stories *s);

/**
 * Tell a story in sentences, a line each: local time of day, sentence.
 * @return 0; EBADMSG (not a story; what could be told has been); errno of out
 */
int story_tell(struct slice text, bool is_russian, struct buf *out);
