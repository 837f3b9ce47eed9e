/* test_parse.c - descriptions as phones write them, and as nobody should */
#include "base/buf.h"
#include "base/mem.h"
#include "sdp/sdp.h"
#include "unit.h"

static const char PHONE[] = "v=0\r\n"
                            "o=alice 2890844526 17 IN IP4 host.example\r\n"
                            "s=-\r\n"
                            "c=IN IP4 192.0.2.10\r\n"
                            "t=0 0\r\n"
                            "a=sendonly\r\n"
                            "m=audio 49170 RTP/AVP 8 0 96 101\r\n"
                            "a=rtpmap:96 opus/48000/2\r\n"
                            "a=rtpmap:101 telephone-event/8000\r\n"
                            "a=fmtp:101 0-15\r\n"
                            "a=ptime:30\r\n"
                            "a=rtcp:49999\r\n"
                            "m=video 51372 RTP/AVP 31\r\n"
                            "c=IN IP6 2001:db8::5\r\n"
                            "a=inactive\r\n"
                            "m=image 4000 udptl t38\r\n";

static int a_phones_offer_is_read(void)
{
    const struct sdp_media *m;
    struct sdp *s = NULL;
    int err;

    CHECK_OK_TO(sdp_parse(&s, slice_of(PHONE), NULL), out);
    CHECK_TO(s->session_id == 2890844526u && s->version == 17 && s->media_count == 3, out);
    m = sdp_audio(s);
    CHECK_TO(m == &s->media[0] && m->port == 49170 && m->format_count == 4, out);
    CHECK_TO(m->dir == SDP_SENDONLY && m->ptime_ms == 30, out);
    CHECK_TO(m->conn.family == AF_INET && m->conn.port == 49170, out);
    CHECK_TO(m->rtcp.port == 49999 && addr_eq_host(&m->rtcp, &m->conn), out);
    CHECK_TO(slice_eqz(m->formats[0].encoding, "PCMA") && m->formats[0].clock_hz == 8000, out);
    CHECK_TO(slice_eqz(m->formats[2].encoding, "opus") && m->formats[2].clock_hz == 48000, out);
    CHECK_TO(slice_eqz(m->formats[3].fmtp, "0-15"), out);
    m = &s->media[1];
    CHECK_TO(m->conn.family == AF_INET6 && m->dir == SDP_INACTIVE && m->rtcp.port == 51373, out);
    CHECK_TO(!s->media[2].format_count && slice_eqz(s->media[2].raw_formats, "t38"), out);
out:
    mem_deref(s);
    return err;
}

/* Every broken description is refused at its line. */
static int nonsense_is_refused_with_its_line(void)
{
    static const struct {
        const char *text;
        uint32_t line;
    } rows[] = {
        {"", 1},
        {"v=1\r\n", 1},
        {"o=- 1 1 IN IP4 1.2.3.4\r\n", 1},
        {"v=0\r\nnonsense\r\n", 2},
        {"v=0\r\nc=IN\r\n", 2},
        {"v=0\r\nc=ATM NSAP 47\r\n", 2},
        {"v=0\r\nc=IN IP5 1.2.3.4\r\n", 2},
        {"v=0\r\ns=-\r\nm=audio\r\n", 3},
        {"v=0\r\nm=audio 65536 RTP/AVP 0\r\n", 2},
        {"v=0\r\nm=audio -1 RTP/AVP 0\r\n", 2},
        {"v=0\r\nm=audio 4000 RTP/AVP\r\n", 2},
        {"v=0\r\nm=audio 4000 RTP/AVP 128\r\n", 2},
        {"v=0\r\nm=audio 4000 RTP/AVP x\r\n", 2},
        {"v=0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96\r\n", 3},
        {"v=0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 x\r\n", 3},
        {"v=0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:x opus/48000\r\n", 3},
        {"v=0\r\nm=audio 4000 RTP/AVP 0\r\na=rtcp:99999\r\n", 3},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sdp_error why = {0};
        struct sdp *s = NULL;
        int err = sdp_parse(&s, slice_of(rows[i].text), &why);

        if (err == ENOMEM)
            return err;
        CHECK(err == EINVAL && !s && why.line == rows[i].line && why.why);
    }
    return 0;
}

static int ceilings_hold(void)
{
    struct buf b;
    struct sdp *s = NULL;
    int err = 0;

    buf_init(&b, 100000);
    buf_addz(&b, "v=0\r\n");
    for (int i = 0; i < 17; i++)
        buf_addz(&b, "m=audio 4000 RTP/AVP 0\r\n");
    CHECK_OK_TO(buf_err(&b), out);
    err = sdp_parse(&s, buf_slice(&b), NULL);
    CHECK_TO(err == EINVAL || err == ENOMEM, out);
    buf_reset(&b);
    buf_addz(&b, "v=0\r\nm=audio 4000 RTP/AVP");
    for (int i = 0; i < 65; i++)
        buf_printf(&b, " %d", i);
    CHECK_OK_TO(buf_err(&b), out);
    err = sdp_parse(&s, buf_slice(&b), NULL);
    CHECK_TO(err == EINVAL || err == ENOMEM, out);
    buf_reset(&b);
    buf_addz(&b, "v=0\r\n");
    for (int i = 0; i < 10000; i++)
        buf_addz(&b, "a=x\r\n");
    CHECK_OK_TO(buf_err(&b), out);
    err = sdp_parse(&s, buf_slice(&b), NULL);
    CHECK_TO(err == EINVAL || err == ENOMEM, out);
    CHECK_TO(sdp_parse(&s, slice_from("v=0\r\n\0", 6), NULL) == EINVAL, out);
    err = 0;
out:
    buf_fini(&b);
    return err;
}

static int odd_but_harmless_lines_pass(void)
{
    struct sdp *s = NULL;
    int err;

    CHECK_OK_TO(
        sdp_parse(&s,
                  SLICE("v=0\no=x y z\nz=?\nm=audio 4000/1  RTP/AVP  0 0 0\nc=IN IP4 pbx.example\n"
                        "a=rtpmap:33 none/1\na=ptime:nonsense\na=rtcp-mux\n\n"),
                  NULL),
        out);
    CHECK_TO(s->media[0].format_count == 1 && !addr_is_set(&s->media[0].conn), out);
    CHECK_TO(s->media[0].ptime_ms == 0 && s->media[0].is_rtcp_mux, out);
    CHECK_TO(s->session_id == 0 && s->media[0].dir == SDP_SENDRECV, out);
out:
    mem_deref(s);
    return err;
}

/* RTCP on RTP's port would be taken for RTP by who got no a=rtcp-mux in our answer. */
static int rtcp_goes_to_its_own_port_though_mux_is_offered(void)
{
    struct sdp *s = NULL;
    int err;

    CHECK_OK_TO(sdp_parse(&s,
                          SLICE("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\na=rtcp-mux\n"
                                "m=audio 4010 RTP/AVP 0\na=rtcp:4010\na=rtcp-mux\n"
                                "m=audio 4020 RTP/AVP 0\na=rtcp:4030\na=rtcp-mux\n"),
                          NULL),
                out);
    CHECK_TO(s->media[0].rtcp.port == 4001 && s->media[1].rtcp.port == 4011, out);
    CHECK_TO(s->media[2].rtcp.port == 4030 && addr_eq_host(&s->media[1].rtcp, &s->media[1].conn),
             out);
out:
    mem_deref(s);
    return err;
}

static int refused_audio_and_dtls_are_not_ours(void)
{
    struct sdp *s = NULL;
    int err;

    CHECK_OK_TO(
        sdp_parse(&s, SLICE("v=0\r\nm=audio 0 RTP/AVP 0\r\nm=audio 4000 UDP/TLS/RTP/SAVP 0\r\n"),
                  NULL),
        out);
    CHECK_TO(!sdp_audio(s), out);
out:
    mem_deref(s);
    return err;
}

UNIT_TESTS(UNIT(a_phones_offer_is_read), UNIT(nonsense_is_refused_with_its_line),
           UNIT(ceilings_hold), UNIT(odd_but_harmless_lines_pass),
           UNIT(rtcp_goes_to_its_own_port_though_mux_is_offered),
           UNIT(refused_audio_and_dtls_are_not_ours))
