/* fuzz_sdp.c - descriptions of strangers: parsed, answered, accepted; what we print is parsed again
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sdp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void must(bool is_true)
{
    if (!is_true)
        abort();
}

/* What we print, we can read, and it refuses as many lines as were offered. */
static void read_again(struct slice text, uint8_t media_count)
{
    struct sdp *again = NULL;
    struct sdp_error why;

    must(!sdp_parse(&again, text, &why));
    must(again->media_count == media_count);
    mem_deref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct sdp_local l = {.is_dtmf = true, .dir = SDP_SENDRECV};
    struct sdp_error why = {0};
    struct sdp_session s;
    struct sdp_agreed a;
    struct sdp *sdp = NULL;
    struct buf out;

    if (sdp_parse(&sdp, slice_from((const char *)bytes, len), &why)) {
        must(why.line && why.why);
        return 0;
    }
    addr_parse_host(&l.rtp, SLICE("192.0.2.1"), 4000);
    codec_list_parse(&l.codecs, SLICE("alaw,ulaw"), NULL);
    l.security = (uint8_t)(len % 3); /* all ways of looking at keys */
    l.takes_any = len & 4;
    l.is_avpf = len & 8;
    l.is_rtcp_mux = len & 16;
    l.order = len & 32 ? SDP_THEIRS : SDP_OURS;
    sdp_session_init(&s, 1);
    buf_init(&out, 200000);
    if (!sdp_session_answer(&s, sdp, &l, &a, &out)) {
        must(a.count > 0 && sdp_audio(sdp));
        read_again(buf_slice(&out), sdp->media_count);
    }
    buf_reset(&out);
    must(!sdp_session_offer(&s, &l, &out));
    read_again(buf_slice(&out), s.media_count);
    (void)sdp_session_accept(&s, sdp, &l, &a);
    buf_fini(&out);
    mem_deref(sdp);
    return 0;
}
