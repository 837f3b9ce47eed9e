/* web/page.c - see page.h */
#include "web/page.h"

#define PAGE_MAX 4096

static const struct words {
    int status;
    const char *title, *text;
} words[] = {
    {400, "Bad Request", "The request is malformed, or a value in it has line ends."},
    {401, "Unauthorized", ""},
    {404, "Not Found", "The requested URL was not found on this server."},
    {413, "Request Entity Too Large", "The request is too long."},
    {429, "Too Many Requests", "Too many requests of this session wait."},
    {431, "Request Header Fields Too Large", "The request has too many header fields."},
    {500, "Server Error", "An error occurred."},
    {501, "Not Implemented", "Attempt to use unimplemented / unsupported method"},
    {503, "Service Unavailable", "The station does not answer now, try again."},
    {505, "HTTP Version Not Supported", "HTTP/1.0 and HTTP/1.1 are spoken here."},
};

static const struct words *words_of(int status)
{
    const struct words *w = words;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].status == status)
            w = &words[i];
    return w;
}

void web_page(struct http_request *r, int status, const struct http_field *fields)
{
    const struct words *w = words_of(status);
    struct http_field all[8] = {{"Server", WEB_SERVER}, {"Cache-Control", "no-cache, no-store"}};
    struct buf b;

    for (int i = 2; i < 7 && fields && fields->name; i++)
        all[i] = *fields++;
    buf_init(&b, PAGE_MAX);
    buf_printf(&b,
               "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n"
               "<html><head>\r\n<title>%d %s</title>\r\n</head><body>\r\n"
               "<h1>%s</h1>\r\n<p>%s</p>\r\n<hr />\r\n<address>" WEB_SERVER
               "</address>\r\n</body></html>\r\n",
               w->status, w->title, w->title, w->text);
    http_reply(r, status, "text/html", all, &b);
}
