/* media.c - the fields of each message; see media.h */
#include "ipc/media.h"

#define U8(t, m) IPC_FIELD(IPC_U8, struct t, m)
#define BOOL(t, m) IPC_FIELD(IPC_BOOL, struct t, m)
#define U16(t, m) IPC_FIELD(IPC_U16, struct t, m)
#define U32(t, m) IPC_FIELD(IPC_U32, struct t, m)
#define I32(t, m) IPC_FIELD(IPC_I32, struct t, m)
#define U64(t, m) IPC_FIELD(IPC_U64, struct t, m)
#define TEXT(t, m) IPC_FIELD(IPC_TEXT, struct t, m)
#define ADDR(t, m) IPC_FIELD(IPC_ADDR, struct t, m)
#define BYTES(t, m, max) IPC_BYTES_FIELD(struct t, m, max)
#define END                                                                                        \
    {                                                                                              \
        .kind = IPC_END                                                                            \
    }

static const struct ipc_field hello[] = {U64(media_hello, instance), END};

static const struct ipc_field settings[] = {
    U16(media_settings, rtp_start),
    U16(media_settings, rtp_end),
    U32(media_settings, orphan_ms),
    TEXT(media_settings, sounds),
    END,
};

static const struct ipc_field create[] = {
    U32(media_create, id),
    U32(media_create, near),
    ADDR(media_create, local),
    END,
};

static const struct ipc_field remote[] = {
    U32(media_remote, id),
    ADDR(media_remote, rtp),
    ADDR(media_remote, rtcp),
    ADDR(media_remote, signal),
    BOOL(media_remote, is_symmetric),
    BOOL(media_remote, can_send),
    BOOL(media_remote, can_recv),
    BOOL(media_remote, is_held),
    BYTES(media_remote, formats, MEDIA_FORMATS_MAX),
    U8(media_remote, dtmf_payload),
    U8(media_remote, dtmf_local),
    U16(media_remote, ptime_ms),
    U32(media_remote, timeout_ms),
    U32(media_remote, timeout_hold_ms),
    BYTES(media_remote, secret_tx, MEDIA_SECRET_MAX),
    BYTES(media_remote, secret_rx, MEDIA_SECRET_MAX),
    BOOL(media_remote, is_rtcp_mux),
    BOOL(media_remote, is_inband),
    U32(media_remote, keepalive_ms),
    U8(media_remote, tos),
    U8(media_remote, cos),
    BOOL(media_remote, is_codec_free),
    END,
};

static const struct ipc_field join[] = {U32(media_connect, a), U32(media_connect, b), END};
static const struct ipc_field part[] = {U32(media_disconnect, id), END};

static const struct ipc_field play[] = {
    U32(media_play, id),        U32(media_play, play_id), BYTES(media_play, names, MEDIA_NAMES_MAX),
    TEXT(media_play, language), U32(media_play, skip_ms), END,
};

static const struct ipc_field tone[] = {
    U32(media_tone, id),          U32(media_tone, play_id),
    TEXT(media_tone, zone),       BYTES(media_tone, tone, MEDIA_PATH_MAX),
    U32(media_tone, duration_ms), END,
};

static const struct ipc_field moh[] = {
    U32(media_moh, id),
    BYTES(media_moh, directory, MEDIA_PATH_MAX),
    U8(media_moh, sort),
    END,
};

static const struct ipc_field stop[] = {U32(media_stop, id), END};

static const struct ipc_field hold_digits[] = {
    U32(media_hold_digits, id),
    U16(media_hold_digits, events),
    END,
};

static const struct ipc_field send_dtmf[] = {
    U32(media_send_dtmf, id),
    TEXT(media_send_dtmf, digits),
    U16(media_send_dtmf, duration_ms),
    END,
};

static const struct ipc_field echo[] = {U32(media_echo, id), BOOL(media_echo, is_on), END};
static const struct ipc_field get_stats[] = {U32(media_get_stats, id), END};
static const struct ipc_field free_stream[] = {U32(media_free, id), END};

static const struct ipc_field twins[] = {U32(media_twins, a), U32(media_twins, b), END};

static const struct ipc_field control[] = {
    U32(media_control, id),
    U32(media_control, play_id),
    U8(media_control, action),
    I32(media_control, ms),
    END,
};

static const struct ipc_field detect[] = {
    U32(media_detect, id),
    U16(media_detect, threshold),
    U32(media_detect, talk_ms),
    U32(media_detect, silence_ms),
    END,
};

static const struct ipc_field gain[] = {
    U32(media_gain, id),           I32(media_gain, rx_db),        I32(media_gain, tx_db),
    BOOL(media_gain, is_rx_muted), BOOL(media_gain, is_tx_muted), END,
};

static const struct ipc_field sweep[] = {U32(media_sweep, unused), END};

static const struct ipc_field tape[] = {
    U32(media_tape, id),
    U32(media_tape, tape),
    BYTES(media_tape, mixed, MEDIA_PATH_MAX),
    BYTES(media_tape, rx, MEDIA_PATH_MAX),
    BYTES(media_tape, tx, MEDIA_PATH_MAX),
    BOOL(media_tape, is_stereo),
    BOOL(media_tape, is_append),
    BOOL(media_tape, is_joined_only),
    U64(media_tape, begun_us),
    I32(media_tape, rx_db),
    I32(media_tape, tx_db),
    U8(media_tape, muted),
    END,
};

static const struct ipc_field tape_set[] = {
    U32(media_tape_set, tape),
    U8(media_tape_set, muted),
    END,
};

static const struct ipc_field tape_stop[] = {
    U32(media_tape_stop, tape),
    U32(media_tape_stop, cut_ms),
    BOOL(media_tape_stop, is_deleted),
    END,
};

static const struct ipc_field tape_begun[] = {
    U32(media_tape_begun, tape),
    I32(media_tape_begun, err),
    U64(media_tape_begun, begun_us),
    END,
};

static const struct ipc_field tape_ended[] = {
    U32(media_tape_ended, tape),       I32(media_tape_ended, err),
    U32(media_tape_ended, ms),         U64(media_tape_ended, bytes),
    U32(media_tape_ended, rx_packets), U32(media_tape_ended, tx_packets),
    U32(media_tape_ended, lost),       END,
};

static const struct ipc_field created[] = {
    U32(media_created, id),
    I32(media_created, err),
    ADDR(media_created, local),
    END,
};

static const struct ipc_field play_done[] = {
    U32(media_play_done, id),          U32(media_play_done, play_id),  I32(media_play_done, err),
    U32(media_play_done, position_ms), TEXT(media_play_done, missing), END,
};

static const struct ipc_field dtmf[] = {
    U32(media_dtmf, id),
    U8(media_dtmf, digit),
    U16(media_dtmf, duration_ms),
    BOOL(media_dtmf, is_held),
    END,
};

static const struct ipc_field dtmf_done[] = {U32(media_dtmf_done, id), END};

static const struct ipc_field position[] = {
    U32(media_position, id),
    U32(media_position, play_id),
    U32(media_position, ms),
    BOOL(media_position, is_paused),
    END,
};

static const struct ipc_field talk[] = {
    U32(media_talk, id),
    BOOL(media_talk, is_talking),
    U32(media_talk, ms),
    END,
};

static const struct ipc_field timeout[] = {
    U32(media_timeout, id),
    U32(media_timeout, ms),
    BOOL(media_timeout, is_held),
    END,
};

static const struct ipc_field stats[] = {
    U32(media_stats, id),           BOOL(media_stats, is_last), U32(media_stats, rx_packets),
    U32(media_stats, rx_lost),      U64(media_stats, rx_bytes), U32(media_stats, rx_jitter_us),
    U32(media_stats, tx_packets),   U64(media_stats, tx_bytes), U32(media_stats, tx_lost),
    U32(media_stats, tx_jitter_us), U32(media_stats, rtt_us),   U32(media_stats, rtt_max_us),
    U32(media_stats, rx_foreign),   ADDR(media_stats, remote),  END,
};

#define TYPE(id_, struct_, fields_)                                                                \
    {                                                                                              \
        .id = id_, .name = #fields_, .size = sizeof(struct struct_), .fields = fields_             \
    }

static const struct ipc_type types[] = {
    TYPE(MEDIA_HELLO, media_hello, hello),
    TYPE(MEDIA_SETTINGS, media_settings, settings),
    TYPE(MEDIA_CREATE, media_create, create),
    TYPE(MEDIA_REMOTE, media_remote, remote),
    TYPE(MEDIA_CONNECT, media_connect, join),
    TYPE(MEDIA_DISCONNECT, media_disconnect, part),
    TYPE(MEDIA_PLAY, media_play, play),
    TYPE(MEDIA_TONE, media_tone, tone),
    TYPE(MEDIA_MOH, media_moh, moh),
    TYPE(MEDIA_STOP, media_stop, stop),
    TYPE(MEDIA_SEND_DTMF, media_send_dtmf, send_dtmf),
    TYPE(MEDIA_ECHO, media_echo, echo),
    TYPE(MEDIA_GET_STATS, media_get_stats, get_stats),
    TYPE(MEDIA_FREE, media_free, free_stream),
    TYPE(MEDIA_PAIR, media_twins, twins),
    TYPE(MEDIA_CONTROL, media_control, control),
    TYPE(MEDIA_HOLD_DIGITS, media_hold_digits, hold_digits),
    TYPE(MEDIA_DETECT, media_detect, detect),
    TYPE(MEDIA_GAIN, media_gain, gain),
    TYPE(MEDIA_SWEEP, media_sweep, sweep),
    TYPE(MEDIA_TAPE, media_tape, tape),
    TYPE(MEDIA_TAPE_SET, media_tape_set, tape_set),
    TYPE(MEDIA_TAPE_STOP, media_tape_stop, tape_stop),
    TYPE(MEDIA_TAPE_BEGUN, media_tape_begun, tape_begun),
    TYPE(MEDIA_TAPE_ENDED, media_tape_ended, tape_ended),
    TYPE(MEDIA_CREATED, media_created, created),
    TYPE(MEDIA_PLAY_DONE, media_play_done, play_done),
    TYPE(MEDIA_DTMF, media_dtmf, dtmf),
    TYPE(MEDIA_DTMF_DONE, media_dtmf_done, dtmf_done),
    TYPE(MEDIA_TIMEOUT, media_timeout, timeout),
    TYPE(MEDIA_STATS, media_stats, stats),
    TYPE(MEDIA_POSITION, media_position, position),
    TYPE(MEDIA_TALK, media_talk, talk),
    {.name = NULL},
};

const struct ipc_protocol media_protocol = {.name = "media", .types = types};
