/*
 * model/snapshot.h - the whole configuration, in memory, as it was at one moment
 *
 * Scope:   what the tables say, checked and typed, with names already resolved to objects. Built
 *          on a worker's thread, handed to the loop, never changed: a change in the database
 *          makes a new one.
 * Owns:    everything it points to. Counted: who keeps a pointer into it over a wait (a call
 *          keeps its endpoint) keeps a reference to the snapshot as well.
 * Shape:   texts are never NULL: "" is "not set". Lists may be empty. `name` of an object is its
 *          id.
 * Cost:    finding O(1); an endpoint with its address of record and authentication under 1.5 kB;
 *          equal texts are kept once.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/slice.h"
#include "model/codec.h"
#include "model/report.h"
#include "store/db.h"

struct model_names {
    const char *const *v;
    uint32_t count;
};

struct model_order {
    uint8_t count;
    uint8_t v[7]; /* values of the field's enum, the first first */
};

struct model_nets {
    const struct addr_net *v;
    uint32_t count;
};

struct model_callerid {
    const char *name, *number;
};

struct model_var {
    const char *name, *value;
};

struct model_vars {
    const struct model_var *v;
    uint32_t count;
};

struct model_rule {
    struct addr_net net;
    bool is_permit;
    bool begins_list; /* of several lists each must allow */
};

struct model_rules {
    const struct model_rule *v;
    uint32_t count;
};

/* ---- enums of fields; the texts are the choices in model/fields_*.c, same order ---- */

enum model_dtmf {
    MODEL_DTMF_RFC4733,
    MODEL_DTMF_INBAND,
    MODEL_DTMF_INFO,
    MODEL_DTMF_AUTO,
    MODEL_DTMF_AUTO_INFO,
    MODEL_DTMF_NONE
};
enum model_auth_type {
    MODEL_AUTH_USERPASS,
    MODEL_AUTH_MD5,
    MODEL_AUTH_DIGEST,
    MODEL_AUTH_GOOGLE_OAUTH
};
enum model_algorithm { MODEL_ALG_MD5, MODEL_ALG_SHA256, MODEL_ALG_SHA512_256 };
enum model_protocol { MODEL_UDP, MODEL_TCP, MODEL_TLS, MODEL_WS, MODEL_WSS, MODEL_FLOW };
enum model_identify_by {
    MODEL_BY_USERNAME,
    MODEL_BY_AUTH_USERNAME,
    MODEL_BY_IP,
    MODEL_BY_HEADER,
    MODEL_BY_REQUEST_URI,
    MODEL_BY_ANONYMOUS
};
enum model_privacy {
    MODEL_PRIVACY_ALLOWED_NOT_SCREENED,
    MODEL_PRIVACY_ALLOWED_PASSED,
    MODEL_PRIVACY_ALLOWED_FAILED,
    MODEL_PRIVACY_ALLOWED,
    MODEL_PRIVACY_PROHIB_NOT_SCREENED,
    MODEL_PRIVACY_PROHIB_PASSED,
    MODEL_PRIVACY_PROHIB_FAILED,
    MODEL_PRIVACY_PROHIB,
    MODEL_PRIVACY_UNAVAILABLE
};

enum model_rel100 { MODEL_100REL_NO, MODEL_100REL_REQUIRED, MODEL_100REL_PEER, MODEL_100REL_YES };
enum model_timers {
    MODEL_TIMERS_NO,
    MODEL_TIMERS_YES,
    MODEL_TIMERS_REQUIRED,
    MODEL_TIMERS_ALWAYS,
    MODEL_TIMERS_FORCED
};
enum model_encryption { MODEL_ENCRYPTION_NO, MODEL_ENCRYPTION_SDES };
enum model_redirect { MODEL_REDIRECT_USER, MODEL_REDIRECT_URI_CORE, MODEL_REDIRECT_URI_PJSIP };
enum model_refresh { MODEL_REFRESH_INVITE, MODEL_REFRESH_REINVITE, MODEL_REFRESH_UPDATE };
enum model_glare { MODEL_GLARE_NONE, MODEL_GLARE_OUTGOING, MODEL_GLARE_INCOMING };
enum model_offer_pref {
    MODEL_OFFER_LOCAL,
    MODEL_OFFER_LOCAL_FIRST,
    MODEL_OFFER_REMOTE,
    MODEL_OFFER_REMOTE_FIRST,
    MODEL_OFFER_LOCAL_MERGE,
    MODEL_OFFER_REMOTE_MERGE
};

enum model_sort { MODEL_SORT_NONE, MODEL_SORT_ALPHA, MODEL_SORT_RANDOM, MODEL_SORT_RANDSTART };

/* ---- objects ---- */

/** A user of the Manager. */
struct model_manager {
    struct hash_link link;
    const char *name, *secret;
    struct model_names read, write; /* names of classes */
    struct model_rules rules;       /* acl, deny and permit together */
    struct model_names acl_names;
    struct model_nets deny, permit;
    const char *eventfilter; /* one a line */
    bool allows_many, is_announced;
};

struct model_acl {
    struct hash_link link;
    const char *name;
    struct model_rules rules;
};

struct model_auth {
    struct hash_link link;
    const char *name;
    const char *username, *password, *md5_cred, *realm;
    const char *password_digest;   /* "MD5:<hash>,SHA-256:<hash>": also in the next and md5_cred */
    const char *sha256_cred;       /* 64 hex digits, "" none */
    const char *sha512_cred;       /* the same of SHA-512/256 */
    int32_t nonce_lifetime;        /* seconds */
    uint8_t type;                  /* enum model_auth_type */
    struct model_order algorithms; /* offered and accepted as server; empty: MD5 and SHA-256 */
    struct model_order algorithms_uac;
};

struct model_aor {
    struct hash_link link;
    const char *name;
    struct model_names contacts;                                        /* permanent */
    int32_t default_expiration, minimum_expiration, maximum_expiration; /* seconds */
    int32_t max_contacts;
    int32_t qualify_frequency; /* seconds, 0 never */
    uint32_t qualify_timeout;  /* milliseconds */
    const char *outbound_proxy;
    const char *mailboxes, *voicemail_extension;
    bool remove_existing, remove_unavailable, authenticate_qualify, qualify_2xx_only, support_path;
};

struct model_transport {
    struct hash_link link;
    const char *name;
    uint8_t protocol; /* enum model_protocol */
    struct addr bind;
    struct model_nets local_net;
    const char *external_media_address; /* address or host's name */
    const char *external_signaling_address;
    int32_t external_signaling_port; /* 0: the one bound */
    const char *cert_file, *priv_key_file, *ca_list_file, *ca_list_path, *cipher, *password;
    const char *tos_text; /* "cs3", "af31", "ef", "0x60", "96" */
    int32_t tos, cos;     /* the byte that it means; 802.1p; 0 none */
    int32_t tcp_keepalive_idle, tcp_keepalive_interval, tcp_keepalive_probes; /* seconds, count */
    uint8_t method; /* model_tls_method says it */
    bool verify_server, verify_client, require_client_cert;
    bool allow_wildcard_certs, tcp_keepalive;
};

/** What a call obeys of its endpoint besides texts: plain values, so that a call copies them whole. */
struct model_call_options {
    struct addr media_address; /* a literal media_host; AF_UNSPEC: a name, or not set */
    int32_t timers_min_se, timers_sess_expires; /* seconds */
    int32_t max_audio_streams, cos_audio;
    uint8_t rel100, timers, media_encryption, redirect_method;
    uint8_t connected_line_method, direct_media_method; /* enum model_refresh */
    uint8_t direct_media_glare;                         /* enum model_glare */
    uint8_t incoming_offer_pref, outgoing_offer_pref;   /* enum model_offer_pref */
    uint8_t callerid_privacy;                           /* enum model_privacy */
    bool direct_media, disable_direct_media_on_nat;
    bool trust_id_inbound, trust_id_outbound, send_pai, send_rpid, rpid_immediate;
    bool trust_connected_line, send_connected_line, send_diversion, send_history_info;
    bool use_ptime, use_avpf, force_avp, srtp_tag_32, is_encryption_optimistic, rtcp_mux;
    bool bind_rtp_to_media_address, preferred_codec_only, rtp_ipv6, asymmetric_rtp_codec;
    bool user_eq_phone, moh_passthrough, suppress_moh_on_sendonly, suppress_q850;
    bool follow_early_media_fork, accept_multiple_sdp_answers, ignore_183_without_sdp;
    bool allow_transfer;
};

struct model_endpoint {
    struct hash_link link;
    const char *name;  /* column id */
    const char *title; /* column name */
    const char *group_uuid;
    const char *context;
    const char *transport;                      /* id, "" any */
    const struct model_transport *transport_of; /* resolved; NULL: any */
    const struct model_aor *const *aors;        /* resolved; NULL-terminated, never NULL */
    const struct model_auth *const *auths;      /* whom we challenge; empty: no authentication */
    const struct model_auth *const *outbound_auths;
    struct model_names aor_names, auth_names, outbound_auth_names; /* as written */
    struct model_codecs codecs;
    struct model_callerid callerid;
    const char *outbound_proxy, *from_user, *from_domain, *contact_user;
    const char *language, *moh_suggest, *accountcode, *tone_zone, *message_context, *mailboxes;
    const char *named_call_group, *named_pickup_group;
    const char *sdp_owner, *sdp_session, *callerid_tag, *overlap_context, *tenantid;
    const char *media_host; /* media_address: an address or a host's name, "" none */
    struct model_call_options call;
    struct model_vars set_var;
    struct model_rules rules; /* acl, deny and permit together: model_rules_allow */
    struct model_names acl_names;
    struct model_nets deny, permit;
    struct model_rules contact_rules; /* contact_acl, contact_deny and contact_permit together */
    struct model_names contact_acl_names;
    struct model_nets contact_deny, contact_permit;
    uint64_t call_group, pickup_group;
    int32_t rtp_timeout, rtp_timeout_hold; /* seconds, 0 none */
    int32_t rtp_keepalive;
    int32_t device_state_busy_at;
    struct model_order identify_by; /* enum model_identify_by */
    uint8_t dtmf_mode;              /* enum model_dtmf */
    bool force_rport, rewrite_contact, rtp_symmetric, inband_progress, allow_overlap;
    bool allow_unauthenticated_options;
    uint8_t tos; /* tos_audio: the byte of IP */
};

/** Another name of a domain: "user@name" is looked for as "user@domain". */
struct model_domain_alias {
    struct hash_link link;
    const char *name, *domain;
};

/** By address: requests from these belong to the endpoint. */
struct model_identify {
    const char *name;
    const char *endpoint;
    const struct model_endpoint *endpoint_of;
    struct model_names match;      /* as written: addresses, networks, host names */
    const char *match_header;      /* "Name: value" or "Name: /expression/", "" none */
    const char *match_request_uri; /* text or /expression/, "" none */
    bool srv_lookups;
    bool has_names; /* some of match are host names: the driver resolves them */
};

struct model_registration {
    const char *name;
    const char *server_uri, *client_uri, *transport, *contact_user, *endpoint, *outbound_proxy;
    const char *contact_header_params, *user_agent;
    struct model_names outbound_auth;
    /* seconds, but for max_retries */
    int32_t expiration, retry_interval, max_retries, forbidden_retry_interval, fatal_retry_interval;
    int32_t max_random_initial_delay;
    bool auth_rejection_permanent, line, support_path, support_outbound;
};

struct model_moh {
    struct hash_link link;
    const char *name;
    const char *directory; /* absolute, or below state/moh */
    const char *digit;     /* selects it while MusicOnHold plays; "" none */
    uint8_t mode;          /* 0: files; others are not loaded */
    uint8_t sort;          /* enum model_sort */
};

/** A tone of a country, beside those that are built in. */
struct model_tone {
    struct hash_link link;
    const char *name; /* "fr/busy", small letters */
    const char *list; /* dsp/tone.h */
};

/** What a code in a talk runs, beside the built-in ones of the settings (plan/feature.h). */
struct model_feature {
    struct hash_link link;
    const char *name, *code; /* code: MODEL_CODE_MAX keys at most, never "" */
    const char *application, *data, *music_class;
    struct model_names groups; /* "name" or "name=code" */
    uint8_t activate_on;       /* enum model_feature_on */
    uint8_t activated_by;      /* enum model_feature_by */
};

#define MODEL_CODE_MAX 11
enum model_feature_on { MODEL_FEATURE_SELF, MODEL_FEATURE_PEER };
enum model_feature_by { MODEL_FEATURE_BOTH, MODEL_FEATURE_CALLER, MODEL_FEATURE_CALLEE };

/** One step of routing. Those of one extension stand together, by priority; extensions in the order
 * of the tables; contexts by name. */
struct model_step {
    const char *exten, *label, *app, *appdata;
    const char *cid; /* only for callers of this number or pattern; NULL: all */
    int32_t priority;
};

struct model_context {
    struct hash_link link;
    const char *name;
    const struct model_step *steps;
    uint32_t step_count;
    const char *const *includes;
    uint32_t include_count;
    const char *const *ignorepats;
    uint32_t ignorepat_count;
    const char *const *switches; /* "lswitch Loopback/..." */
    uint32_t switch_count;
    const struct model_step *hints; /* exten and app ("PJSIP/101&Custom:x,presence(Name)") */
    uint32_t hint_count;
    bool has_autohints; /* autohints=yes: every endpoint has one (plan/autohint.h) */
};

/** pjsip.conf's global and system objects, and what the station adds (table settings). */
struct model_global {
    const char *name;
    int32_t max_forwards;
    const char *user_agent, *default_realm, *default_from_user;
    struct model_order identifier_order;                   /* enum model_identify_by */
    int32_t max_initial_qualify_time, keep_alive_interval; /* seconds */
    const char *default_outbound_endpoint, *regcontext;
    bool disable_multi_domain, ignore_uri_user_options, use_callerid_contact, allow_180_after_183;
    bool all_codecs_on_empty_reinvite;
    bool contact_status_on_refresh; /* send_contact_status_on_update_registration */
};

struct model_system {
    const char *name;
    bool disable_tcp_switch, disable_rport, compact_headers;
    int timer_t1_ms, timer_b_ms;
    bool follow_early_media_fork, accept_multiple_sdp_answers; /* where the endpoint says so, too */
};

/** Programs on the station's own machine only. */
#define MODEL_AGI_HOSTS_DEFAULT "127.0.0.1,::1"

enum model_recording_mode {
    MODEL_RECORDING_AS_ASKED,
    MODEL_RECORDING_MONO,
    MODEL_RECORDING_STEREO
};

struct model_settings {
    const char *language;  /* "ru" */
    const char *tone_zone; /* "ru" */
    const char
        *user_agent; /* never "": the settings', else pjsip's global, else "Station/version" */
    const char *realm;
    const char *sounds;    /* more directories of sounds, comma separated */
    const char *moh_class; /* "default" */
    const char *agi_hosts; /* who may be asked by agi://: addresses, networks, names, by commas */
    const char *file_folders; /* what FILE() and STAT() may touch, comma separated; "": nothing */
    const char *curl_hosts;   /* whom CURL() may ask, comma separated; "": nobody */
    struct addr manager_bind, manager_tls_bind, http_bind;
    const char *manager_tls_cert;
    int32_t manager_auth_timeout; /* seconds */
    int32_t manager_auth_limit, manager_sessions;
    int32_t http_session_timeout;        /* seconds */
    int32_t http_rate, http_connections; /* of one address */
    bool manager_enabled, manager_cel, http_enabled;
    struct addr web_bind;   /* of the interface; port 0: the station chooses */
    int32_t web_port_plain; /* that only redirects; 0: the station chooses */
    int32_t web_upload_mib;
    int32_t web_rate, web_connections; /* of one address */
    const char *web_name;              /* host name that people use; "": whatever leads here */
    bool web_enabled, web_redirect;
    int32_t rtp_start, rtp_end;
    int32_t max_channels;
    int32_t call_story_days;
    bool cdr_enabled, cdr_default_enabled, cdr_unanswered, cdr_congestion, cdr_end_before_h,
        cdr_initiated_seconds;
    int32_t overload_ms;    /* queue age at which new work is shed */
    uint8_t language_id;    /* inner: behind the text */
    uint8_t recording_mode; /* enum model_recording_mode */
    bool recording_keep_wav;
    int32_t feature_digit_timeout;                  /* ms between digits of a code in a talk */
    const char *feature_sound, *feature_fail_sound; /* files; "": none */
    /* codes; "": none */
    const char *feature_atxfer, *feature_automixmon, *feature_blindxfer, *feature_disconnect,
        *feature_parkcall, *feature_recordpause;
    int32_t recording_jobs, recording_days, recording_mib, recording_free_mib;
};

struct model_snapshot;

/* ---- building ---- */

/**
 * Load everything. Wrong objects are left out and named in the report; only a database that cannot
 * be read, or no memory, is an error.
 */
int model_snapshot_load(struct model_snapshot **sp, struct db *d);

/**
 * Load contexts alone, as they stand in the tables; for looking at a routing, never for calls.
 * @param but  the context whose realtime_extensions are left out; absent: none
 */
int model_routing_load(struct model_snapshot **sp, struct db *d, struct slice but);

const struct model_report *model_snapshot_report(const struct model_snapshot *s);

/** Bytes of memory that it holds, about (console, tests). */
uint64_t model_snapshot_bytes(const struct model_snapshot *s);

/* ---- finding: borrowed, NULL when there is none; exact case but for contexts of transports ----
 */

const struct model_endpoint *model_endpoint_find(const struct model_snapshot *s, struct slice name);
const struct model_aor *model_aor_find(const struct model_snapshot *s, struct slice name);
const struct model_auth *model_auth_find(const struct model_snapshot *s, struct slice name);
const struct model_transport *model_transport_find(const struct model_snapshot *s,
                                                   struct slice name);
const struct model_acl *model_acl_find(const struct model_snapshot *s, struct slice name);
const struct model_manager *model_manager_find(const struct model_snapshot *s, struct slice name);
const struct model_context *model_context_find(const struct model_snapshot *s, struct slice name);
/** The list of a tone that table tones has ("ringing" is "ring"), any case. NULL: it has none. */
const char *model_tone_list(const struct model_snapshot *s, struct slice zone, struct slice name);

const struct model_feature *model_feature_find(const struct model_snapshot *s, struct slice name);
const struct model_moh *model_moh_find(const struct model_snapshot *s, struct slice name);

/** May a talk be told by these keys what to do? 1 to MODEL_CODE_MAX of 0-9 * # A-D. */
bool model_is_code(struct slice code);

/** The domain that this one is another name of; "" none. */
const char *model_domain_of(const struct model_snapshot *s, struct slice alias);

/** The endpoint one of whose auths has this username (identify_by auth_username). */
const struct model_endpoint *model_endpoint_by_username(const struct model_snapshot *s,
                                                        struct slice username);

/** The endpoint that has this address of record (the first one loaded). */
const struct model_endpoint *model_endpoint_by_aor(const struct model_snapshot *s,
                                                   const struct model_aor *aor);

/** The endpoint whose identify rows match the source address: the longest network wins. */
const struct model_endpoint *model_endpoint_by_addr(const struct model_snapshot *s,
                                                    const struct addr *from);

/** deny and permit in order, the last that matches wins; nothing matches: allowed. Of several lists each must
 *  allow. */
bool model_rules_allow(const struct model_rules *r, const struct addr *from);

/** Global variable (static_extensions, category globals); NULL when there is none. */
const char *model_global_var(const struct model_snapshot *s, struct slice name);

/* ---- walking ---- */

uint32_t model_endpoint_count(const struct model_snapshot *s);
const struct model_endpoint *model_endpoint_at(const struct model_snapshot *s,
                                               uint32_t i); /* by name */
uint32_t model_aor_count(const struct model_snapshot *s);
const struct model_aor *model_aor_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_auth_count(const struct model_snapshot *s);
const struct model_auth *model_auth_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_transport_count(const struct model_snapshot *s);
const struct model_transport *model_transport_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_identify_count(const struct model_snapshot *s);
const struct model_identify *model_identify_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_registration_count(const struct model_snapshot *s);
const struct model_registration *model_registration_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_context_count(const struct model_snapshot *s);
const struct model_context *model_context_at(const struct model_snapshot *s,
                                             uint32_t i); /* by name */
uint32_t model_moh_count(const struct model_snapshot *s);
const struct model_moh *model_moh_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_feature_count(const struct model_snapshot *s);
const struct model_feature *model_feature_at(const struct model_snapshot *s,
                                             uint32_t i); /* by name */
uint32_t model_manager_count(const struct model_snapshot *s);
const struct model_manager *model_manager_at(const struct model_snapshot *s, uint32_t i);
uint32_t model_var_count(const struct model_snapshot *s);
const struct model_var *model_var_at(const struct model_snapshot *s,
                                     uint32_t i); /* as configured */

const struct model_global *model_global_of(const struct model_snapshot *s);
const struct model_system *model_system_of(const struct model_snapshot *s);

/** A transport's method as it was written ("tlsv1_2"). */
const char *model_tls_method(const struct model_transport *t);

/** "cs0" ... "cs7", "af11" ... "af43", "ef", or a number: the byte that IP carries. @return 0; EINVAL */
int model_tos_parse(struct slice text, int32_t *tos);
const struct model_settings *model_settings_of(const struct model_snapshot *s);
