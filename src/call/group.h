/*
 * call/group.h - groups of channels that the routing counts: GROUP(), GROUP_COUNT()
 *
 * Scope:   a channel is in one group per category; how many are in each is known without looking at
 *          channels. A channel leaves its groups when its call is over.
 * Owns:    the counts, in struct calls.
 * Thread:  the loop's.
 * Limits:  16 categories a channel; names of up to 80 bytes (longer ones are cut).
 * Source:  Asterisk's func_groupcount; names are compared without case.
 */
#pragma once
#include "call/channel.h"

/** Into a group of a category ("" the unnamed one); an empty group: out of it. @return 0; ENOSPC;
 *  ENOMEM */
int channel_group_set(struct channel *ch, struct slice category, struct slice group);

/** @return the group, borrowed; NULL: in none */
const char *channel_group_get(const struct channel *ch, struct slice category);

/** "group@category" of each the channel is in, separated by blanks. @return as buf_add */
int channel_group_list(const struct channel *ch, struct buf *out);

/** How many channels are in it. */
uint32_t calls_group_count(const struct calls *c, struct slice category, struct slice group);

/** Walk all groups that somebody is in. */
typedef void(calls_group_h)(const char *category, const char *group, uint32_t count, void *arg);
void calls_groups_each(const struct calls *c, calls_group_h *h, void *arg);

/** Both ways (base/pack.h): the groups that the channel is in. */
struct pack;
void channel_groups_pack(struct channel *ch, struct pack *k);

/** Out of all (its call is over). */
void channel_groups_leave(struct channel *ch);
