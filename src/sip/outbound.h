/*
 * sip/outbound.h - keeping the way to a peer open; what a REGISTER says of its flow
 *
 * Scope:   CRLF over UDP at an interval (streams are pinged by their connection, sip_set_ping);
 *          reg-id and +sip.instance of a Contact.
 * Owns:    a keep-alive is a counted object with one timer; mem_deref ends it.
 * Thread:  the loop's.
 * Source:  RFC 5626 s3.5, s4.1, s4.4; the CRLF over UDP is what NATs and Asterisk's peers are used to.
 */
#pragma once
#include "sip/transport.h"

struct sip_keepalive;

/**
 * Send CRLF CRLF along flow every interval_ms (over a stream too; a broken one is opened again).
 * @param kp    out: one reference
 * @param flow  copied and held
 * @return 0; EINVAL (no binding, less than 1 s); ENOMEM
 */
int sip_keepalive_start(struct sip_keepalive **kp, struct sip *sip, const struct sip_flow *flow,
                        uint32_t interval_ms);

struct sip_outbound {
    uint32_t reg_id;       /* 0: none */
    struct slice instance; /* "<urn:uuid:...>" without quotes, or absent */
    bool has_ob;           /* URI parameter ;ob */
};

/** What a Contact says of its flow. @return 0; EINVAL (reg-id without instance, or a bad one) */
int sip_outbound_parse(struct sip_outbound *o, const struct sip_name_addr *contact);
