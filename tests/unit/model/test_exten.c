#include "model/codec.h"
#include "model/exten.h"
#include "unit.h"

static int lines_are_cut_as_pbx_config_does(void)
{
    static const struct {
        const char *line;
        bool is_same;
        const char *exten;
        enum model_priority_kind kind;
        int number;
        const char *label, *app, *data;
    } cases[] = {
        {"600,1,Answer()", false, "600", MODEL_PRIO_NUMBER, 1, "", "Answer", ""},
        {"601,n(again),Playback(load/tone)", false, "601", MODEL_PRIO_NEXT, 1, "again", "Playback",
         "load/tone"},
        {"n,Goto(again)", true, "", MODEL_PRIO_NEXT, 1, "", "Goto", "again"},
        {"n+2(two) , NoOp", true, "", MODEL_PRIO_NEXT, 2, "two", "NoOp", ""},
        {"s+100,Busy()", true, "", MODEL_PRIO_SAME, 100, "", "Busy", ""},
        {"_7XXX,1,Dial(PJSIP/${EXTEN}@trunk,30)", false, "_7XXX", MODEL_PRIO_NUMBER, 1, "", "Dial",
         "PJSIP/${EXTEN}@trunk,30"},
        {"_[1,2]X,1,NoOp(a,b)", false, "_[1,2]X", MODEL_PRIO_NUMBER, 1, "", "NoOp", "a,b"},
        {"100/101,1,NoOp", false, "100", MODEL_PRIO_NUMBER, 1, "", "NoOp", ""},
        {"101,hint,PJSIP/101&Custom:x", false, "101", MODEL_PRIO_HINT, 0, "", "PJSIP/101&Custom:x",
         ""},
        {"s,1,Set,X=1,2", false, "s", MODEL_PRIO_NUMBER, 1, "", "Set", "X=1,2"},
        {"s,1,Set(X=$[1 + (2 * 3)])", false, "s", MODEL_PRIO_NUMBER, 1, "", "Set",
         "X=$[1 + (2 * 3)]"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct model_exten_line l;

        CHECK_OK(model_exten_parse(&l, slice_of(cases[i].line), cases[i].is_same, NULL));
        CHECK(slice_eqz(l.exten, cases[i].exten) && slice_eqz(l.label, cases[i].label));
        CHECK(l.kind == cases[i].kind && l.number == cases[i].number);
        CHECK(slice_eqz(l.app, cases[i].app) && slice_eqz(l.appdata, cases[i].data));
    }
    return 0;
}

static int wrong_lines_say_why(void)
{
    static const char *const lines[] = {"",
                                        "600",
                                        "600,",
                                        "600,1",
                                        "600,0,NoOp",
                                        "600,x,NoOp",
                                        ",1,NoOp",
                                        "600,1,",
                                        "600,n(a,NoOp",
                                        "600,n+,NoOp",
                                        "600,1+1,NoOp",
                                        "600,1,(x)",
                                        "600,1,NoOp(x",
                                        "600,-1,NoOp",
                                        "600,9999999,NoOp"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct model_exten_line l;
        struct model_words why = {0};

        CHECK(model_exten_parse(&l, slice_of(lines[i]), false, &why) == EINVAL && why.ru &&
              why.en && strcmp(why.ru, why.en) != 0);
    }
    return 0;
}

static int codecs_keep_the_order_of_allow(void)
{
    struct model_codecs l = {0};
    struct slice bad;

    CHECK_OK(model_codecs_apply(&l, SLICE("alaw, ulaw,G722:20"), true, &bad));
    CHECK(l.count == 3 && l.id[0] == MODEL_ALAW && l.id[2] == MODEL_G722);
    CHECK_OK(model_codecs_apply(&l, SLICE("ulaw"), false, &bad));
    CHECK(l.count == 2 && l.id[1] == MODEL_G722);
    CHECK_OK(model_codecs_apply(&l, SLICE("!all,opus"), true, &bad));
    CHECK(l.count == 1 && l.id[0] == MODEL_OPUS);
    CHECK_OK(model_codecs_apply(&l, SLICE("all"), true, &bad));
    CHECK(l.count == 7);
    CHECK_OK(model_codecs_apply(&l, SLICE("all"), false, &bad));
    CHECK(l.count == 0);
    CHECK(model_codecs_apply(&l, SLICE("ulaw,nonsense"), true, &bad) == EINVAL);
    CHECK(slice_eqz(bad, "nonsense"));
    return 0;
}

static int every_codec_is_found_by_its_name(void)
{
    for (int i = 0; i < MODEL_CODEC_COUNT; i++) {
        enum model_codec c;

        CHECK_OK(model_codec_find(&c, slice_of(model_codec_name((enum model_codec)i))));
        CHECK((int)c == i);
    }
    return 0;
}

UNIT_TESTS(UNIT(lines_are_cut_as_pbx_config_does), UNIT(wrong_lines_say_why),
           UNIT(codecs_keep_the_order_of_allow), UNIT(every_codec_is_found_by_its_name))
