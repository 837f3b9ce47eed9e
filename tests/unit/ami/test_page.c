/* An answer as XML and as HTML: Asterisk's bytes */
#include "ami/page.h"
#include "unit.h"

#include <string.h>

static int shows(const struct ami_page *page, struct slice answer, const char *want)
{
    struct buf b;
    int err;

    buf_init(&b, 1 << 20);
    err = ami_page(&b, page, answer);
    if (!err && !slice_eqz(buf_slice(&b), want))
        err = unit_failed(__FILE__, __LINE__, buf_z(&b));
    buf_fini(&b);
    return err;
}

static int shows_xml(const char *answer, const char *want)
{
    return shows(&(struct ami_page){.format = AMI_XML}, slice_of(answer), want);
}

#define GENERIC(attributes)                                                                        \
    "<response type='object' id='unknown'><generic" attributes " /></response>\n"
#define AJAX(responses) "<ajax-response>\n" responses "</ajax-response>\n"

static int xml_is_asterisks(void)
{
    CHECK_OK(
        shows_xml("Response: Success\r\nPing: Pong\r\nTimestamp: 1795406518.651652\r\n\r\n",
                  AJAX(GENERIC(" response='Success' ping='Pong' timestamp='1795406518.651652'"))));
    CHECK_OK(shows_xml(
        "Response: Success\r\nEventList: start\r\n\r\nEvent: A-b c\r\nA-B: \r\n\r\n",
        AJAX(GENERIC(" response='Success' eventlist='start'") GENERIC(" event='A-b c' a_b=''"))));
    CHECK_OK(shows_xml("", AJAX("")));
    return 0;
}

static int xml_counts_and_escapes(void)
{
    CHECK_OK(
        shows_xml("Response: Success\r\nOutput: a\r\nOutput: <b> & 'c' \"d\"\r\nOutput: c\r\n\r\n",
                  AJAX(GENERIC(" response='Success' output='a' output-2='&lt;b&gt; &amp; "
                               "&apos;c&apos; &quot;d&quot;' output-3='c'"))));
    CHECK_OK(shows_xml("A: x\033\001y\r\n\r\n", AJAX(GENERIC(" a='xy'"))));
    CHECK_OK(shows_xml(
        "A: 1\r\nno name here\r\nnor here: at all\r\n\r\nB: 2\r\n\r\n",
        AJAX(GENERIC(" a='1' opaque_data='no name here\nnor here: at all'") GENERIC(" b='2'"))));
    return 0;
}

static int xml_names_what_is_asked_for(void)
{
    const struct ami_page page = {.format = AMI_XML, .dest = SLICE("a'b"), .type = SLICE("Obj><x")};

    return shows(&page, SLICE("A: 1\r\n\r\n"),
                 AJAX("<response type='object' id='a&apos;b'><Obj__x a='1' /></response>\n"));
}

static int html_has_rows(void)
{
    struct buf b;
    int err;

    buf_init(&b, 1 << 16);
    err = ami_page(&b, &(struct ami_page){.format = AMI_HTML},
                   SLICE("Response: Success\r\nActionID: 7\r\nPing: Pong\r\n"
                         "Timestamp: 1795406518.645871\r\n\r\n"));
    CHECK_OK_TO(err, out);
    CHECK_TO(b.len == 950, out); /* Asterisk's Content-Length */
    CHECK_TO(strstr(b.p, "<tr><td>Response</td><td>Success</td></tr>\n"
                         "<tr><td>ActionID</td><td>7</td></tr>\n"),
             out);
    CHECK_TO(strstr(b.p, "<tr><td colspan=\"2\"><hr></td></tr>\r\n</table></body>\r\n"), out);
    buf_reset(&b);
    err =
        ami_page(&b, &(struct ami_page){.format = AMI_HTML, .is_digest = true},
                 SLICE("Response: Success\r\nPing: Pong\r\nTimestamp: 1795406518.653152\r\n\r\n"));
    CHECK_OK_TO(err, out);
    CHECK_TO(b.len == 725, out);
out:
    buf_fini(&b);
    return err;
}

static int raw_is_the_answer(void)
{
    return shows(&(struct ami_page){.format = AMI_RAW}, SLICE("A: <b>\r\n\r\n"), "A: <b>\r\n\r\n");
}

UNIT_TESTS(UNIT(xml_is_asterisks), UNIT(xml_counts_and_escapes), UNIT(xml_names_what_is_asked_for),
           UNIT(html_has_rows), UNIT(raw_is_the_answer))
