#!/usr/bin/env python3
"""web.py WHAT PORT - what a hostile or slow client does to the station's HTTP; says what went wrong, exit code 1"""
import re
import sys
import threading
import time

from clients import connect, exchange, read_all

bad = 0


def fail(what, got=b""):
    global bad
    bad += 1
    print("    %s: %r" % (what, got[:600]))


def talk(port, data, seconds=0.7):
    return exchange(port, data, seconds)[0]


def statuses(got):
    return [int(x) for x in re.findall(rb"HTTP/1\.1 (\d\d\d) ", got)]


HEAD = b"POST /rawman HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BODY = b"action=ping"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"


def smuggling(port):
    # name, request, statuses that are right; a second answer would be the hidden request's
    cases = [
        ("two lengths", HEAD + b"Content-Length: 11\r\nContent-Length: 11\r\n\r\n" + BODY, [400]),
        ("two different lengths", HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, [400]),
        ("a list of lengths", HEAD + b"Content-Length: 11, 11\r\n\r\n" + BODY, [400]),
        ("length with a sign", HEAD + b"Content-Length: +11\r\n\r\n" + BODY, [400]),
        ("negative length", HEAD + b"Content-Length: -1\r\n\r\n" + BODY, [400]),
        ("hexadecimal length", HEAD + b"Content-Length: 0xb\r\n\r\n" + BODY, [400]),
        ("huge length", HEAD + b"Content-Length: 18446744073709551627\r\n\r\n" + BODY, [400, 413]),
        ("length and encoding", HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(HIDDEN)) + HIDDEN, [400]),
        ("unknown encoding", HEAD + b"Transfer-Encoding: identity\r\n\r\n" + HIDDEN, [400, 501]),
        ("encoding with a tab", HEAD + b"Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN, [400, 501]),
        ("encoding twice", HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [400, 501]),
        ("bad chunk", HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + HIDDEN, [400]),
        ("blank before the colon", HEAD + b"Content-Length : 11\r\n\r\n" + BODY, [400]),
        ("folded field", b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\n\r\n", [400]),
        ("two hosts", b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", [400]),
        ("no host", b"GET /rawman?action=ping HTTP/1.1\r\n\r\n", [400]),
        ("NUL in a field", b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n", [400]),
        ("NUL in the path", b"GET /raw\0man?action=ping HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        ("version 1.2", b"GET /rawman?action=ping HTTP/1.2\r\nHost: x\r\n\r\n", [200, 400, 505]),
        ("version 2.0", b"GET /rawman?action=ping HTTP/2.0\r\nHost: x\r\n\r\n", [400, 505]),
        ("TLS on the plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
        ("CONNECT", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n", [400, 405]),
        ("TRACE", b"TRACE /rawman HTTP/1.1\r\nHost: x\r\n\r\n", [405, 501]),
        ("absolute form", b"GET http://elsewhere/nosuch HTTP/1.1\r\nHost: x\r\n\r\n", [404]),
    ]
    for name, request, right in cases:
        got = talk(port, request)
        have = statuses(got)
        if len(have) > 1 or (have and have[0] not in right) or (not have and got):
            fail(name, got)
    # A line ended by LF alone is one line to every reader behind nginx: it passes on what it understood.
    got = talk(port, b"GET /rawman?action=ping HTTP/1.1\nHost: x\nContent-Length: 0\n\n" + HIDDEN)
    if statuses(got) != [200, 404]:
        fail("bare LF", got)
    # Chunks are fine: web gets one length.
    got = talk(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\nb\r\naction=ping\r\n0\r\n\r\n")
    if statuses(got) != [200] or b"Permission denied" not in got:
        fail("chunks", got)
    got = talk(port, b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + HIDDEN, 2)
    if statuses(got) != [200] * 20 + [404]:
        fail("pipeline", got)


def oversize(port):
    get = b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n"
    cases = [
        ("long path", b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", [414]),
        ("long query", b"GET /rawman?" + b"a" * 70000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", [414]),
        ("long field", get + b"X-A: " + b"a" * 70000 + b"\r\n\r\n", [400, 431]),
        ("long head", get + (b"X-A: " + b"a" * 8000 + b"\r\n") * 20 + b"\r\n", [400, 431]),
        ("many fields", get + b"X-A: 1\r\n" * 200 + b"\r\n", [400, 431]),
        ("long body", HEAD + b"Content-Length: 70000\r\n\r\n" + b"a" * 70000, [413]),
        ("many values", b"GET /rawman?" + b"a=1&" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
    ]
    for name, request, right in cases:
        got = talk(port, request)
        if not statuses(got) or statuses(got)[0] not in right:
            fail(name, got)
    got = talk(port, cases[5][1])
    if b"Response: Error\r\nMessage: " not in got or b"text/plain" not in got:
        fail("413 is an answer of the Manager", got)


def ping(port):
    at = time.time()
    got = talk(port, b"GET /rawman?action=ping HTTP/1.0\r\n\r\n", 3)
    if b"Permission denied" not in got:
        fail("ping", got)
    return time.time() - at


def idle(port):
    """2,000 who say nothing: others are served, and those are gone after a while."""
    all = [connect(port) for _ in range(2000)]
    for _ in range(10):
        if ping(port) > 1:
            fail("a ping beside 2,000 idle connections took more than 1 s")
    at = time.time()
    while all and time.time() - at < 20:
        all[0].settimeout(20)
        try:
            if all[0].recv(1):
                break
        except ConnectionResetError:
            pass
        all.pop(0).close()
    if all:
        fail("%d idle connections were not closed" % len(all))


def slow(port):
    """One byte a second, in the head and in the body."""
    for name, request in (("head", b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 100),
                          ("body", HEAD + b"Content-Length: 1000\r\n\r\n")):
        s = connect(port)
        at = time.time()
        try:
            if name == "body":
                s.sendall(request)
                time.sleep(12)
                s.sendall(b"a")
                time.sleep(1)
                s.sendall(b"a")
            else:
                for c in request:
                    s.sendall(bytes([c]))
                    time.sleep(0.5)
                    if time.time() - at > 25:
                        break
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = read_all(s, 3)[0]
        if time.time() - at > 20 or b" 200 " in got:
            fail("slow " + name, got)
        s.close()


def flood(port):
    """Many requests of one address at once: argv[3] is the address to come from."""
    host = sys.argv[3]
    codes = statuses(talk((host, port), b"GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n" * 400, 3))
    if codes.count(429) < 50 or codes.count(200) < 10:
        fail("of 400: %d with 200, %d with 429" % (codes.count(200), codes.count(429)))


class Session:
    def __init__(self, port, user="measure", secret="measure-pw"):
        self.port = port
        self.cookie = ""
        self.got = self.ask("action=login&username=%s&secret=%s" % (user, secret))

    def ask(self, query, path="/rawman", seconds=10):
        got = talk(self.port, ("GET %s?%s HTTP/1.0\r\n%s\r\n" % (path, query, self.cookie)).encode(), seconds)
        m = re.search(rb'Set-Cookie: (mansession_id="[0-9a-f]+")', got)
        if m:
            self.cookie = "Cookie: %s\r\n" % m.group(1).decode()
        return got


def sessions(port):
    s = Session(port)
    if b"Authentication accepted" not in s.got or not re.search(r'"[0-9a-f]{32}"', s.cookie):
        return fail("login", s.got)
    if b"Ping: Pong" not in s.ask("action=ping"):
        fail("ping after login")
    # A broken or huge Cookie is none of ours, and is answered as if there were none.
    good = s.cookie
    for odd in (b'a="', b'"', b"=;=;", b";".join(b"c%d=v" % i for i in range(900))):
        s.cookie = "Cookie: %s\r\n" % odd.decode()
        got = s.ask("action=ping")
        if b" 200 OK" not in got or b"Permission denied" not in got:
            fail("Cookie: %s" % odd[:20].decode(), got)
    s.cookie = good
    # Many at once with one cookie: each gets its own answer, also behind one that takes longer.
    wrong = []

    def many(query, want):
        for _ in range(20):
            got = s.ask(query)
            if want not in got:
                wrong.append((query, got))

    threads = [threading.Thread(target=many, args=a) for a in
               [("action=ping", b"Ping: Pong"), ("action=getconfig&filename=rtp.conf", b"Category-000000: general"),
                ("action=listcategories&filename=http.conf", b"Category-000000: general")] * 2]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if wrong:
        fail("%d of many at once: %s" % (len(wrong), wrong[0][0]), wrong[0][1])
    # WaitEvent waits beside other requests; what they cause ends it.
    s.ask("action=events&eventmask=user")
    s.ask("action=waitevent&timeout=0")
    waited = []
    t = threading.Thread(target=lambda: waited.append(s.ask("action=waitevent&timeout=8")))
    t.start()
    time.sleep(0.5)
    at = time.time()
    if b"Ping: Pong" not in s.ask("action=ping") or time.time() - at > 1:
        fail("a ping beside WaitEvent")
    s.ask("action=userevent&userevent=Wake&what=1")
    t.join()
    if b"UserEvent: Wake" not in waited[0] or time.time() - at > 4:
        fail("WaitEvent", waited[0])
    # A second WaitEvent ends the first.
    del waited[:]
    t = threading.Thread(target=lambda: waited.append(s.ask("action=waitevent&timeout=8")))
    t.start()
    time.sleep(0.3)
    at = time.time()
    s.ask("action=waitevent&timeout=1")
    t.join()
    if b"WaitEventComplete" not in waited[0] or time.time() - at > 4:
        fail("first WaitEvent", waited[0])
    # The cookie of before the login is worth nothing after it.
    c = Session(port, "nobody", "x")
    c.ask("action=challenge&authtype=md5")
    before = c.cookie
    c.ask("action=login&username=measure&secret=measure-pw")
    if c.cookie == before or b"Pong" not in c.ask("action=ping"):
        fail("a login gives a new cookie")
    c.cookie = before
    if b"Permission denied" not in c.ask("action=ping"):
        fail("the former cookie works")
    if b"Thanks for all the fish" not in s.ask("action=logoff"):
        fail("logoff")
    if b"Permission denied" not in s.ask("action=ping"):
        fail("ping after logoff")


def expiry(port):
    """http_session_timeout is 2."""
    s = Session(port)
    time.sleep(1)
    if b"Pong" not in s.ask("action=ping"):
        fail("within the time")
    time.sleep(3)
    if b"Permission denied" not in s.ask("action=ping"):
        fail("after it")


def death(port):
    """argv[3:]: numbers of processes to kill during a WaitEvent."""
    import os
    import signal
    s = Session(port)
    s.ask("action=events&eventmask=user")
    s.ask("action=waitevent&timeout=0")
    waited = []
    t = threading.Thread(target=lambda: waited.append((s.ask("action=waitevent&timeout=20", seconds=30), time.time())))
    t.start()
    time.sleep(0.5)
    at = time.time()
    for pid in sys.argv[3:]:
        os.kill(int(pid), signal.SIGKILL)
    t.join()
    if waited[0][1] - at > 1.5 or (waited[0][0] and statuses(waited[0][0])[:1] not in ([502], [503])):
        fail("WaitEvent %.1f s" % (waited[0][1] - at), waited[0][0])
    while time.time() - at < 10:
        try:
            if b"Authentication accepted" in Session(port).got:
                break
        except OSError:
            pass
        time.sleep(0.05)
    late = time.time() - at
    print("    works again after %.2f s" % late)
    if late > float(os.environ.get("LATE", "1")):
        fail("works again after %.2f s" % late)


{f.__name__: f for f in (smuggling, oversize, idle, slow, flood, sessions, expiry, death)}[sys.argv[1]](int(sys.argv[2]))
sys.exit(bad > 0)
