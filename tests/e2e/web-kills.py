#!/usr/bin/env python3
"""web-kills.py CASE PORT STATE PID - kill -9 of the web role (PID) in the middle of CASE (web-kills.sh)"""
import http.client
import os
import re
import signal
import ssl
import sys
import threading
import time

from web_client import Client

CASE, PORT, STATE, PID = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
GROUP = "11111111-1111-4111-8111-111111111111"
PAGES = 200


def must(condition, what):
    if not condition:
        print(f"    {CASE}: {what}", file=sys.stderr)
        os._exit(1)


def until(what, test, seconds=10):
    end = time.monotonic() + seconds
    while not test():
        must(time.monotonic() < end, what)
        time.sleep(0.01)


def user():
    c = Client(PORT)
    must(c.login("root", "kills-9d4h-word").status == 200, "no login")
    return c


def answers():
    try:
        return Client(PORT).ask("GET", "/session").status == 401
    except (OSError, http.client.HTTPException):
        return False


def kill():
    os.kill(PID, signal.SIGKILL)


def upload():
    key = "kills-key-0123456789abcdef"
    a = user().ask("POST", "/api_user", {"name": "k", "api_key": key, "group_uuid": GROUP, "enable": True})
    must(a.status == 201, f"no key: {a}")
    c, got = Client(PORT), []
    c.key = key
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename="half.wav"\r\n\r\n' + b"\0" * (100 << 20) + b"\r\n--B--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    sender = threading.Thread(target=lambda: got.append(c.ask("POST", "/api/index/uploads", body, kind)), daemon=True)
    sender.start()
    end = time.monotonic() + 60
    while not os.listdir(STATE + "/uploads"):
        must(time.monotonic() < end and sender.is_alive(), f"the web role has no file: {got and got[0]}")
    kill()
    sender.join(30)
    must(got and got[0].status == 502 and "json" in got[0].headers["Content-Type"], f"{got and got[0]}")
    until("the interface does not come back", answers)


def export():
    c = user()
    link, r = c.open("GET", "/cdr/export?fields=start,src,dst,uniqueid")
    head = r.read(65536)
    must(r.status == 200 and len(head) == 65536, f"{r.status}: {len(head)} bytes {head[-200:]}")
    kill()
    try:
        r.read()
        must(False, "half of an export looks like a whole one")
    except (http.client.IncompleteRead, ConnectionError, ssl.SSLError):
        pass
    link.close()
    until("the interface does not come back", answers)
    lines = c.ask("GET", "/cdr/export?fields=start,src,dst,uniqueid").raw.count(b"\n")  # the session has outlived it
    must(lines == 100001, f"{lines} lines")


class Page:
    """what has come since, until a pattern"""

    def __init__(self, c, last=None):
        self.link, self.r = c.open("GET", "/events?topics=call,device", heads={"Last-Event-ID": last} if last else {})
        self.text = b""

    def read(self, pattern):
        try:
            while not re.search(pattern, self.text):
                chunk = self.r.read1(65536)
                if not chunk:
                    return False
                self.text += chunk
        except (OSError, http.client.HTTPException):
            return False
        return True

    def last(self):
        return re.findall(rb"(?m)^id: *(\S+)", self.text)[-1].decode()


def streams():
    c = user()
    pages = [Page(c) for _ in range(PAGES)]
    must(all(p.r.status == 200 and p.read(rb"(?m)^id: ") for p in pages), "not all listen")
    kill()
    must(not any(p.read(rb"\0") for p in pages), "a page does not hear of the end")
    until("the interface does not come back", answers)
    again = [Page(c, p.last()) for p in pages]
    must(all(p.r.status == 200 for p in again), f"not let in: {[p.r.status for p in again if p.r.status != 200][:5]}")
    deaf = [p for p in again if not p.read(rb"(?m)^event: *again")]
    must(not deaf, f"{len(deaf)} pages are not told that they have missed something")


globals()[CASE]()
