/* test_session.c - offers and answers, a table of both sides' wishes */
#include "base/buf.h"
#include "base/mem.h"
#include "sdp/sdp.h"
#include "unit.h"

static struct sdp_local local_of(const char *allow, enum sdp_dir dir)
{
    struct sdp_local l = {.is_dtmf = true, .dir = dir};

    addr_parse_host(&l.rtp, SLICE("198.51.100.1"), 12000);
    codec_list_parse(&l.codecs, slice_of(allow), NULL);
    return l;
}

static bool has(const struct buf *b, const char *what)
{
    return strstr(buf_z(b), what) != NULL;
}

/* Answer text; agreed and out are filled. */
static int answer(struct sdp_session *s, const char *text, const struct sdp_local *l,
                  struct sdp_agreed *a, struct buf *out)
{
    struct sdp *offer = NULL;
    int err = sdp_parse(&offer, slice_of(text), NULL);

    if (!err)
        err = sdp_session_answer(s, offer, l, a, out);
    mem_deref(offer);
    return err;
}

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static int answers_follow_both_sides_wishes(void)
{
    static const struct {
        const char *media, *allow;
        int err;
        uint8_t first, count, dtmf;
        enum sdp_dir want, dir;
        bool is_held;
    } rows[] = {
        {"m=audio 9 RTP/AVP 0 8\r\n", "alaw,ulaw", 0, CODEC_ALAW, 2, 0, SDP_SENDRECV, SDP_SENDRECV,
         false},
        {"m=audio 9 RTP/AVP 8 0\r\n", "ulaw,alaw", 0, CODEC_ULAW, 2, 0, SDP_SENDRECV, SDP_SENDRECV,
         false},
        {"m=audio 9 RTP/AVP 0 8\r\n", "alaw", 0, CODEC_ALAW, 1, 0, SDP_SENDRECV, SDP_SENDRECV,
         false},
        {"m=audio 9 RTP/AVP 0\r\n", "alaw", ENOTSUP, 0, 0, 0, SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/AVP 97\r\na=rtpmap:97 PCMA/8000\r\n", "alaw", 0, CODEC_ALAW, 1, 0,
         SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/AVP 97\r\na=rtpmap:97 PCMA/16000\r\n", "alaw", ENOTSUP, 0, 0, 0,
         SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\n", "ulaw", 0, CODEC_ULAW, 1,
         97, SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/48000\r\n", "ulaw", 0, CODEC_ULAW,
         1, 0, SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/AVP 0\r\na=sendonly\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDRECV,
         SDP_RECVONLY, true},
        {"m=audio 9 RTP/AVP 0\r\na=inactive\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDRECV,
         SDP_INACTIVE, true},
        {"m=audio 9 RTP/AVP 0\r\na=recvonly\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDRECV,
         SDP_SENDONLY, false},
        {"m=audio 9 RTP/AVP 0\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDONLY, SDP_SENDONLY, false},
        {"m=audio 9 RTP/AVP 0\r\na=sendonly\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDONLY,
         SDP_INACTIVE, true},
        {"m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", "ulaw", 0, CODEC_ULAW, 1, 0, SDP_SENDRECV,
         SDP_RECVONLY, true},
        {"m=audio 0 RTP/AVP 0\r\n", "ulaw", ENOTSUP, 0, 0, 0, SDP_SENDRECV, SDP_SENDRECV, false},
        {"m=audio 9 RTP/SAVP 0\r\n", "ulaw", ENOTSUP, 0, 0, 0, SDP_SENDRECV, SDP_SENDRECV, false},
        {"", "ulaw", ENOTSUP, 0, 0, 0, SDP_SENDRECV, SDP_SENDRECV, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sdp_local l = local_of(rows[i].allow, rows[i].want);
        struct sdp_agreed a = {0};
        struct sdp_session s;
        struct buf text, out;
        int err;

        buf_init(&text, 1000);
        buf_init(&out, 2000);
        sdp_session_init(&s, 7);
        buf_printf(&text, "%s%s", HEAD, rows[i].media);
        err = buf_err(&text) ? buf_err(&text) : answer(&s, buf_z(&text), &l, &a, &out);
        buf_fini(&text);
        buf_fini(&out);
        if (err == ENOMEM)
            return err;
        CHECK(err == rows[i].err);
        if (err)
            continue;
        CHECK(a.formats[0].codec == rows[i].first && a.count == rows[i].count);
        CHECK(a.dtmf_payload == rows[i].dtmf && a.dtmf_local == rows[i].dtmf);
        CHECK(a.dir == rows[i].dir && a.is_held == rows[i].is_held);
        CHECK(addr_is_set(&a.rtp) == !strstr(rows[i].media, "0.0.0.0"));
    }
    return 0;
}

static int other_lines_are_refused_in_place(void)
{
    struct sdp_local l = local_of("ulaw", SDP_SENDRECV);
    struct sdp_agreed a = {0};
    struct sdp_session s;
    struct buf out;
    const char *video, *audio, *image;
    int err;

    buf_init(&out, 4000);
    sdp_session_init(&s, 7);
    CHECK_OK_TO(answer(&s,
                       HEAD
                       "m=video 50 RTP/AVP 31 32\r\nm=audio 60 RTP/AVP 0 101\r\na=rtpmap:101 "
                       "telephone-event/8000\r\nm=image 70 udptl t38\r\nm=audio 80 RTP/AVP 0\r\n",
                       &l, &a, &out),
                out);
    video = strstr(buf_z(&out), "m=video 0 RTP/AVP 31 32\r\n");
    audio = strstr(buf_z(&out), "m=audio 12000 RTP/AVP 0 101\r\n");
    image = strstr(buf_z(&out), "m=image 0 udptl t38\r\nm=audio 0 RTP/AVP 0\r\n");
    CHECK_TO(video && audio > video && image > audio, out);
    CHECK_TO(a.rtp.port == 60 && a.rtcp.port == 61, out);
    /* a later offer of ours keeps the four lines */
    buf_reset(&out);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(has(&out, "m=video 0 RTP/AVP 0\r\nm=audio 12000 RTP/AVP 0 101\r\n"), out);
    CHECK_TO(has(&out, "m=image 0 udptl 0\r\nm=audio 0 RTP/AVP 0\r\n"), out);
out:
    buf_fini(&out);
    return err;
}

static int an_offer_lists_codecs_and_events(void)
{
    struct sdp_local l = local_of("alaw,ulaw", SDP_SENDRECV);
    struct sdp_session s;
    struct buf out;
    int err;

    buf_init(&out, 2000);
    sdp_session_init(&s, 99);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(has(&out,
                 "v=0\r\no=- 99 100 IN IP4 198.51.100.1\r\ns=station\r\nc=IN IP4 198.51.100.1\r\n"),
             out);
    CHECK_TO(
        has(&out,
            "m=audio 12000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"),
        out);
    CHECK_TO(has(&out, "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"),
             out);
    CHECK_TO(has(&out, "a=sendrecv\r\n"), out);
    l.codecs.count = 0;
    CHECK_TO(sdp_session_offer(&s, &l, &out) == EINVAL, out);
out:
    buf_fini(&out);
    return err;
}

static int the_version_rises_with_each_change_only(void)
{
    struct sdp_local l = local_of("ulaw", SDP_SENDRECV);
    struct sdp_session s;
    struct buf out;
    int err;

    buf_init(&out, 8000);
    sdp_session_init(&s, 5);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(s.version == 6, out);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(s.version == 6, out);
    l.dir = SDP_SENDONLY;
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(s.version == 7, out);
    l.rtp.port = 12002;
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(s.version == 8, out);
out:
    buf_fini(&out);
    return err;
}

/* use_ptime: the peer's packet length is what we send only where it is asked for. */
static int the_peers_packet_length_counts_when_asked_for(void)
{
    struct sdp_local l = local_of("ulaw", SDP_SENDRECV);
    struct sdp_agreed a = {0};
    struct sdp_session s;
    struct buf out;
    int err;

    buf_init(&out, 8000);
    sdp_session_init(&s, 5);
    CHECK_OK_TO(answer(&s, HEAD "m=audio 60 RTP/AVP 0\r\na=ptime:40\r\n", &l, &a, &out), out);
    CHECK_TO(a.ptime_ms == 20, out);
    l.use_ptime = true;
    CHECK_OK_TO(answer(&s, HEAD "m=audio 60 RTP/AVP 0\r\na=ptime:40\r\n", &l, &a, &out), out);
    CHECK_TO(a.ptime_ms == 40, out);
out:
    buf_fini(&out);
    return err;
}

static int accept_text(struct sdp_session *s, const char *text, const struct sdp_local *l,
                       struct sdp_agreed *a)
{
    struct sdp *ans = NULL;
    int err = sdp_parse(&ans, slice_of(text), NULL);

    if (!err)
        err = sdp_session_accept(s, ans, l, a);
    mem_deref(ans);
    return err;
}

static int an_answer_decides_order_numbers_and_hold(void)
{
    struct sdp_local l = local_of("alaw,ulaw", SDP_SENDRECV);
    struct sdp_agreed a = {0};
    struct sdp_session s;
    struct buf out;
    int err;

    buf_init(&out, 8000);
    sdp_session_init(&s, 5);
    CHECK_TO(accept_text(&s, HEAD "m=audio 60 RTP/AVP 0\r\n", &l, &a) != 0, out);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_OK_TO(accept_text(&s,
                            HEAD "m=audio 60 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n"
                                 "a=inactive\r\n",
                            &l, &a),
                out);
    CHECK_TO(a.count == 2 && a.formats[0].codec == CODEC_ULAW, out);
    CHECK_TO(a.dtmf_payload == 96 && a.dtmf_local == 101, out);
    CHECK_TO(a.is_held && a.dir == SDP_INACTIVE, out);
    /* the 200 after a 183 counts, too */
    CHECK_OK_TO(accept_text(&s, HEAD "m=audio 62 RTP/AVP 8\r\n", &l, &a), out);
    CHECK_TO(a.rtp.port == 62 && a.dtmf_payload == 0 && a.dtmf_local == 0 && !a.is_held, out);
    err = accept_text(&s, HEAD "m=audio 0 RTP/AVP 8\r\n", &l, &a);
    CHECK_TO(err == ENOTSUP || err == ENOMEM, out);
    err = accept_text(&s, HEAD "m=audio 62 RTP/AVP 3\r\n", &l, &a);
    CHECK_TO(err == ENOTSUP || err == ENOMEM, out);
    err = accept_text(&s, HEAD, &l, &a);
    CHECK_TO(err == ENOTSUP || err == ENOMEM, out);
    sdp_session_withdraw(&s);
    err = accept_text(&s, HEAD "m=audio 62 RTP/AVP 8\r\n", &l, &a);
    CHECK_TO(err == EPROTO || err == ENOMEM, out);
    err = 0;
out:
    buf_fini(&out);
    return err;
}

static int our_hold_is_offered_and_undone(void)
{
    struct sdp_local l = local_of("ulaw", SDP_INACTIVE);
    struct sdp_agreed a = {0};
    struct sdp_session s;
    struct buf out;
    int err;

    buf_init(&out, 8000);
    sdp_session_init(&s, 5);
    CHECK_OK_TO(sdp_session_offer(&s, &l, &out), out);
    CHECK_TO(has(&out, "a=inactive\r\n"), out);
    /* a phone that answers sendrecv all the same gets nothing */
    CHECK_OK_TO(accept_text(&s, HEAD "m=audio 60 RTP/AVP 0\r\n", &l, &a), out);
    CHECK_TO(a.dir == SDP_INACTIVE && !a.is_held, out);
out:
    buf_fini(&out);
    return err;
}

UNIT_TESTS(UNIT(answers_follow_both_sides_wishes), UNIT(other_lines_are_refused_in_place),
           UNIT(an_offer_lists_codecs_and_events), UNIT(the_version_rises_with_each_change_only),
           UNIT(an_answer_decides_order_numbers_and_hold), UNIT(our_hold_is_offered_and_undone),
           UNIT(the_peers_packet_length_counts_when_asked_for))
