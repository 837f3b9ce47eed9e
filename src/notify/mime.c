/* notify/mime.c - see mime.h */
#include "notify/mime.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

#include "base/slice.h"

enum { WORD = 42, LINE = 57 }; /* bytes before base64: 56 and 76 characters of it */

int notify_mime_address(const char *text, char *out, size_t size)
{
    const char *open = strrchr(text, '<');
    struct slice a = slice_of(open ? open + 1 : text);

    if (open && slice_chr(a, '>') < 0)
        return EINVAL;
    if (open)
        a.len = (size_t)slice_chr(a, '>');
    a = slice_trim(a);
    if (slice_chr(a, '@') <= 0 || (size_t)slice_chr(a, '@') + 1 >= a.len)
        return EINVAL;
    for (size_t i = 0; i < a.len; i++)
        if ((unsigned char)a.p[i] <= ' ' || strchr("<>,;\"\x7f", a.p[i]))
            return EINVAL;
    return slice_copy(a, out, size) ? EINVAL : 0;
}

static void put_base64(struct buf *out, const char *p, size_t len)
{
    unsigned char text[4 * ((LINE + 2) / 3) + 1];

    EVP_EncodeBlock(text, (const unsigned char *)p, (int)len);
    buf_addz(out, (const char *)text);
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* No character is cut: bytes 10xxxxxx belong to the one before. */
static size_t whole(const char *p, size_t len)
{
    size_t n = len < WORD ? len : WORD;

    while (n < len && n > WORD - 4 && ((unsigned char)p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void put_words(struct buf *out, struct slice text)
{
    char part[WORD];

    for (bool is_first = true; text.len; is_first = false) {
        const size_t n = whole(text.p, text.len);

        for (size_t i = 0; i < n; i++)
            part[i] = (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i];
        buf_addz(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        put_base64(out, part, n);
        buf_addz(out, "?=");
        text = slice_skip(text, n);
    }
}

static void put_text(struct buf *out, const char *text)
{
    if (is_plain(text) && strlen(text) <= 60 && !strstr(text, "=?"))
        buf_addz(out, text);
    else
        put_words(out, slice_of(text));
}

static int put_from(struct buf *out, const char *from)
{
    const char *open = strrchr(from, '<');
    struct slice name = slice_trim(slice_from(from, open ? (size_t)(open - from) : 0));
    char address[256];
    int err = notify_mime_address(from, address, sizeof(address));

    if (err)
        return err;
    buf_addz(out, "From: ");
    if (name.len) {
        put_words(out, name);
        buf_addc(out, ' ');
    }
    return buf_printf(out, "<%s>\r\n", address);
}

static void put_date(struct buf *out, int64_t at)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t t = (time_t)at;
    struct tm tm;

    gmtime_r(&t, &tm);
    buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
               months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int put_body(struct buf *out, const char *text)
{
    struct buf lines;
    int err;

    buf_init(&lines, 1 << 20);
    for (; *text; text++) {
        if (*text == '\n')
            buf_addc(&lines, '\r');
        if (*text != '\r')
            buf_addc(&lines, *text);
    }
    for (size_t i = 0; i < lines.len; i += LINE) {
        put_base64(out, lines.p + i, lines.len - i < LINE ? lines.len - i : LINE);
        buf_addz(out, "\r\n");
    }
    err = buf_err(&lines);
    buf_fini(&lines);
    return err;
}

int notify_mime_print(struct buf *out, const struct notify_mail *m)
{
    char from[256], to[256];
    int err = notify_mime_address(m->to, to, sizeof(to));

    if (!err)
        err = notify_mime_address(m->from, from, sizeof(from));
    if (!err)
        err = put_from(out, m->from);
    if (err)
        return err;
    buf_printf(out, "To: <%s>\r\nSubject: ", to);
    put_text(out, m->subject);
    buf_addz(out, "\r\n");
    put_date(out, m->at);
    buf_printf(out, "Message-ID: <%s%s>\r\n", m->id, strchr(from, '@'));
    buf_addz(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n");
    err = put_body(out, m->text);
    return err ? err : buf_err(out);
}
