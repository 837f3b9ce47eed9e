/* test_codec.c - the table of codecs and allow lists */
#include "dsp/codec.h"
#include "unit.h"

static int names_are_found_in_any_case(void)
{
    enum codec c;

    CHECK(!codec_find(&c, SLICE("ulaw")) && c == CODEC_ULAW);
    CHECK(!codec_find(&c, SLICE("ALAW")) && c == CODEC_ALAW);
    CHECK(!codec_find(&c, SLICE("g711u")) && c == CODEC_ULAW);
    CHECK(codec_find(&c, SLICE("opus")) == ENOENT);
    CHECK(codec_find(&c, SLICE("")) == ENOENT);
    return 0;
}

static int encodings_need_their_clock(void)
{
    enum codec c;

    CHECK(!codec_find_encoding(&c, SLICE("pcma"), 8000) && c == CODEC_ALAW);
    CHECK(codec_find_encoding(&c, SLICE("PCMA"), 16000) == ENOENT);
    return 0;
}

static int allow_lists_keep_order_and_take_away(void)
{
    static const struct {
        const char *allow;
        uint8_t count, first;
        unsigned unknown;
    } rows[] = {
        {"ulaw,alaw", 2, CODEC_ULAW, 0},
        {"alaw,ulaw", 2, CODEC_ALAW, 0},
        {" alaw , ulaw ", 2, CODEC_ALAW, 0},
        {"!all,alaw", 1, CODEC_ALAW, 0},
        {"all,!ulaw", 1, CODEC_ALAW, 0},
        {"opus,ulaw,h264", 1, CODEC_ULAW, 2},
        {"alaw,alaw,alaw", 1, CODEC_ALAW, 0},
        {"", 0, 0, 0},
        {"all,!all", 0, 0, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct codec_list l = {0};
        unsigned unknown = 99;

        codec_list_parse(&l, slice_of(rows[i].allow), &unknown);
        CHECK(l.count == rows[i].count);
        CHECK(!l.count || l.id[0] == rows[i].first);
        CHECK(unknown == rows[i].unknown);
    }
    return 0;
}

UNIT_TESTS(UNIT(names_are_found_in_any_case), UNIT(encodings_need_their_clock),
           UNIT(allow_lists_keep_order_and_take_away))
