/*
 * call/recording.h - a channel is recorded: under an id, into files, with options
 *
 * Scope:   what MixMonitor and its Manager actions begin and end, as an object on top of a tape. Names of
 *          files are the caller's to choose (plan/recorder.h); what is done with them afterwards is up to
 *          who hears CALL_RECORDING_END.
 * Owns:    a recording belongs to its channel and ends with it; struct calls holds the reference until its
 *          tape has ended. Others borrow it while the loop's round lasts.
 * Facts:   CALL_RECORDING_BEGIN, _MUTE, _STOP, _END (call/observe.h). Each BEGIN is followed by one END, also under
 *          the next engine, unless the whole station dies.
 * Sound:   while a channel is recorded its sound comes through the station (bridge_media_use), and Local
 *          halves stay.
 * Thread:  the engine's loop.
 * Limits:  RECORDINGS_OF_CHANNEL on one channel; TAPES_MAX in all.
 * Source:  Asterisk's app_mixmonitor; docs/recording.md.
 */
#pragma once
#include "call/channel.h"
#include "call/tape.h"

/** Each is a tap on the channel's stream. */
#define RECORDINGS_OF_CHANNEL 8

/** Sides of a channel, as Asterisk's: read is what its far end says, write what it hears. */
enum recording_sides {
    RECORDING_READ = MEDIA_TAPE_RX,
    RECORDING_WRITE = MEDIA_TAPE_TX,
    RECORDING_BOTH = RECORDING_READ | RECORDING_WRITE,
};

struct recording {
    struct link link;        /* calls->recordings */
    struct link of_channel;  /* channel->recordings, while channel is set */
    struct calls *calls;     /* borrowed */
    struct channel *channel; /* borrowed; NULL: it is over, or its channel is */
    struct tape *tape;
    uint32_t journal_slot;

    char id[19];   /* of MixMonitor: "0x" and 16 hex digits; no other recording of now has it */
    char uuid[37]; /* no other recording at all has it */
    char uniqueid[32], linkedid[32]; /* of its channel; linkedid as it was last */
    char *channel_name;
    char *caller, *caller_name;       /* who speaks on the channel, "" unknown */
    char *connected, *connected_name; /* to whom, as it was last */
    char *exten;                      /* where the channel was in the routing when it began */
    char *mixed, *rx, *tx;            /* names below recordings, with extension; NULL: not wanted */
    char *options;                    /* as they were given, NULL: none */
    char *command;                    /* to be run afterwards, filled in; NULL: none */
    bool is_stereo, is_append, is_joined_only;
    bool is_temporary; /* the files are removed as soon as the command is over (option d) */
    bool is_beep_first, is_beep_last; /* it beeps when it begins, is told to end (options p, P) */
    uint8_t muted;                    /* enum recording_sides */
    uint32_t beep_s;                  /* it beeps so often; 0: not */
    struct timer beep;
    struct timer skip; /* on: its time stands still yet (option s) */

    bool is_stopped;   /* nothing more is to be written */
    struct wall begun; /* it was asked for; of the first sample as soon as that is known */
    struct wall ended; /* us 0: not yet */
    int err; /* once ended: 0, or why nothing (ms 0) or not all is in the files: ENOSPC, EACCES ... */
    uint32_t ms; /* once ended: length on the disk, synced */
    uint64_t bytes;
    uint32_t lost, packets;
};

struct recording_args {
    struct slice mixed, rx, tx; /* as struct tape_args; at least one */
    struct slice options, command;
    bool is_stereo, is_append, is_joined_only, is_temporary, is_beep_first, is_beep_last;
    int8_t rx_db, tx_db;
    uint32_t beep_s;  /* 0: no beep */
    uint32_t skip_ms; /* nothing of this time is recorded */
};

static inline struct recording *recording_of_link(struct link *k)
{
    return CONTAINER_OF(k, struct recording, of_channel);
}

/**
 * Record ch from now on.
 * @param rp    out: borrowed, good as long as r->channel; may be NULL
 * @param args  borrowed, copied
 * @return 0; ENOTCONN (no stream, or it ended); EAGAIN (too many); EINVAL (no name); ENAMETOOLONG; ENOMEM
 */
int recording_start(struct recording **rp, struct channel *ch, const struct recording_args *args);

/** End it: no voice of later is in the files. CALL_RECORDING_END follows when they are closed. Harmless twice. */
void recording_stop(struct recording *r);

/** The first of its files that there is, for who tells of it. */
const char *recording_file(const struct recording *r);

/** The recording of that id on ch; an empty id: the newest. NULL: there is none. */
struct recording *recording_find(const struct channel *ch, struct slice id);

/**
 * Silence in place of sides of ch, or their voice again, in all its recordings or in that of an id.
 * @param id     empty: all
 * @param sides  enum recording_sides
 * @return 0; ENOENT (no such recording); ENOMEM
 */
int recording_mute(struct channel *ch, struct slice id, uint8_t sides, bool is_muted);

/** What is said now on ch is nobody's business (a card number is typed): both sides are silent in each of its
 *  recordings, also in one that begins meanwhile, until it is taken back. */
void recording_hide(struct channel *ch, bool is_hidden);

/** ch is over: its recordings end. */
void recording_leave(struct channel *ch);

/** All of now, those whose files are being closed too: LIST_FOREACH, CONTAINER_OF link. */
const struct list *calls_recordings(const struct calls *c);
