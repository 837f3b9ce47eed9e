/* Mails as they travel */
#include "notify/mime.h"

#include <errno.h>

#include "base/slice.h"
#include "unit.h"

static const struct notify_mail plain = {.from = "Станция <pbx@example.com>",
                                         .to = "a@example.com",
                                         .subject = "Hello",
                                         .text = "one\ntwo\n",
                                         .at = 0,
                                         .id = "x.1"};

static int a_mail_whole(void)
{
    struct buf out;
    int err;

    buf_init(&out, 10000);
    err = notify_mime_print(&out, &plain);
    if (!err)
        CHECK(strcmp(buf_z(&out), "From: =?UTF-8?B?0KHRgtCw0L3RhtC40Y8=?= <pbx@example.com>\r\n"
                                  "To: <a@example.com>\r\n"
                                  "Subject: Hello\r\n"
                                  "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n"
                                  "Message-ID: <x.1@example.com>\r\n"
                                  "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=UTF-8\r\n"
                                  "Content-Transfer-Encoding: base64\r\n\r\n"
                                  "b25lDQp0d28NCg==\r\n") == 0);
    buf_fini(&out);
    return err;
}

/* No line is longer than 76 bytes, no character is cut, nothing adds a header. */
static int long_subjects_are_folded(void)
{
    struct notify_mail m = plain;
    struct buf out;
    int err;

    m.subject =
        "Очень длинная тема письма, которая не помещается в одно слово\r\nBcc: evil@example.com";
    buf_init(&out, 10000);
    err = notify_mime_print(&out, &m);
    if (!err) {
        struct slice rest = buf_slice(&out);

        while (slice_is_set(rest)) {
            const struct slice line = slice_cut(rest, '\n', &rest);

            CHECK(line.len <= 78);
            CHECK(!slice_casestarts(line, SLICE("Bcc")));
        }
    }
    buf_fini(&out);
    return err;
}

static int addresses(void)
{
    static const char *const wrong[] = {"",         "a",    "@b",        "a@",         "a b@c",
                                        "a@b\r\nX", "<a@b", "a@b>,<c@d", "x <a@b\nc>", "a@b,c@d"};
    char out[64];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK(notify_mime_address(wrong[i], out, sizeof(out)) == EINVAL);
    CHECK(notify_mime_address("Name <a@b.c>", out, sizeof(out)) == 0 && strcmp(out, "a@b.c") == 0);
    CHECK(notify_mime_address("a@b.c", out, 4) == EINVAL);
    return 0;
}

UNIT_TESTS(UNIT(a_mail_whole), UNIT(long_subjects_are_folded), UNIT(addresses))
