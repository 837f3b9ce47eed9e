/*
 * ami/page.h - what the Manager answered, as /rawman, /mxml and /manager show it
 *
 * Scope:   text of one answer and its events ("Name: value" CR LF, an empty line after each) to XML or HTML.
 * Owns:    nothing; pure text.
 * Limits:  the buf's. Bytes below a blank are left out of XML: no reader takes them.
 * Source:  Asterisk 22's main/manager.c: xml_translate, xml_copy_escape, generic_http_callback.
 */
#pragma once
#include "base/buf.h"

enum ami_format { AMI_RAW, AMI_HTML, AMI_XML, AMI_FORMATS };

struct ami_page {
    enum ami_format format;
    bool is_digest;    /* HTML: the page of /amanager has another frame */
    struct slice dest; /* XML: parameter ajaxdest, absent: "unknown" */
    struct slice type; /* XML: parameter ajaxobjtype, absent: "generic" */
};

/** "text/plain" and its like. */
const char *ami_page_type(enum ami_format f);

/** Add the page of an answer to out. @return as buf_add */
int ami_page(struct buf *out, const struct ami_page *page, struct slice answer);
