#!/usr/bin/env python3
"""face.py WHAT ... - the interface's face: hostile requests over TLS, a load while the certificate is replaced, and a
web role of paper behind the station's own configuration of nginx"""
import http.client
import os
import re
import socket
import socketserver
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

LOOSE = ssl.create_default_context()
LOOSE.check_hostname = False
LOOSE.verify_mode = ssl.CERT_NONE


def talk(port, data, seconds=0.7):
    """One connection: say data. @return what came"""
    with LOOSE.wrap_socket(socket.create_connection(("127.0.0.1", port), 5)) as s:
        got = b""
        try:
            s.sendall(data)
            s.settimeout(seconds)
            while part := s.recv(65536):
                got += part
        except (OSError, ssl.SSLError):
            pass
        return got


def smuggling(port):
    hidden = b"GET /pbx/api/v1/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"POST /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    cases = [
        ("two lengths", head + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", [400]),
        ("two different lengths", head + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(hidden) + hidden, [400]),
        ("length with a sign", head + b"Content-Length: +2\r\n\r\n{}", [400]),
        ("length and encoding", head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(hidden)) + hidden, [400]),
        ("unknown encoding", head + b"Transfer-Encoding: identity\r\n\r\n" + hidden, [400, 501]),
        ("encoding twice", head + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, [400, 501]),
        ("bad chunk", head + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + hidden, [400]),
        ("blank before the colon", head + b"Content-Length : 2\r\n\r\n{}", [400]),
        ("folded field", b"GET /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n", [400]),
        ("two hosts", b"GET /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", [400]),
        ("no host", b"GET /pbx/api/v1/session HTTP/1.1\r\n\r\n", [400]),
        ("NUL in a field", b"GET /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n", [400]),
        ("version 2.0", b"GET /pbx/api/v1/session HTTP/2.0\r\nHost: x\r\n\r\n", [400, 505]),
        ("CONNECT", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n", [400, 405]),
        ("TRACE", b"TRACE /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\n\r\n", [405, 501]),
        ("out of the root", b"GET /pbx/../../tls/web.key HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("out of the root, escaped", b"GET /pbx/assets/%2e%2e/%2e%2e/%2e%2e/tls/web.key HTTP/1.1\r\nHost: x\r\n\r\n", [400, 404]),
        ("an inner location", b"GET /.file/recordings/x HTTP/1.1\r\nHost: x\r\n\r\n", [404]),
        ("an inner apology", b"GET /.station/413/json/en HTTP/1.1\r\nHost: x\r\n\r\n", [404]),
        ("the Manager", b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\nX-Station-Face: manager\r\n\r\n", [404]),
    ]
    bad = 0
    for name, request, right in cases:
        got = talk(port, request)
        have = [int(x) for x in re.findall(rb"HTTP/1\.1 (\d\d\d) ", got)]
        if len(have) > 1 or (have and have[0] not in right) or (not have and got) or b"PRIVATE KEY" in got:
            print("    %s: %r" % (name, got[:300]))
            bad += 1
    return bad


def load(port, seconds, path):
    """Requests on connections that stay, until the time is over. Says how many; a failed one is an error."""
    bad, done = [], [0]
    until = time.time() + seconds

    def work():
        c = http.client.HTTPSConnection("127.0.0.1", port, context=LOOSE, timeout=5)
        while time.time() < until:
            try:
                c.request("GET", path)
                r = c.getresponse()
                r.read()
                if r.status >= 500:
                    bad.append(r.status)
                done[0] += 1
                if r.getheader("Connection") == "close":
                    c.close()
            except http.client.RemoteDisconnected:
                c.close()  # between two requests: an old worker has said good-bye
            except OSError as e:
                bad.append(repr(e))
                c.close()
            time.sleep(0.01)

    workers = [threading.Thread(target=work) for _ in range(4)]
    [w.start() for w in workers]
    [w.join() for w in workers]
    print("    %d requests, failed: %s" % (done[0], bad[:5]) if bad else "", end="")
    return len(bad) + (done[0] == 0)


class Paper(BaseHTTPRequestHandler):
    """Answers as the web role does: with files, streams, and what it read."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "nginx"

    def say(self, status, fields, body=b""):
        self.send_response_only(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        target = self.headers["X-Station-Target"]
        if target.startswith("/pbx/api/v1/file?"):
            self.say(200, [("X-Accel-Redirect", "/.file/" + target.split("?")[1]), ("Content-Type", "audio/wav"),
                           ("Content-Disposition", "attachment; filename=\"a.wav\"")])
        elif target.startswith("/pbx/api/v1/events"):
            self.send_response_only(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(3):
                self.wfile.write(b"9\r\ndata: %d\n\n\r\n" % i)
                self.wfile.flush()
                time.sleep(0.5)
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.say(200, [("Content-Type", "text/plain")],
                     "|".join((target, self.headers["X-Station-Face"], self.headers["X-Station-Peer"])).encode())

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        self.say(200, [], self.headers["Content-Length"].encode())


class PaperServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def paper(path):
    os.umask(0)
    PaperServer(path, Paper).serve_forever()


def events(port):
    """Each event comes when it is sent, not when the answer is over."""
    c = http.client.HTTPSConnection("127.0.0.1", port, context=LOOSE, timeout=5)
    c.request("GET", "/pbx/api/v1/events?topics=call")
    r = c.getresponse()
    at = []
    while r.readline().startswith(b"data:"):
        at.append(time.time())
        r.readline()
    return 0 if len(at) == 3 and at[2] - at[0] > 0.8 else 1


what, args = sys.argv[1], [int(x) if x.isdigit() else x for x in sys.argv[2:]]
sys.exit({"smuggling": smuggling, "load": load, "paper": paper, "events": events}[what](*args))
