#!/bin/sh
# web.sh - the Manager over HTTP through the front and the web role: sessions, hostile requests, limits, deaths
. "$(dirname "$0")/lib.sh"
finish
# settings shown here: http_enabled http_bind http_session_timeout http_rate http_connections
