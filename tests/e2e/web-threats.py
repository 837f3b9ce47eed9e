#!/usr/bin/env python3
"""web-threats.py CASE PORT FOLDER HOOK - hostile clients of the web interface; exit status 0: it held (web-threats.sh)"""
import csv
import io
import os
import re
import socket
import sys
import time
from urllib.parse import quote

from web_client import Client, V1

CASE, PORT, FOLDER, HOOK = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
SALES, SUPPORT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
ROLES = ["root", "boss", "seer", "ann", "judge"]
NOBODY = "00000000-0000-4000-8000-000000000000"


def must(condition, what):
    if not condition:
        print(f"    {CASE}: {what}", file=sys.stderr)
        sys.exit(1)


def planted(secret):
    with open(f"{FOLDER}/planted", "a") as f:
        f.write(secret + "\n")
    return secret


def user(name, source="127.0.0.1"):
    c = Client(PORT, source)
    a = c.login(name, planted(f"planted-{name}-9d4h"))
    must(a.status == 200, f"{name} cannot log in: {a}")
    planted(c.cookie)
    planted(c.csrf)
    return c


def make(c, type_, row, want=201):
    a = c.ask("POST", f"/{type_}", row)
    must(a.status == want, f"POST /{type_} {row}: {a}")
    return a.json()


def key_of(c, name, group):
    key = planted(f"key-{name}-0123456789abcdef0123456789")
    a = c.ask("POST", "/api_user", {"name": name, "api_key": key, "group_uuid": group, "enable": True})
    must(a.status in (201, 409, 422), f"api_user: {a}")
    k = Client(PORT)
    k.key = key
    return k


def endpoint(c, name, group, **more):
    """made once; cases run one after another on one station"""
    a = c.ask("GET", f"/endpoint?id={name}")
    if a.status == 200 and a.json()["items"]:
        return a.json()["items"][0]
    return make(c, "endpoint", {"id": name, "group_uuid": group, "context": "office", **more})


# ---- T1 ----


def guess():
    codes = [Client(PORT, "127.0.0.66").login("victim", f"wrong-{i}").status for i in range(14)]
    must(codes[:3] == [401] * 3 and 429 in codes and codes.count(401) <= 11, f"{codes}")
    a = Client(PORT, "127.0.0.66").login("ann", "planted-ann-9d4h")
    must(a.status == 429 and int(a.headers["Retry-After"]) > 0, f"another name is looked at: {a}")
    user("boss", "127.0.0.3")
    far = [Client(PORT, f"127.0.1.{i}").login("judge", "wrong").status for i in range(14)]
    must(far.count(401) <= 11 and 429 in far, f"an account is guessed from many addresses: {far}")


def keys():
    codes = []
    for i in range(14):
        k = Client(PORT, "127.0.0.67")
        k.key = f"guessed{i}"
        codes.append(k.ask("GET", "/api/index/check").status)
    must(429 in codes and codes.count(401) <= 11, f"{codes}")
    must(key_of(user("root"), "k1", SALES).ask("GET", "/key").status == 200, "a good key elsewhere is refused")


def alike():
    def one(name, source):
        began = time.monotonic()
        a = Client(PORT, source).login(name, "wrong-password")
        took = time.monotonic() - began
        must(a.status == 401, f"{a}")
        return took, re.sub(r'"trace":"[0-9a-f]*"', "", a.text), sorted(k for k in a.headers if k.lower() != "date")

    # The least of each: a busy machine makes single ones longer, none shorter. At most nine tries a name: the tenth would wait.
    known, unknown, names = [], [], ["root", "boss", "other", "seer", "ann"]
    a = b = 0.0
    for i in range(45):
        known.append(one(names[i % 5], f"127.0.2.{i + 1}"))
        unknown.append(one(f"nobody{i}", f"127.0.3.{i + 1}"))
        a, b = min(k[0] for k in known), min(k[0] for k in unknown)
        if i >= 14 and abs(a - b) < 0.15 * max(a, b):
            break
    must(len({k[1] for k in known + unknown}) == 1 and known[0][2] == unknown[0][2], "the answers differ")
    must(abs(a - b) < 0.3 * max(a, b), f"known takes {a:.4f} s, unknown {b:.4f} s")
    wish = [Client(PORT, "127.0.4.1").ask("POST", "/session/recovery", {"name": n}) for n in ("ann", "nobody")]
    must(wish[0].status == wish[1].status == 202 and wish[0].text == wish[1].text, "recovery tells who is known")


# ---- T10 ----


def slow():
    held = []
    for i in range(300):
        s = socket.create_connection(("127.0.0.1", PORT), 10, (f"127.2.0.{1 + i % 50}", 0))  # half a handshake
        if i % 2:
            s.sendall(b"\x16\x03\x01\x02\x00\x01")
        held.append(s)
    c = Client(PORT, "127.2.1.1")
    for i in range(40):
        s = c.socket()
        s.sendall(b"POST /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
                  if i % 2 == 0 else b"GET /pbx/api/v1/session HTTP/1.1\r\nHo")
        held.append(s)
    began = time.monotonic()
    must(Client(PORT, "127.0.0.3").ask("GET", "/session").status == 401 and time.monotonic() - began < 4, "others are not served")
    dripping = held[-1]
    while time.monotonic() - began < 32:
        time.sleep(2)
        try:
            dripping.sendall(b"s")
        except OSError:
            break
    for n, s in enumerate(held):
        s.settimeout(max(0.2, began + 70 - time.monotonic()) if n < 300 else 1)
        try:
            while s.recv(4096):
                pass
        except socket.timeout:
            must(n < 300 and False, f"connection {n} is still open after {time.monotonic() - began:.0f} s")
        except OSError:
            pass


def bombs():
    c = user("root")
    deep = '{"a":' * 50000 + "1" + "}" * 50000
    for body in (deep, "[" * 100000, '{"id":' + "9" * 100000 + "}", '{"id":"\\ud800"}', '{"id":"a","id":"b"}', '{"a":1e999999}',
                 "\x00" * 1000, "", '{"id":"' + "x" * 900000 + '"}'):
        began = time.monotonic()
        a = c.ask("POST", "/endpoint", body)
        must(a.status in (400, 413, 415, 422) and time.monotonic() - began < 5, f"{body[:20]}: {a}")
    for depth, code in ((30, 422), (40, 400)):  # what reads it calls itself, on a task's small stack
        a = c.ask("POST", "/endpoint", '{"id":' + "[" * depth + "]" * depth + "}")
        must(a.status == code, f"{depth} deep: {a}")
    must(c.ask("POST", "/endpoint", "x" * 1100000).status == 413, "1.1 MB")
    for length in ("-1", "99999999999999999999", "0x10", "1, 1", "+5"):
        got = c.raw(b"POST /pbx/api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: " + length.encode() + b"\r\n\r\n{}", 3)
        must(re.match(rb"HTTP/1.1 4\d\d", got), f"Content-Length {length}: {got[:60]}")
    many = "&".join(f"id={i}" for i in range(1500))
    must(c.ask("GET", "/endpoint?" + many).status in (400, 414, 431), "1,500 parameters")
    for pattern in ("*" * 500, "%" * 500, "*a" * 300 + "*", "_" * 500):
        began = time.monotonic()
        a = c.ask("GET", f"/endpoint?id={quote(pattern)}")
        must(a.status < 500 and time.monotonic() - began < 3, f"{pattern[:10]} took {time.monotonic() - began:.1f} s: {a}")


# ---- T11, T12 ----

ORDERS = ["\r\nAction: Command\r\nCommand: core stop now", "\nVariable: a=b", "\x00x", "\u2028x\r\n\r\nAction: Logoff"]


def commands():
    c = user("root")
    mark = f"{FOLDER}/ran"
    for text in (f"${{SHELL(touch {mark})}}", f"$(touch {mark})", f"`touch {mark}`", f";touch {mark}", f"|touch {mark}"):
        endpoint_ = c.ask("POST", "/endpoint", {"id": f"e{abs(hash(text)) % 100000}", "callerid": text})
        must(endpoint_.status in (201, 422), f"{endpoint_}")
        for order in ({"endpoint": text, "context": "office", "exten": "600"}, {"endpoint": "101", "context": "office", "exten": text},
                      {"endpoint": "101", "context": text, "exten": "600"}):
            a = c.ask("POST", "/calls", order)
            must(a.status < 500, f"{order}: {a}")  # a name that nobody has: a call that fails
    time.sleep(1)
    must(not os.path.exists(mark), "a program has run")


def frames():
    c = user("root")
    for text in ORDERS:
        for path, body in (("/calls", {"endpoint": "101" + text, "context": "office", "exten": "600"}),
                           ("/calls", {"endpoint": "101", "context": "office" + text, "exten": "600"}),
                           ("/calls", {"endpoint": "101", "context": "office", "exten": "600" + text}),
                           ("/routing/dry", {"context": "office" + text, "exten": "600"}),
                           ("/routing/dry", {"context": "office", "exten": "600", "callerid": text}),
                           (f"/calls/{quote('PJSIP/1' + text, safe='')}/hangup", {}),
                           (f"/calls/{quote('PJSIP/1' + text, safe='')}/redirect", {"context": "office", "exten": "600"}),
                           (f"/service/{quote('media' + text, safe='')}/restart", {})):
            a = c.ask("POST", path, body)
            must(a.status in (400, 404, 422), f"{path} {body}: {a}")
    must(c.ask("GET", "/overview").json()["has_engine"], "the engine has gone")


def listen():
    """T13: who is reached writes it down"""
    s = socket.create_server(("::", HOOK), family=socket.AF_INET6, dualstack_ipv6=True)
    open(f"{FOLDER}/listening", "w").close()
    s.accept()
    open(f"{FOLDER}/reached", "w").close()


# ---- T14 ----

LEADS = ["../../station.db", "..%2f..%2fstation.db", "%2e%2e%2f%2e%2e%2fstation.db", "/etc/passwd", "%2fetc%2fpasswd", "....//station.db",
         "..\\station.db", "x%00.wav", "a" * 3000, "%252e%252e%252fstation.db", ".%2e/front/tls/web.key"]


def paths():
    c, k = user("root"), key_of(user("root"), "k1", SALES)
    for lead in LEADS:
        for path in (f"/pbx/{lead}", f"/pbx/assets/{lead}", f"/pbx/api/v1/{lead}", f"/pbx/api/v1/recording/{lead}", f"/.file/recordings/{lead}",
                     f"/pbx/.file/uploads/{lead}", f"/pbx/api/v1/recording/{lead}/wav", f"/pbx/docs/{lead}"):
            s = c.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: station_session={c.cookie}\r\nConnection: close\r\n\r\n".encode())
            must(b"SQLite format" not in s and b"PRIVATE KEY" not in s and b"root:x:" not in s, f"{path} gives a file")
            must(not s.startswith(b"HTTP/1.1 5"), f"{path}: {s[:80]}")
        a = k.ask("GET", f"/api/index/get_file_wav?uniqueid={lead}")
        must(a.status in (400, 404, 414, 422), f"get_file_wav {lead}: {a}")
    for name in ("../../evil", "/etc/evil", "a/../../../evil", "evil\x00", "evil\r\nX-Accel-Redirect: /x", "." * 300, "..", ".htaccess"):
        body = (b'--B\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n\r\n<?php evil ?>\r\n--B--\r\n')
        a = k.ask("POST", "/api/index/uploads", body, {"Content-Type": "multipart/form-data; boundary=B"})
        must(400 <= a.status < 500, f"upload {name!r}: {a}")
    for head in ("X-Accel-Redirect", "X-Sendfile", "X-Accel-Buffering", "X-Original-URL", "X-Rewrite-URL"):
        a = c.ask("GET", "/session", heads={head: "/.file/recordings/../station.db"})
        must(a.status == 200 and "SQLite" not in a.text and head not in a.headers, f"{head}: {a}")
    left = [f for d, _, fs in os.walk(f"{FOLDER}/state") for f in fs if "evil" in f]
    must(not left and not os.listdir(f"{FOLDER}/state/uploads"), f"left: {left} {os.listdir(f'{FOLDER}/state/uploads')}")


# ---- T15 ----

QUOTES = ["'", "\"", "' OR '1'='1", "1; DROP TABLE users", "\\' OR 1=1 --", "') UNION SELECT password FROM users --", "id) DESC; --", "`", "a/**/b",
          "(SELECT password FROM users)", "CASE WHEN 1 THEN 1 END"]


def injection():
    c = user("root")
    types = [t["name"] for t in c.ask("GET", "/schema").json()["types"] if t["name"] != "settings"]
    totals = {t: c.ask("GET", f"/{t}").json()["total"] for t in types if t != "cdr"}
    for t in types:
        for q in QUOTES:
            q = quote(q, safe="")
            for query, good in ((f"sort={q}", (400, 422)), (f"after={q}", (400, 422)), (f"limit={q}", (400, 422)), (f"{q}=1", (400, 422)),
                                (f"q={q}", (200,))):
                a = c.ask("GET", f"/{t}?{query}")
                must(a.status in good, f"/{t}?{query}: {a}")
                must(a.status != 200 or "argon2" not in a.text, f"/{t}?{query} tells a password")
            must(c.ask("GET", f"/{t}/{q}").status == 404, f"/{t}/{q}")
        must(c.ask("GET", f"/{t}/export?fields={quote('id,(SELECT password FROM users)')}").status in (400, 422), f"fields of /{t}")
    must({t: c.ask("GET", f"/{t}").json()["total"] for t in totals} == totals, "something was changed")
    for q in QUOTES:  # what is stored comes back as it was
        e = c.ask("POST", "/groups", {"name": "g" + q, "description": q})
        must(e.status in (201, 422), f"{e}")
        if e.status == 201:
            a = c.ask("GET", f"/groups?name={quote('g' + q, safe='').replace('%2A', '*')}")
            must(a.status == 200, f"{a}")
            must(c.ask("DELETE", f"/groups/{e.json()['uuid']}").status == 200, "not removed")


def formulas():
    c = user("root")
    for i, f in enumerate(("=1+1", "+1+cmd", "-1+2", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\",\"y\")")):
        make(c, "groups", {"name": f"formula{i}", "description": f})
    text = c.ask("GET", "/groups/export?format=csv&fields=name,description").raw.decode("utf-8-sig")
    rows = [r for r in csv.reader(io.StringIO(text)) if r and r[0].startswith("formula")]
    must(len(rows) == 6, f"{len(rows)} rows")
    for r in rows:
        must(not r[1].startswith(("=", "+", "-", "@", "\t", "\r")), f"{r}")


# ---- T16 ----


def written(c):
    """MARKUP in every text field of every type that may be written: (path, member, status)"""
    fields = []
    for t in (t["name"] for t in c.ask("GET", "/schema").json()["types"] if t["may_write"] and t["name"] != "settings"):
        schema = c.ask("GET", f"/schema/{t}").json()
        row = {}
        for name, p in schema["properties"].items():
            if p.get("type") in ("string", ["string", "null"]) and not p.get("readOnly") and not p.get("enum") and p.get("x-kind") == "text":
                fields.append((t, name))
        row = {n: "x1" for n in schema.get("required", []) if schema["properties"][n].get("type") == "string"}
        for _, name in [f for f in fields if f[0] == t]:
            yield t, name, c.ask("POST", f"/{t}", {**row, name: MARKUP})


def markup():
    c, made = user("root"), 0
    for t, name, a in written(c):
        must(a.status in (201, 409, 422) and a.headers["Content-Type"].split(";")[0] in ("application/json", "application/problem+json"),
             f"{t}.{name}: {a.status} {a.headers['Content-Type']}")
        must(a.headers["X-Content-Type-Options"] == "nosniff" and "unsafe" not in a.headers["Content-Security-Policy"], f"{t}.{name}: headers")
        if a.status == 201:
            made += 1
            row = a.json()
            key = row.get("uuid")
            for path in (f"/{t}/{key}", f"/{t}", f"/{t}/export", f"/{t}/{key}/revisions", f"/{t}/{key}/references"):
                b = c.ask("GET", path)
                must("html" not in b.headers["Content-Type"] and b.headers["X-Content-Type-Options"] == "nosniff", f"{path}: {b.headers}")
                must("/export" not in path or b.headers.get("Content-Disposition", "").startswith("attachment"), f"{path} is shown")
            c.ask("DELETE", f"/{t}/{key}?force=1")
    must(made >= 3, f"only {made} rows took the markup")
    for path in (f"/{quote(MARKUP)}", f"/pbx/assets/{quote(MARKUP)}", f"/pbx/{quote(MARKUP)}", f"/pbx/api/v1/{quote(MARKUP)}", f"/api/index/{quote(MARKUP)}",
                 f"/pbx/api/v1/endpoint?{quote(MARKUP)}=1", f"/metrics?{quote(MARKUP)}"):
        got = c.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()).decode("utf-8", "replace")
        head, body = got.split("\r\n\r\n", 1)
        must("<script>alert" not in body and "onerror=alert" not in body, f"{path} comes back")
        must("content-security-policy" in head.lower() and "unsafe" not in head.lower(), f"{path}: no policy")


def forgery():
    c = user("root")
    group = {"name": "forged"}
    no_token = Client(PORT)
    no_token.cookie = c.cookie
    for tries, heads in ((no_token, {}), (no_token, {"X-CSRF-Token": "0" * 64}), (no_token, {"X-CSRF-Token": user("ann").csrf}),
                         (no_token, {"X-CSRF-Token": ""}), (c, {"Sec-Fetch-Site": "cross-site"})):
        a = tries.ask("POST", "/groups", group, heads)
        must(a.status == 403, f"{heads}: {a}")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", ""):
        a = c.ask("POST", "/groups", '{"name":"forged"}', {"Content-Type": kind})
        must(a.status == 415, f"{kind}: {a}")
    for heads in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "DELETE"}):
        must(c.ask("GET", "/session", heads=heads).status == 200 and c.ask("GET", "/session").status == 200, "a method by header")
    must(c.ask("GET", "/session?_method=DELETE").status == 400, "a method by the query")
    must(not c.ask("GET", "/groups?name=forged").json()["items"], "it was made")
    origin = c.ask("GET", "/session", heads={"Origin": "https://evil.example"})
    must("Access-Control-Allow-Origin" not in origin.headers, "another site may read")
    must(c.ask("OPTIONS", "/groups", heads={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}).status >= 400, "preflight")
    login = Client(PORT).ask("POST", "/session", {"name": "ann", "password": "planted-ann-9d4h"}, {"Sec-Fetch-Site": "cross-site"})
    must(login.status == 403, f"log in by another site: {login}")


def headers():
    c = user("root")
    for path in ("/session", "/endpoint", "/users", "/overview", "/openapi.json", "/nosuch", "/groups/export", "/metrics", "/pbx/", "/api/index/check"):
        a = c.ask("GET", path)
        h = a.headers
        must("frame-ancestors 'none'" in h["Content-Security-Policy"] and h["X-Content-Type-Options"] == "nosniff", f"{path}: {h}")
        must("no-store" in h.get("Cache-Control", "") or path == "/pbx/" and a.status == 404, f"{path} may be kept: {h.get('Cache-Control')}")
    for host in ("evil.example", "evil.example:1", "[::1", "a b", "x\" onload=\"", "evil.example/.."):
        for path in ("/", "/pbx", "/pbx/api/v1/session", "//evil.example/pbx", "/pbx//evil.example", "/%0d%0aX-Evil:1"):
            got = c.raw(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()).decode("utf-8", "replace")
            head = got.split("\r\n\r\n")[0].lower()
            where = re.search(r"^location: (.*)$", head, re.M)
            must(not where or where[1].strip() in ("/pbx/",), f"{host} {path} redirects to {where and where[1]}")
            must("\nx-evil" not in head, f"{path} writes a header")


# ---- T17 ----


def forged():
    for heads in ({"Authorization": "Basic cm9vdDpwbGFudGVkLXJvb3QtOWQ0aA=="}, {"Authorization": "Basic cm9vdDo="}, {"Authorization": "Bearer x"},
                  {"X-Forwarded-User": "root"}, {"X-Remote-User": "root"}, {"X-Station-Face": "manager"}, {"X-Station-Role": "administrator"},
                  {"X-Forwarded-For": "127.0.0.1"}, {"Cookie": "station_session="}, {"Cookie": "station_session=" + "0" * 64},
                  {"Cookie": "station_session=" + "a" * 4000}, {"Cookie": "role=administrator; user=root"}, {"X-API-Key": ""}, {"X-API-Key": "' OR 1=1"}):
        for path in ("/users", "/pbx/api/index/status", "/metrics"):
            a = Client(PORT, "127.0.5.5").ask("GET", path, heads=heads)
            must(a.status in (401, 404, 429), f"{heads} {path}: {a}")
    for i in range(14):  # the address is the connection's, whatever a header says
        a = Client(PORT, "127.0.0.68").ask("POST", "/session", {"name": f"n{i}", "password": "x"}, {"X-Forwarded-For": f"192.0.2.{i}", "X-Real-IP": f"192.0.2.{i}"})
    must(a.status == 429, f"another address by a header: {a}")


def sessions():
    fixed = Client(PORT)
    fixed.cookie = "f" * 64
    a = fixed.login("ann", "planted-ann-9d4h")
    must(a.status == 200 and fixed.cookie != "f" * 64, "a session that was brought along is taken")
    cookie = a.headers["Set-Cookie"]
    must(all(w in cookie for w in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/")), cookie)
    old = Client(PORT)
    old.cookie, old.csrf = fixed.cookie, fixed.csrf
    again = user("ann")
    must(again.cookie != old.cookie, "the same session twice")
    must(fixed.ask("DELETE", "/session").status == 204 and old.ask("GET", "/session").status == 401, "it lives on after the logout")
    v, admin = user("victim"), user("root")
    row = admin.ask("GET", "/users?name=victim").json()["items"][0]
    etag = admin.ask("GET", f"/users/{row['uuid']}").headers["ETag"]
    a = admin.ask("PATCH", f"/users/{row['uuid']}", {"enable": False}, {"If-Match": etag})
    must(a.status == 200 and v.ask("GET", "/session").status == 401, f"who was disabled is still in: {a}")
    must(Client(PORT).login("victim", "planted-victim-9d4h").status == 401, "who is disabled gets in")
    must(admin.ask("PATCH", f"/users/{row['uuid']}", {"enable": True}, {"If-Match": a.headers["ETag"]}).status == 200, "enable")
    for method, path in (("GET", "/session"), ("GET", "/users"), ("GET", "/key")):
        must(again.cookie not in admin.ask(method, path).text, f"{path} tells a session")


def climbing():
    admin = user("root")
    for name in ("boss", "seer", "ann", "judge"):
        c = user(name)
        me = c.ask("GET", "/session").json()["user"]
        for body in ({"role": "administrator"}, {"groups": [SUPPORT]}, {"groups": SUPPORT}, {"uuid": NOBODY}, {"name": "root"}, {"enable": True},
                     {"full_name": "x", "role": "administrator"}, {"must_change": False}, {"totp": ""}):
            a = c.ask("PATCH", "/profile", body)
            must(a.status in (400, 403, 422), f"{name} {body}: {a}")
        for path in (f"/users/{me['uuid']}", f"/users/{admin.ask('GET', '/session').json()['user']['uuid']}"):
            for method, body in (("PATCH", {"role": "administrator"}), ("DELETE", None)):
                a = c.ask(method, path, body, {"If-Match": "*"})
                must(a.status in (403, 404), f"{name} {method} {path}: {a}")
        must(c.ask("POST", "/users", {"name": "evil", "password": "another-9d4h-word", "role": "administrator"}).status in (403, 404), "makes a user")
        must(c.ask("POST", "/users/bulk", {"uuids": [me["uuid"]], "patch": {"role": "administrator"}}).status in (403, 404), "bulk")
        must(c.ask("POST", "/api_user", {"name": "evil", "api_key": "evil-9d4h-evil-9d4h-evil"}).status in (403, 404), "makes a key")
        must(c.ask("PATCH", "/settings", {"language": "en"}, {"If-Match": "*"}).status == 403, "settings")
        for n in range(1, 30):
            a = c.ask("POST", f"/revision/{n}/undo", {})
            must(a.status in (403, 404, 409, 422), f"{name} takes back revision {n}: {a}")
        now = c.ask("GET", "/session").json()["user"]
        must(now["role"] == me["role"] and now["groups"] == me["groups"], f"{name} is {now}")
    must(not admin.ask("GET", "/users?name=evil").json()["items"], "evil is there")
    for body in ({"uuid": NOBODY}, {"group_uuid": SUPPORT}, {"nosuch": 1}, {"live": {}}, {"__proto__": {"role": 1}}):  # more than was asked for
        a = user("boss").ask("POST", "/endpoint", {"id": "mass", "context": "office", **body})
        must(a.status == 422, f"{body}: {a}")
    must(Client(PORT).ask("POST", "/setup", {"code": "x", "password": "another-9d4h-word"}).status == 404, "a second first start")


def groups():
    admin, boss, other = user("root"), user("boss"), user("other")
    for name, group in (("sale1", SALES), ("supp1", SUPPORT), ("free1", None)):
        row = endpoint(admin, name, group)
        for c, own in ((boss, SALES), (other, SUPPORT)):
            path, mine = f"/endpoint/{row['uuid']}", group == own
            a = c.ask("GET", path)
            must(a.status == (200 if mine else 404), f"{own[:2]} GET {name}: {a}")
            must(bool(c.ask("GET", f"/endpoint?id={name}").json()["items"]) == mine, f"{own[:2]} lists {name}")
            must((name in c.ask("GET", "/endpoint/export").text) == mine, f"{own[:2]} exports {name}")
            if mine:
                etag = a.headers["ETag"]
                b = c.ask("PATCH", path, {"group_uuid": SUPPORT if own == SALES else SALES}, {"If-Match": etag})
                must(b.status in (403, 422), f"gives {name} away: {b}")
                continue
            for method, p, body in (("PATCH", path, {"callerid": "x"}), ("DELETE", path, None), ("DELETE", path + "?force=1", None),
                                    ("GET", path + "/references", None), ("GET", path + "/revisions", None)):
                b = c.ask(method, p, body, {"If-Match": "*"})
                must(b.status == 404 or b.status == 200 and p.endswith("revisions") and not b.json()["items"], f"{own[:2]} {method} {p}: {b}")
            b = c.ask("POST", "/endpoint/bulk", {"uuids": [row["uuid"]], "patch": {"callerid": "x"}})
            must(b.status in (404, 422), f"bulk: {b}")
            b = c.ask("POST", "/calls", {"endpoint": name, "context": "office", "exten": "600"})
            must(b.status in (404, 422), f"{own[:2]} calls from {name}: {b}")
        history = admin.ask("GET", f"/endpoint/{row['uuid']}/revisions").json()["items"]
        for c, own in ((boss, SALES), (other, SUPPORT)):
            if history and group != own:
                b = c.ask("POST", f"/revision/{history[0]['id']}/undo", {})
                must(b.status in (403, 404), f"{own[:2]} takes {name} back: {b}")
    k = key_of(admin, "k1", SALES)
    for path in ("/users", "/endpoint", "/settings", "/session", "/groups"):
        a = k.ask("GET", path)
        must(a.status in (401, 403), f"a key opens {path}: {a}")


# ---- the matrix ----


def fill(path, type_=None):
    return re.sub(r"\{(\w+)\}", lambda m: type_ if m[1] == "type" else "999999" if m[1] == "id" else
                  "nosuch" if m[1] in ("name", "context", "channel") else NOBODY, path)


def matrix():
    api = user("root").ask("GET", "/openapi.json").json()["paths"]
    types = [t["name"] for t in user("root").ask("GET", "/schema").json()["types"]]
    names = {"root": "administrator", "boss": "manager", "seer": "supervisor", "ann": "user", "judge": "auditor"}
    key = key_of(user("root"), "k1", SALES)
    callers = {"anybody": Client(PORT, "127.0.6.1"), "key": key, **{names[r]: user(r) for r in ROLES}}
    logins = {v: k for k, v in names.items()}
    lines = []
    for path, methods in sorted(api.items()):
        for method, route in sorted(methods.items()):
            must(route["x-who"], f"{method} {path} has no role")
            for t in types if "{type}" in path and path.startswith(V1 + "/{type}") else ["endpoint"]:
                row, where = [], fill(path, t)
                for who, c in callers.items():
                    body = None if method in ("get", "delete") else {}
                    a = c.ask(method.upper(), where, body)
                    for _ in range(20):  # what is guessed too often waits: not what is asked here
                        if a.status != 429:
                            break
                        time.sleep(int(a.headers.get("Retry-After", 1)))
                        a = c.ask(method.upper(), where, body)
                    must(a.status < 500 or a.status == 503, f"{who} {method} {where}: {a}")
                    open_to = {"anybody"} & set(route["x-who"]) or who in route["x-who"]
                    must(open_to or a.status in (401, 403), f"{who} may {method} {where}: {a}")
                    row.append(f"{who}={a.status}")
                    if "/session" in where and method == "delete" and a.status == 204 and who in logins:
                        for w in logins:
                            callers[w] = user(logins[w])
                lines.append(f"{method.upper()} {path.replace('{type}', t)} {' '.join(row)}")
    with open(f"{FOLDER}/web-roles.txt", "w") as f:
        f.write("# web-threats.sh: what each of the roles gets for an empty request of each route (docs/web.md)\n" + "\n".join(lines) + "\n")


# ---- T18 ----


def sockets():
    c = user("root")
    for path in ("/pbx/api/v1/events", "/ws", "/pbx/ws", "/pbx/api/v1/session", "/pbx/"):
        for origin in ("https://evil.example", "null", f"https://127.0.0.1:{PORT}"):
            got = c.raw((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode(), 2)
            must(not got.startswith(b"HTTP/1.1 101"), f"{path} {origin}: a socket")
            must(b"access-control-allow" not in got.lower(), f"{path} {origin}: may be read by another site")


# ---- T19, T20 ----


def log():
    for i, name in enumerate(("a\r\n2026-01-01 notice engine: access refused address=192.0.2.99 ", "b\x1b[2Jred", "c\x00d", "e\u2028f\x7f", "\" peer=192.0.2.98 x=\"")):
        a = Client(PORT, f"127.0.7.{i + 1}").login(name, "wrong")
        must(a.status in (400, 401, 422), f"{name!r}: {a}")
        Client(PORT, f"127.0.7.{i + 1}").raw(b"GET /pbx/api/v1/" + name.encode() + b" HTTP/1.1\r\nHost: x\r\nUser-Agent: " + name.encode() + b"\r\n\r\n", 1)
    time.sleep(0.3)
    for line in open(f"{FOLDER}/station.log", "rb").read().split(b"\n"):
        must(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line), f"control bytes: {line!r}")
        must(not line.startswith(b"2026-01-01 notice"), f"a line of its own: {line!r}")
        must(not re.search(rb"login failed user=\"\" peer=192.0.2.98", line), f"an address of its own: {line!r}")


def secrets():
    admin = user("root")
    secret = {}
    for i, (t, row) in enumerate((("auth", {"id": "sec1", "auth_type": "userpass", "username": "sec1", "password": "planted-auth-4471"}),
                                  ("manager", {"name": "sec1", "secret": "planted-manager-4472"}),
                                  ("users", {"name": "sec1", "password": "planted-users-4473x", "role": "user"}),
                                  ("api_user", {"name": "sec1", "api_key": "planted-apikey-4474-0123456789"}))):
        secret[t] = planted([v for v in row.values() if str(v).startswith("planted-")][0])
        made = make(admin, t, row)
        column = [k for k, v in row.items() if v == secret[t]][0]
        again = planted(secret[t].replace("447", "557"))
        etag = admin.ask("GET", f"/{t}/{made['uuid']}").headers["ETag"]
        must(admin.ask("PATCH", f"/{t}/{made['uuid']}", {column: again}, {"If-Match": etag}).status == 200, f"{t} changed")
    a = admin.ask("GET", "/settings")
    words = {"smtp_password": planted("planted-smtp-4475")}
    must(admin.ask("PATCH", "/settings", words, {"If-Match": a.headers["ETag"]}).status == 200, "settings")
    known = open(f"{FOLDER}/planted").read().split()
    asked = ["/session", "/settings", "/revision", "/openapi.json", "/overview", "/service", "/calls", "/metrics", "/schema", "/profile"]
    for t in ("auth", "manager", "users", "api_user", "endpoint", "registration"):
        asked += [f"/{t}", f"/{t}?q=planted", f"/{t}/export", f"/schema/{t}"]
        for row in admin.ask("GET", f"/{t}").json()["items"]:
            asked += [f"/{t}/{row['uuid']}", f"/{t}/{row['uuid']}/revisions", f"/{t}/{row['uuid']}/references"]
    for c in (admin, user("judge")):
        for path in asked:
            text = c.ask("GET", path).text.replace(c.csrf, "")
            must(not [k for k in known if len(k) > 8 and k in text], f"{path} tells {[k for k in known if k in text]}")
    for q in ("password=planted*", "secret=planted*", "api_key=planted*", "sort=password", "sort=secret", "password=$argon2*"):  # asking letter by letter
        for t in ("auth", "users", "manager", "api_user"):
            a = admin.ask("GET", f"/{t}?{quote(q, safe='=*$')}")
            must(a.status in (400, 422), f"/{t}?{q}: {a}")


globals()[CASE]()
