/*
 * media/ear.h - what is done with the sound of a stream, where somebody asked for it
 *
 * Scope:   talk and silence told apart, digits heard in the sound (and taken out of it), volume and
 *          muting of both directions. Streams without any of it have no ear: one look at a pointer.
 * Owns:    nothing; the memory is the control loop's, which hands it to the lane with the command that
 *          needs it first.
 * Thread:  the lane's.
 * Cost:    volume is one table look-up a byte; talk one and an addition; digits about 10 us a packet.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "dsp/dtmf_detect.h"
#include "ipc/media.h"

struct media_leg;

enum media_ear_state { MEDIA_EAR_UNKNOWN, MEDIA_EAR_TALKING, MEDIA_EAR_SILENT };

struct media_ear {
    /* talk */
    bool is_detecting;
    uint16_t threshold;
    uint32_t talk_ms, silence_ms;
    enum media_ear_state state;
    uint32_t talked_ms, silent_ms; /* without a break, so far */
    int64_t heard_us;              /* last sound, of any kind */
    int64_t since_us;              /* the state's */
    /* digits */
    bool is_inband;
    struct dtmf_detect digits;
    /* volume: new bytes by codec and old byte */
    bool is_rx_changed, is_tx_changed;
    uint8_t rx[2][256], tx[2][256];
};

/** Detection begins anew (both 0: ends) / volume changes / digits are listened for or not. */
void media_ear_set_detect(struct media_leg *leg, const struct media_detect *d);
void media_ear_set_gain(struct media_leg *leg, const struct media_gain *g);
void media_ear_set_inband(struct media_leg *leg, bool is_on);

/** A packet's sound from the phone / to it; changed in place. */
void media_ear_hear(struct media_leg *leg, uint8_t *bytes, size_t count, uint8_t codec,
                    int64_t now_us);
void media_ear_speak(struct media_leg *leg, uint8_t *bytes, size_t count, uint8_t codec);

/** Nothing may have come: that is silence, too. While detecting, each tick. */
void media_ear_tick(struct media_leg *leg, int64_t now_us);
