#!/usr/bin/env python3
"""manager-kills.py TCP_PORT TLS_PORT HTTP_PORT PID CHANNELS - kill -9 of PID (the engine) while sessions of each kind are busy: each sees a
clean end and whole messages, and is in again within a second (LATE: seconds); that many channels are there again (manager-kills.sh)"""
import os
import re
import signal
import socket
import ssl
import sys
import threading
import time

TCP, TLS, HTTP, PID, CHANNELS = (int(x) for x in sys.argv[1:6])
LATE = float(os.environ.get("LATE", "1"))
problems = []
times = {}
killed = [0.0]
ready = threading.Barrier(6)


def problem(who, what):
    problems.append(f"{who}: {what}")


def connect(port, is_tls=False):
    s = socket.create_connection(("127.0.0.1", port), 5)
    s.settimeout(5)
    if is_tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        s = tls.wrap_socket(s)
    return s


def read_until(s, mark):
    got = b""
    while mark not in got:
        piece = s.recv(65536)
        if not piece:
            raise EOFError
        got += piece
    return got


def ask(s, *lines):
    s.sendall("".join(x + "\r\n" for x in lines).encode() + b"\r\n")


def login(port, is_tls=False, events="on"):
    s = connect(port, is_tls)
    ask(s, "Action: Login", "Username: admin", "Secret: pw", "Events: " + events)
    read_until(s, b"Message: Authentication accepted\r\n\r\n")
    return s


def again(who, come):
    """Come in again and again until it works."""
    while time.monotonic() - killed[0] < 20:
        try:
            s = come()
            times[who] = time.monotonic() - killed[0]
            return s
        except (OSError, EOFError):
            time.sleep(0.02)
    times[who] = 99
    return None


def read_to_the_end(who, s, each=None):
    """Until it is closed. What came are whole messages."""
    tail, total = b"", 0
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            total += len(piece)
            tail = (tail + piece)[-200:]
            if each:
                each(piece)
    except socket.timeout:
        problem(who, "the connection was not closed")
    except ConnectionError:
        pass
    if not killed[0]:
        problem(who, "closed before the kill")
    if total and not tail.endswith(b"\r\n\r\n"):
        problem(who, f"half a message: {tail!r}")
    return total


def listener(who, port, is_tls):
    s = login(port, is_tls)
    ready.wait()
    if not read_to_the_end(who, s):
        problem(who, "no events")
    s = again(who, lambda: login(port, is_tls))
    if not s:
        return
    ask(s, "Action: CoreShowChannels")
    listed = read_until(s, b"ListItems: ")
    if listed.count(b"Event: CoreShowChannel\r\n") != CHANNELS:
        problem(who, f"{listed.count(b'Event: CoreShowChannel')} channels after the kill, not {CHANNELS}")


def pinger(who, port, is_tls):
    """16 pings are under way, always."""
    s = login(port, is_tls, "off")
    ready.wait()

    def more(piece):
        for _ in range(piece.count(b"Ping: Pong")):
            ask(s, "Action: Ping")

    for _ in range(16):
        ask(s, "Action: Ping")
    try:
        read_to_the_end(who, s, more)
    except OSError:  # a write to what is closed already
        pass
    again(who, lambda: login(port, is_tls))


def shouter(who):
    """Makes events, so that there are some in the midst of it."""
    s = login(TCP, events="off")
    ready.wait()
    try:
        while True:
            ask(s, "Action: UserEvent", "UserEvent: shout", "Text: " + "x" * 500)
            read_until(s, b"\r\n\r\n")
    except (OSError, EOFError):
        pass


def get(path, cookie="", seconds=5):
    s = socket.create_connection(("127.0.0.1", HTTP), seconds)
    s.settimeout(seconds)
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{cookie}\r\n".encode())
    got = b""
    while True:
        piece = s.recv(65536)
        if not piece:
            return got
        got += piece


def http_login():
    got = get("/rawman?action=login&username=admin&secret=pw")
    if b"Authentication accepted" not in got:
        raise EOFError
    return re.search(rb"mansession_id=[^;]*", got).group(0).decode()


def browser(who):
    """Waits for an event that does not come; then its session is one of nobody."""
    cookie = f"Cookie: {http_login()}\r\n"
    get("/rawman?action=events&eventmask=log", cookie)
    get("/rawman?action=waitevent&timeout=0", cookie)
    ready.wait()
    got = get("/rawman?action=waitevent&timeout=30", cookie, 10)
    if not re.match(rb"HTTP/1\.1 50[23] ", got):
        problem(who, f"WaitEvent was answered: {got[:300]!r}")
    if not again(who, http_login):
        return
    got = get("/rawman?action=ping", cookie)
    if b"Permission denied" not in got:
        problem(who, f"the old cookie is good for something: {got[:300]!r}")


clients = [threading.Thread(target=f, args=a, daemon=True) for f, a in (
    (listener, ("tcp", TCP, False)), (listener, ("tls", TLS, True)), (pinger, ("tcp pings", TCP, False)),
    (pinger, ("tls pings", TLS, True)), (browser, ("http",)), (shouter, ("shouter",)))]
for t in clients:
    t.start()
time.sleep(1.5)
if ready.n_waiting:
    problem("all", f"only {ready.n_waiting} of 6 are in")
killed[0] = time.monotonic()
os.kill(PID, signal.SIGKILL)
for t in clients:
    t.join(25)
print("    in again after, s: " + ", ".join(f"{k} {v:.2f}" for k, v in sorted(times.items())))
for who in ("tcp", "tls", "tcp pings", "tls pings", "http"):
    if times.get(who, 99) > LATE:
        problem(who, f"in again after {times.get(who, 99):.2f} s")
for p in problems:
    print("    " + p)
sys.exit(bool(problems))
