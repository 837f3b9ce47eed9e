/*
 * An answer of the Manager, with what strangers chose in it, as XML and HTML.
 *
 * Promise: no crash; what a value says stays text: XML has as many '<' as the writer put there, none of the
 * value's, and no byte below a blank but its own line ends.
 */
#include "ami/page.h"
#include "base/bug.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t count(struct slice s, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += s.p[i] == c;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct slice text = slice_from((const char *)bytes, len);
    const struct slice part = slice_from(text.p, len < 20 ? len : 20);
    struct buf b;

    buf_init(&b, 1 << 22);
    ami_page(&b, &(struct ami_page){.format = AMI_HTML}, text);
    buf_reset(&b);
    ami_page(&b, &(struct ami_page){.format = AMI_XML, .dest = part, .type = part}, text);
    if (!buf_err(&b)) {
        const struct slice xml = buf_slice(&b);

        BUG_IF(count(xml, '<') != count(xml, '>'));
        for (size_t i = 0; i < xml.len; i++)
            BUG_IF((unsigned char)xml.p[i] < ' ' && xml.p[i] != '\n' && xml.p[i] != '\t');
    }
    buf_fini(&b);
    return 0;
}
