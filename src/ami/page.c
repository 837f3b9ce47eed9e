/* ami/page.c - see page.h */
#include "ami/page.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"

#define NAMES_MAX (8u << 20) /* bytes for the names of one block, which are counted */

/* How one format writes a block ("Name: value" lines up to an empty one). */
struct shape {
    const char *type;
    const char *before_name, *before_value, *after_value, *after_block, *line_break;
};

static const struct shape shapes[AMI_FORMATS] = {
    [AMI_RAW] = {.type = "text/plain"},
    [AMI_HTML] = {.type = "text/html",
                  .before_name = "<tr><td>",
                  .before_value = "</td><td>",
                  .after_value = "</td></tr>\n",
                  .after_block = "<tr><td colspan=\"2\"><hr></td></tr>\r\n",
                  .line_break = "<br>\n"},
    [AMI_XML] = {.type = "text/xml",
                 .before_name = " ",
                 .before_value = "='",
                 .after_value = "'",
                 .after_block = " /></response>\n",
                 .line_break = "\n"},
};

/* The frames of /manager and /amanager, as Asterisk's pages have them. */
static const char html_head[] =
    "<title>Asterisk&trade; Manager Interface</title><body bgcolor=\"#ffffff\">"
    "<table align=center bgcolor=\"#f1f1f1\" width=\"500\">\r\n"
    "<tr><td colspan=\"2\" bgcolor=\"#f1f1ff\"><h1>Manager Tester</h1></td></tr>\r\n"
    "<tr><td colspan=\"2\" bgcolor=\"#f1f1ff\"><form action=\"manager\" method=\"post\">\n"
    "\tAction: <select name=\"action\">\n"
    "\t\t<option value=\"\">-----&gt;</option>\n"
    "\t\t<option value=\"login\">login</option>\n"
    "\t\t<option value=\"command\">Command</option>\n"
    "\t\t<option value=\"waitevent\">waitevent</option>\n"
    "\t\t<option value=\"listcommands\">listcommands</option>\n"
    "\t</select>\n"
    "\tor <input name=\"action\"><br/>\n"
    "\tCLI Command <input name=\"command\"><br>\n"
    "\tuser <input name=\"username\"> pass <input type=\"password\" name=\"secret\"><br>\n"
    "\t<input type=\"submit\">\n</form>\n</td></tr>\r\n";
static const char html_foot[] = "</table></body>\r\n";

static const char digest_head[] =
    "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n"
    "<html><head>\r\n<title>Asterisk&trade; Manager Interface</title>\r\n"
    "</head><body style=\"background-color: #ffffff;\">\r\n"
    "<form method=\"POST\">\r\n"
    "<table align=\"center\" style=\"background-color: #f1f1f1;\" width=\"500\">\r\n"
    "<tr><th colspan=\"2\" style=\"background-color: #f1f1ff;\"><h1>Manager Tester</h1></th></tr>\r\n"
    "<tr><th colspan=\"2\" style=\"background-color: #f1f1ff;\">Action: <input name=\"action\" /> "
    "Cmd: <input name=\"command\" /><br><input type=\"submit\" value=\"Send request\" /></th></tr>\r\n";
static const char digest_foot[] = "</table></form></body></html>\r\n";

const char *ami_page_type(enum ami_format f)
{
    return shapes[f].type;
}

/* ---- escaped text ---- */

static const char *entity_of(char c)
{
    switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '&': return "&amp;";
    default: return (unsigned char)c < ' ' && c != '\t' ? "" : NULL;
    }
}

static void put_text(struct buf *b, struct slice s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.len; i++) {
        const char *entity = entity_of(s.p[i]);

        if (!entity)
            continue;
        buf_add(b, s.p + from, i - from);
        buf_addz(b, entity);
        from = i + 1;
    }
    if (from < s.len)
        buf_add(b, s.p + from, s.len - from);
}

/* A name of XML: letters and digits, an underline for all else. */
static void put_word(struct buf *b, struct slice s, bool is_lower)
{
    if (is_lower && s.len && s.p[0] >= '0' && s.p[0] <= '9')
        buf_addc(b, '_'); /* no name of XML begins with a digit ("100rel") */
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.p[i];

        if (c >= 'A' && c <= 'Z')
            buf_addc(b, is_lower ? (char)(c | 0x20) : c);
        else
            buf_addc(b, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_');
    }
}

/* ---- blocks ---- */

struct named {
    struct hash_link link;
    struct slice name;
    uint32_t count;
};

struct writer {
    const struct ami_page *page;
    const struct shape *shape;
    struct buf *out;
    struct hash names; /* of the present block: the second of a name is "name-2" */
    struct arena memory;
    bool is_in_block, is_in_text; /* text: lines without a name, to the end of the block */
};

static uint32_t count_name(struct writer *w, struct slice name)
{
    const uint32_t hash = hash_slice(name);
    struct named *n;

    for (struct hash_link *k = hash_first(&w->names, hash); k; k = hash_next(k)) {
        n = CONTAINER_OF(k, struct named, link);
        if (slice_eq(n->name, name))
            return ++n->count;
    }
    n = arena_alloc(&w->memory, sizeof(*n));
    if (!n || hash_add(&w->names, &n->link, hash)) {
        w->out->err = ENOMEM;
        return 1;
    }
    n->name = name;
    return n->count = 1;
}

static void begin_block(struct writer *w)
{
    w->is_in_block = true;
    hash_init(&w->names);
    if (w->page->format != AMI_XML)
        return;
    buf_addz(w->out, "<response type='object' id='");
    put_text(w->out, w->page->dest.len ? w->page->dest : SLICE("unknown"));
    buf_addz(w->out, "'><");
    if (w->page->type.len)
        put_word(w->out, w->page->type, false);
    else
        buf_addz(w->out, "generic");
}

static void end_block(struct writer *w)
{
    if (w->is_in_text)
        buf_addz(w->out, w->shape->after_value);
    if (w->is_in_block) {
        buf_addz(w->out, w->shape->after_block);
        hash_fini(&w->names);
        arena_reset(&w->memory);
    }
    w->is_in_block = w->is_in_text = false;
}

static void put_line(struct writer *w, struct slice line)
{
    struct slice value, name = slice_cut(line, ':', &value);
    uint32_t count;

    if (w->is_in_text) {
        buf_addz(w->out, w->shape->line_break);
        put_text(w->out, line);
        return;
    }
    if (!slice_is_set(value)) {
        value = line;
        name = SLICE("Opaque-data");
        w->is_in_text = true;
    }
    buf_addz(w->out, w->shape->before_name);
    name = slice_trim(name);
    if (w->page->format == AMI_XML)
        put_word(w->out, name, true);
    else
        put_text(w->out, name);
    count = count_name(w, name);
    if (count > 1)
        buf_printf(w->out, "-%u", count);
    buf_addz(w->out, w->shape->before_value);
    put_text(w->out, slice_trim(value));
    if (!w->is_in_text)
        buf_addz(w->out, w->shape->after_value);
}

static void put_blocks(struct writer *w, struct slice text)
{
    while (slice_is_set(text) && text.len) {
        struct slice line = slice_cut(text, '\n', &text);

        if (slice_trim(line).len == 0) {
            end_block(w);
            continue;
        }
        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        if (!w->is_in_block)
            begin_block(w);
        put_line(w, line);
    }
    end_block(w);
}

int ami_page(struct buf *out, const struct ami_page *page, struct slice answer)
{
    struct writer w = {.page = page, .shape = &shapes[page->format], .out = out};
    const bool is_xml = page->format == AMI_XML;

    if (page->format == AMI_RAW)
        return buf_adds(out, answer);
    arena_init(&w.memory, NAMES_MAX);
    buf_addz(out, is_xml ? "<ajax-response>\n" : page->is_digest ? digest_head : html_head);
    put_blocks(&w, answer);
    arena_fini(&w.memory);
    return buf_addz(out, is_xml ? "</ajax-response>\n" : page->is_digest ? digest_foot : html_foot);
}
