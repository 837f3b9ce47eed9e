/* text.c - see text.h */
#include "import/text.h"
#include "base/utf8.h"

/* Of the bytes 0x80-0xBF; 0xC0-0xFF are U+0410-U+044F. */
static const uint16_t cp1251[64] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409,
    0x2039, 0x040A, 0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0xFFFD, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0,
    0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB,
    0x00AC, 0x00AD, 0x00AE, 0x0407, 0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6,
    0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457};

static void add_char(struct buf *out, unsigned c)
{
    if (c < 0x80) {
        buf_addc(out, (char)c);
    } else if (c < 0x800) {
        buf_addc(out, (char)(0xc0 | c >> 6));
        buf_addc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_addc(out, (char)(0xe0 | c >> 12));
        buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_addc(out, (char)(0x80 | (c & 0x3f)));
    }
}

int import_text_cp1251(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned c = (unsigned char)text.p[i];

        add_char(out, c < 0x80 ? c : c < 0xc0 ? cp1251[c - 0x80] : 0x410 + c - 0xc0);
    }
    return buf_err(out);
}

int import_text_json(struct slice text, struct buf *out)
{
    buf_addc(out, '"');
    while (text.len) {
        const unsigned char c = (unsigned char)*text.p;
        const size_t len = utf8_length(text);

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < ' ')
            buf_printf(out, "\\u%04x", c);
        else if (len)
            buf_add(out, text.p, len);
        else
            add_char(out, 0xfffd);
        text = slice_skip(text, len ? len : 1);
    }
    return buf_addc(out, '"');
}
