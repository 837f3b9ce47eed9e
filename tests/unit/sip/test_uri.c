/* What an address is, and what it is not. */
#include <string.h>

#include "sip/uri.h"
#include "unit.h"

static bool parses(const char *text)
{
    struct sip_uri u;

    return sip_uri_parse(&u, slice_of(text)) == 0;
}

static int uri_falls_into_its_parts(void)
{
    struct sip_uri u;
    struct slice v;

    CHECK_OK(
        sip_uri_parse(&u, SLICE("sip:al%20ice:pw@[2001:db8::1]:5070;transport=tcp;lr?a=b&c=d")));
    CHECK(u.scheme == SIP_SCHEME_SIP && u.port == 5070);
    CHECK(slice_eqz(u.user, "al%20ice") && slice_eqz(u.password, "pw"));
    CHECK(slice_eqz(u.host, "[2001:db8::1]"));
    CHECK(slice_eqz(u.params, "transport=tcp;lr") && slice_eqz(u.headers, "a=b&c=d"));
    CHECK(sip_uri_param(&u, "TRANSPORT", &v) && slice_eqz(v, "tcp"));
    CHECK(sip_uri_param(&u, "lr", &v) && v.len == 0);
    CHECK(!sip_uri_param(&u, "maddr", &v));
    return 0;
}

static int user_part_may_hold_semicolons_and_question_marks(void)
{
    struct sip_uri u;

    CHECK_OK(sip_uri_parse(&u, SLICE("sip:user;par=u%40example.net@example.com")));
    CHECK(slice_eqz(u.user, "user;par=u%40example.net") && slice_eqz(u.host, "example.com"));
    CHECK(!slice_is_set(u.params));
    CHECK_OK(sip_uri_parse(
        &u, SLICE("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_"
                  "too.(doesn't-it)@example.com")));
    CHECK(slice_eqz(u.host, "example.com"));
    return 0;
}

static int tel_and_unknown_schemes_are_told_apart(void)
{
    struct sip_uri u;

    CHECK_OK(sip_uri_parse(&u, SLICE("tel:+7-495-123;phone-context=x")));
    CHECK(u.scheme == SIP_SCHEME_TEL && slice_eqz(u.user, "+7-495-123"));
    CHECK_OK(sip_uri_parse(&u, SLICE("soap.beep://192.0.2.103:3002")));
    CHECK(u.scheme == SIP_SCHEME_OTHER);
    CHECK_OK(sip_uri_parse(&u, SLICE("SIPS:a@b")));
    CHECK(u.scheme == SIP_SCHEME_SIPS);
    return 0;
}

static int nonsense_is_refused(void)
{
    static const char *const bad[] = {
        "",           "sip",         "sip:",
        ":a@b",       "sip:@host",   "sip:a@",
        "sip:a b@c",  "sip:a@h:0",   "sip:a@h:65536",
        "sip:a@h:x",  "sip:a@h:",    "sip:a@.1",
        "sip:a@[.1]", "sip:a@[::1",  "sip:a@[::1]x",
        "<sip:a@b>",  "sip:a@h;x y", "sip:a@h\r\nX",
        "sip:a@h ",   "si p:a@b",    "sip:a@[1.2.3.4]",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (parses(bad[i]))
            return unit_failed(__FILE__, __LINE__, bad[i]);
    return 0;
}

static bool equal(const char *a, const char *b)
{
    struct sip_uri x, y;

    return !sip_uri_parse(&x, slice_of(a)) && !sip_uri_parse(&y, slice_of(b)) && sip_uri_eq(&x, &y);
}

/* The examples of RFC 3261 s19.1.4. */
static int addresses_are_equal_as_the_rfc_says(void)
{
    CHECK(equal("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
    CHECK(equal("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    CHECK(equal("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"));
    CHECK(equal("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
    CHECK(equal("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
    CHECK(!equal("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
    CHECK(!equal("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
    CHECK(!equal("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
    CHECK(!equal("sip:bob@biloxi.com", "sips:bob@biloxi.com"));
    CHECK(!equal("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
    return 0;
}

static int name_addr_knows_quotes_and_angles(void)
{
    struct sip_name_addr n;
    struct slice v;
    char text[64];

    CHECK_OK(sip_name_addr_parse(&n, SLICE("\"A \\\"B\\\", <x>\" <sip:a@b;lr>;tag=7;q=\"a;b\"")));
    CHECK(slice_eqz(n.uri, "sip:a@b;lr"));
    CHECK(sip_param(n.params, "tag", &v) && slice_eqz(v, "7"));
    CHECK(sip_param(n.params, "q", &v) && slice_eqz(v, "a;b"));
    CHECK_OK(sip_display_copy(&n, text, sizeof(text)));
    CHECK(strcmp(text, "A \"B\", <x>") == 0);
    CHECK_OK(sip_name_addr_parse(&n, SLICE("sip:a@b;tag=9")));
    CHECK(slice_eqz(n.uri, "sip:a@b") && sip_param(n.params, "tag", &v) && slice_eqz(v, "9"));
    CHECK_OK(sip_name_addr_parse(&n, SLICE("Bob Smith <sip:b@c>")));
    CHECK(slice_eqz(n.display, "Bob Smith"));
    CHECK_OK(sip_name_addr_parse(&n, SLICE(" * ")));
    CHECK(n.is_star);
    return 0;
}

static int broken_name_addr_is_refused(void)
{
    static const char *const bad[] = {
        "",
        "\"Joe <sip:a@b>",
        "\"Joe\" <sip:a@b>;;;;",
        "Bell, Alexander <sip:a@b>",
        "\"W\" < sip:a@b >",
        "<sip:a@b",
        "sip:a@b?Route=x",
        "<>",
        "<sip:a@b> x",
        "<sip:a@b>;=x",
        "\"x\"y <sip:a@b>",
    };
    struct sip_name_addr n;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!sip_name_addr_parse(&n, slice_of(bad[i])))
            return unit_failed(__FILE__, __LINE__, bad[i]);
    return 0;
}

static int comma_list_is_cut_outside_quotes_and_angles(void)
{
    struct slice rest = SLICE("\"a,b\" <sip:x@y,z> ;p=\"1,2\" , sip:c@d,*"), v;

    CHECK(sip_value_next(&rest, &v) && slice_eqz(v, "\"a,b\" <sip:x@y,z> ;p=\"1,2\""));
    CHECK(sip_value_next(&rest, &v) && slice_eqz(v, "sip:c@d"));
    CHECK(sip_value_next(&rest, &v) && slice_eqz(v, "*"));
    CHECK(!sip_value_next(&rest, &v));
    return 0;
}

static int printed_display_name_reads_back(void)
{
    struct sip_name_addr n;
    struct buf b;
    char text[64];
    int err;

    buf_init(&b, 1000);
    CHECK_OK_TO(sip_name_addr_print(&b, SLICE("Q\"uo\\te\r\nX: y"), SLICE("sip:a@b")), out);
    CHECK_OK_TO(sip_name_addr_parse(&n, buf_slice(&b)), out);
    CHECK_OK_TO(sip_display_copy(&n, text, sizeof(text)), out);
    CHECK_TO(strcmp(text, "Q\"uo\\teX: y") == 0, out);
out:
    buf_fini(&b);
    return err;
}

static int escapes_are_resolved_and_made(void)
{
    char text[8];
    struct buf b;
    int err;

    CHECK_OK(sip_unescape(SLICE("%23%32a"), text, sizeof(text)));
    CHECK(strcmp(text, "#2a") == 0);
    CHECK(sip_unescape(SLICE("a%zz"), text, sizeof(text)) == EINVAL);
    CHECK(sip_unescape(SLICE("a%00"), text, sizeof(text)) == EINVAL);
    CHECK(sip_unescape(SLICE("a%4"), text, sizeof(text)) == EINVAL);
    CHECK(sip_unescape(SLICE("12345678"), text, sizeof(text)) == ENOSPC);
    CHECK(strcmp(text, "1234567") == 0);
    buf_init(&b, 100);
    CHECK_OK_TO(sip_escape_user(&b, SLICE("#1 @x%")), out);
    CHECK_TO(strcmp(buf_z(&b), "%231%20%40x%25") == 0, out);
out:
    buf_fini(&b);
    return err;
}

UNIT_TESTS(UNIT(uri_falls_into_its_parts), UNIT(user_part_may_hold_semicolons_and_question_marks),
           UNIT(tel_and_unknown_schemes_are_told_apart), UNIT(nonsense_is_refused),
           UNIT(addresses_are_equal_as_the_rfc_says), UNIT(name_addr_knows_quotes_and_angles),
           UNIT(broken_name_addr_is_refused), UNIT(comma_list_is_cut_outside_quotes_and_angles),
           UNIT(printed_display_name_reads_back), UNIT(escapes_are_resolved_and_made))
