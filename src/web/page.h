/*
 * web/page.h - what a request gets that is not the Manager's answer: 401, 404, 501 ... in Asterisk's words
 *
 * Source:  Asterisk 22's main/http.c, ast_http_create_response.
 */
#pragma once
#include "http/server.h"

#define WEB_SERVER "Station/" STATION_VERSION

/** Answer with the page of that status. @param fields  more fields, or NULL */
void web_page(struct http_request *r, int status, const struct http_field *fields);
