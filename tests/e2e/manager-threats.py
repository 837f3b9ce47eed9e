#!/usr/bin/env python3
"""manager-threats.py CASE PORT [ARGS] - hostile clients of the Manager; exit status 0: it held (manager-threats.sh)"""
import os
import re
import socket
import ssl
import sys
import time

from clients import Manager, digest, exchange, header, request, sdp

CASE, PORT = sys.argv[1], int(sys.argv[2])
ARGS = sys.argv[3:]
EVIL = ("Evil", "injected")


class Client(Manager):
    def __init__(self, source="127.0.0.1", timeout=5):
        super().__init__(PORT, source, timeout)


def must(condition, what):
    if not condition:
        print(f"{CASE}: {what}", file=sys.stderr)
        sys.exit(1)


def guess():
    """T1: one source guesses 15 times at once, at two names; a user elsewhere gets in meanwhile."""
    clients = []
    for i in range(15):
        c = Client("127.0.0.66")
        c.send("Action: Login", "Username: " + ("admin" if i & 1 else "nobody"), "Secret: guess%d" % i)
        clients.append(c)
    began = time.monotonic()
    must(Client("127.0.0.3").login("admin", "pw"), "an honest user is locked out")
    must(time.monotonic() - began < 0.9, "an honest user has to wait")
    for c in clients:
        must("Message: Authentication failed" in c.response(), "not refused")
        must(c.closed(1), "stays open")
    must(not Client("127.0.0.66").login("lowly", "pw"), "the right word is looked at after too many wrong ones")


def idle():
    """T10: 5,000 silent connections from 100 addresses; others are served; all are gone when their time is over."""
    held, refused = [], 0
    for i in range(5000):
        s = socket.socket()
        s.bind((f"127.1.0.{1 + i % 100}", 0))
        s.settimeout(2)
        try:
            s.connect(("127.0.0.1", PORT))
            held.append(s)
        except OSError:
            refused += 1
    worst, tries = 0.0, 0
    for _ in range(4):
        began = time.monotonic()
        while True:
            tries += 1
            try:
                c = Client("127.0.0.3", 2)
                must(c.login("admin", "pw"), "not let in")
                break
            except (EOFError, OSError):
                time.sleep(0.1)
            must(time.monotonic() - began < 4, "nobody gets in while silent ones wait")
        worst = max(worst, time.monotonic() - began)
        must("Ping: Pong" in c.ask("Action: Ping"), "no Pong")
    deadline = time.monotonic() + float(ARGS[0]) + 3
    for s in held:
        s.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            while s.recv(4096):
                pass
        except socket.timeout:
            must(False, "a silent connection is still open")
        except OSError:
            pass
    print(f"idle: {len(held)} connections, longest login {worst:.2f} s")


def handshakes():
    """T10 over TLS: 1,500 connections that begin no handshake, stop in the midst of one, or never finish it, and 60 that finish theirs
    and are silent: others get in, at most manager_auth_limit (50) of the 60 stay, and all are gone when their time is over."""
    port, timeout = int(ARGS[0]), float(ARGS[1])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE

    def come(source, seconds=5):
        s = socket.create_connection(("127.0.0.1", port), seconds, (source, 0))
        s.settimeout(seconds)
        return s

    def hello():
        out = ssl.MemoryBIO()
        try:
            tls.wrap_bio(ssl.MemoryBIO(), out).do_handshake()
        except ssl.SSLWantReadError:
            return out.read()

    def open_ones(all_of_them):
        for s in all_of_them:
            s.settimeout(0)
            try:
                while s.recv(65536):
                    pass
            except (BlockingIOError, ssl.SSLWantReadError):
                yield s
            except OSError:
                pass

    half, word = [], hello()
    for i in range(1500):
        s = come(f"127.1.0.{1 + i % 100}")
        s.sendall((b"", word[:1], word[:100], word, b"\x16\x03\x01\x40\x00")[i % 5])
        half.append(s)
    silent = []
    for i in range(60):
        try:
            silent.append(tls.wrap_socket(come(f"127.2.0.{1 + i}")))
        except OSError:  # refused: the door is full
            pass
    opened, worst = time.monotonic(), 0.0
    for _ in range(4):
        at = time.monotonic()
        while True:
            try:
                c = Client("127.0.0.3", 2)
                c.s = tls.wrap_socket(come("127.0.0.3"))
                must(c.login("admin", "pw"), "not let in")
                break
            except (EOFError, OSError):
                time.sleep(0.1)
            must(time.monotonic() - at < 4, "nobody gets in while handshakes are half done")
        worst = max(worst, time.monotonic() - at)
    must(len(list(open_ones(silent))) <= 50, "more strangers than manager_auth_limit")
    # those who made room for others are gone; no half handshake lives longer than 10 s, no silence longer than the login may take
    must(len(list(open_ones(half))) > 500, "hardly any half handshake was there")
    while time.monotonic() - opened < 10 + 8 and list(open_ones(half)):
        time.sleep(0.2)
    must(not list(open_ones(half)), "a half handshake is still open")
    time.sleep(max(0, opened + timeout + 4 - time.monotonic()))
    must(not list(open_ones(silent)), "a silent connection is still open")
    print(f"handshakes: longest login {worst:.2f} s")


def slowly():
    """T10: bytes one by one do not keep the door open."""
    c = Client("127.0.0.67")
    began = time.monotonic()
    try:
        while time.monotonic() - began < float(ARGS[0]) + 3:
            c.s.sendall(b"A")
            time.sleep(0.05)
    except OSError:
        pass
    must(time.monotonic() - began < float(ARGS[0]) + 2, "still open")


def endless():
    """A line, a message, a request without end: cut off, and nobody else notices."""
    for junk in (b"x" * 4000000, b"a: b\r\n" * 100000, b"Action: Ping\r\n\r\n" * 100000):
        c = Client("127.0.0.68")
        try:
            c.s.sendall(junk)
        except OSError:
            pass
        must(c.closed(5), "is still open")
    must(Client("127.0.0.3").login("admin", "pw"), "somebody else is not let in")


def forbidden(answer):
    return any(x.startswith("Response: Error") for x in answer)


def originate():
    """T11, CVE-2024-42365: a user with class originate and without system writes files, runs programs, asks servers."""
    target = ARGS[0]
    c = Client()
    must(c.login("caller", "pw"), "no login")
    danger = [
        ("SET", f"FILE({target})=injected"),
        ("Set", f"FILE({target},,,al,u)=injected"),
        ("Set", f"X=${{FILE({target},0,1)}}"),
        ("Set", f"X=${{SHELL(touch {target})}}"),
        ("MSet", f"A=1,SHELL(touch {target})=2"),
        ("NoOp", f"${{SHELL (touch {target})}}"),
        ("NoOp", f"${{TOUPPER(${{sHeLl(touch {target})}})}}"),
        ("Set", "X=${CURL(http://127.0.0.1:1/)}"),
        ("Set", "CURLOPT(followlocation)=1"),
        ("Set", "DB(a/b)=c"),
        ("Set", f"ENV(PATH)={target}"),
        ("System", f"touch {target}"),
        (" system ", f"touch {target}"),
        ("TrySystem", f"touch {target}"),
        ("AGI", "/bin/sh"),
        ("EAGI", "/bin/sh"),
        ("ExecIf", f"1?System(touch {target})"),
        ("Exec", f"System(touch {target})"),
        ("TryExec", f"System(touch {target})"),
        ("ExecIfTime", f"*,*,*,*?System(touch {target})"),
        ("Originate", f"Local/1@x,app,System,touch {target}"),
        ("MixMonitor", f"x.wav,,touch {target}"),
    ]
    for app, data in danger:
        answer = c.ask("Action: Originate", "Channel: Local/100@phones", "Application: " + app, "Data: " + data,
                       "Async: true")
        must(forbidden(answer), f"{app} is allowed: {answer}")
    for var in (f"SHELL(touch {target})=1", f"FILE({target})=injected", "DB(x/y)=z", f"A=1,FILE({target})=x"):
        answer = c.ask("Action: Originate", "Channel: Local/100@phones", "Context: phones", "Exten: 100", "Priority: 1",
                       "Variable: " + var, "Async: true")
        must(forbidden(answer), f"Variable {var} is allowed: {answer}")
    for action in (("Action: Setvar", f"Variable: SHELL(touch {target})", "Value: 1"),
                   ("Action: Setvar", f"Variable: FILE({target})", "Value: injected"),
                   ("Action: Getvar", f"Variable: SHELL(touch {target})"),
                   ("Action: Command", f"Command: channel originate Local/1@x application System touch {target}"),
                   ("Action: UpdateConfig", "SrcFilename: extensions.conf", "DstFilename: extensions.conf")):
        must(forbidden(c.ask(*action)), f"allowed: {action}")
    time.sleep(0.3)
    must(not os.path.exists(target), "the file is there")


def lines_are_clean(raw):
    for line in raw.split(b"\r\n"):
        must(b"\r" not in line and b"\n" not in line and b"\0" not in line, f"a line is broken: {line!r}")
        must(not line.startswith(b"Event: Evil") and not line.startswith(b"Evil"), f"injected: {line!r}")


def inject():
    """T11: bytes that end lines, and text that could be evaluated, in every header of Originate and others; all that a
    watcher of all events sees are whole lines, and nothing is evaluated."""
    target = ARGS[0]
    watcher, c = Client(), Client()
    must(watcher.login("watcher", "pw", "all") and c.login("caller", "pw"), "no login")
    bad = [b"x\rEvent: Evil\rEvil: injected", b"x\0Event: Evil", b"x\\r\\nEvent: Evil", b"\\u000aEvent: Evil",
           b"%0d%0aEvent: Evil", b"${SHELL(touch " + target.encode() + b")}", b"${GLOBAL(SECRET)}", b"a,b)c(\"d\\",
           b"$[1+1]", b"\xff\xfe\x1b[2J", b"x" * 5000]
    headers = ["Channel", "CallerID", "Account", "Variable", "Codecs", "ChannelId", "OtherChannelId", "ActionID",
               "Exten", "Context", "Timeout", "Priority", "EarlyMedia"]
    usual = {"Channel": b"Local/100@phones", "Context": b"phones", "Exten": b"100", "Priority": b"1", "Async": b"true",
             "Timeout": b"300"}
    for header in headers:
        for value in bad:
            request = dict(usual)
            request[header] = (b"X=" + value) if header == "Variable" else value
            c.send("Action: Originate", *[k.encode() + b": " + v for k, v in request.items()])
            c.response()
    for value in bad:
        c.send("Action: UserEvent", b"UserEvent: " + value, b"Head" + value.replace(b": ", b"") + b": " + value)
        c.response()
    # the request's own line ends with LF alone: still one header after another, of one client
    c.s.sendall(b"Action: UserEvent\nUserEvent: end\nA: \r\r\nB: c\n\n")
    c.response()
    began = time.monotonic()
    while b"UserEvent: end" not in watcher.raw:
        watcher.message()
        must(time.monotonic() - began < 20, "the watcher does not see the end")
    lines_are_clean(watcher.raw + b"")
    lines_are_clean(c.raw)
    must(b"UserEvent: x\\rEvent: Evil\\rEvil: injected\r\n" in watcher.raw, "CR is not shown as \\r")
    must(b"UserEvent: x\\0Event: Evil\r\n" in watcher.raw, "NUL is not shown as \\0")
    must(b"a secret word" not in watcher.raw, "a client's text was evaluated")
    must(not os.path.exists(target), "a program was run")


def caller_id():
    """T11: a caller's name is text: what the routing makes of it is not looked at again."""
    target = ARGS[0]
    watcher, c = Client(), Client()
    must(watcher.login("watcher", "pw", "call,dialplan") and c.login("caller", "pw"), "no login")
    name = "${SHELL(touch " + target + ")}${GLOBAL(SECRET)}),x"
    answer = c.ask("Action: Originate", "Channel: Local/101@phones/n", "Context: phones", "Exten: 100", "Priority: 1",
                   'CallerID: "' + name + '" <5>', "Timeout: 2000")
    must("Response: Success" in answer, answer)
    c.ask("Action: UserEvent", "UserEvent: end")
    while b"UserEvent: end" not in watcher.raw and b"NAME" not in watcher.raw:
        watcher.message()
    time.sleep(0.3)
    must(b"Variable: NAME\r\nValue: " + name.encode() in watcher.raw, "the name is another one")
    must(b"a secret word" not in watcher.raw and not os.path.exists(target), "the name was evaluated")


def from_name():
    """T11: the same with the name of a From, in a call of SIP."""
    target, sip_port = ARGS[0], int(ARGS[1])
    watcher = Client()
    must(watcher.login("watcher", "pw", "call,dialplan"), "no login")
    name = "${SHELL(touch " + target + ")}${GLOBAL(SECRET)}),x|y%0d%0aEvent: Evil\\\\r"
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.settimeout(3)
    here = s.getsockname()
    uri = f"sip:101@127.0.0.1:{sip_port}"

    def invite(seq, extra=""):
        s.sendto(request("INVITE", uri, here, f'"{name}" <sip:7@127.0.0.1>;tag=a', "<sip:101@127.0.0.1>", "threat", seq, f"{seq}x", extra,
                         sdp(port=here[1])), ("127.0.0.1", sip_port))
        while True:
            answer = s.recv(9999).decode()
            if not answer.startswith("SIP/2.0 1"):
                return answer

    answer = invite(2, digest(header(invite(1), "WWW-Authenticate"), "INVITE", uri, "7", "pw"))
    must(answer.startswith("SIP/2.0 200"), answer)
    while b"Variable: NAME" not in watcher.raw:
        watcher.message()
    time.sleep(0.3)
    lines_are_clean(watcher.raw)
    must(b"Value: ${SHELL(touch " in watcher.raw and b"CallerIDName: ${SHELL(touch " in watcher.raw, "the name is another one")
    must(b"a secret word" not in watcher.raw and not os.path.exists(target), "the name was evaluated")


def http():
    """T12, T17 over HTTP, CVE-2026-73665 (an action brought in through a value of the web interface): line ends in a value, an address or a user that a header claims, a cookie that nobody gave."""
    log, port = ARGS[0], int(ARGS[1])

    def get(path, *headers, method="GET", body=""):
        more = "".join(x + "\r\n" for x in headers)
        if body:
            more += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        got, ended = exchange(port, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n{body}".encode(),
                              source="127.0.0.9")
        must(ended, f"{path}: the connection stays open: {got}")
        return got.decode("utf-8", "replace")

    first = get("/rawman?action=login&username=admin&secret=pw")
    must("Authentication accepted" in first, first)
    cookie = re.search(r'mansession_id="?([0-9a-f]+)', first).group(1)
    mine = f'Cookie: mansession_id="{cookie}"'
    must("Pong" in get("/rawman?action=ping", mine), "the cookie does not work")
    for bad in ("%0d%0aAction:%20Command%0d%0aCommand:%20core%20show%20version", "%0aX:%20y", "%00x", "x%0d"):
        for path, body in (("/rawman?action=ping&actionid=" + bad, ""), ("/rawman?action=userevent&userevent=" + bad, ""),
                           ("/rawman?action=ping&x" + bad + "=y", ""), ("/rawman", "action=ping&actionid=" + bad)):
            answer = get(path, mine, method="POST" if body else "GET", body=body)
            must(answer.startswith("HTTP/1.1 400"), f"{path} {body}: {answer}")
    for claim in ("Authorization: Basic YWRtaW46cHc=", "X-Remote-User: admin", "Cookie: mansession_id=\"" + "0" * 32 + "\"",
                   "Cookie: mansession_id=\"deadbeef\"", "X-Forwarded-User: admin", "Cookie: mansession_id=1; mansession_id=2",
                   "X-Station-User: admin", 'Authorization: Digest username="admin"'):
        answer = get("/rawman?action=command&command=core%20show%20version", claim)
        must("Permission denied" in answer or answer.startswith("HTTP/1.1 4"), f"{claim}: {answer}")
    fixed = get("/rawman?action=login&username=admin&secret=pw", 'Cookie: mansession_id="' + "a" * 32 + '"')
    must("a" * 32 not in fixed, "a stranger's cookie becomes a session")
    before = os.path.getsize(log)
    get("/rawman?action=login&username=spy&secret=x", "X-Forwarded-For: 10.9.9.9", "X-Real-IP: 10.9.9.9", "Forwarded: for=10.9.9.9",
        "X-Station-Peer: 10.9.9.9 1 10.9.9.9 1")
    time.sleep(0.3)
    new = open(log).read()[before:]
    must("event=InvalidAccountID service=AMI address=127.0.0.9 " in new, f"not told of its own address: {new}")


def paths():
    """T14: configuration actions reach tables, and no file, wherever a name leads: CVE-2023-49294 (GetConfig reads any
    file), CVE-2024-53566 = GHSA-33x6-fj46-6rfh (ListCategories), through links of the file system, too."""
    c = Client()
    must(c.login("admin", "pw"), "no login")
    here = open("/etc/passwd").read()
    names = ["/etc/passwd", "../../../../etc/passwd", "..%2f..%2fetc/passwd", "%2e%2e/passwd",
             "pjsip.conf/../../etc/passwd", "pjsip.conf\0/../x", "/proc/self/environ", ARGS[0], "x" * 5000, ".", "..",
             "file:///etc/passwd", "~/x", "*", "manager.conf.bak"]
    for name in names:
        for action in ("GetConfig", "GetConfigJSON", "ListCategories"):
            answer = c.ask("Action: " + action, b"Filename: " + name.encode())
            must(forbidden(answer), f"{action} {name!r}: {answer}")
            must("root:" not in "\n".join(answer), f"{action} {name!r} shows a file")
        for action in (("Action: CreateConfig", b"Filename: " + name.encode()),
                       ("Action: UpdateConfig", b"SrcFilename: " + name.encode(), b"DstFilename: " + name.encode(),
                        "Action-000000: NewCat", "Cat-000000: evil"),
                       ("Action: UpdateConfig", "SrcFilename: pjsip.conf", b"DstFilename: " + name.encode(),
                        "Action-000000: NewCat", "Cat-000000: evil")):
            must(forbidden(c.ask(*action)), f"{action} {name!r} is done")
    links(c, here)
    must(open("/etc/passwd").read() == here, "a file was changed")


def links(c, here):
    """Where the station stands and where it keeps its state: a link of a name that is no table is no file, and a table's
    name is the table."""
    folder, state = os.path.join(os.path.dirname(ARGS[0]), "links"), ARGS[1]
    os.makedirs(folder)
    for at in (folder, state):
        for name in ("link.conf", "pjsip.conf", "station.conf"):
            os.symlink("/etc/passwd", os.path.join(at, name))
    for name in ("link.conf", "station.conf", os.path.join(folder, "link.conf"), os.path.join(state, "pjsip.conf"),
                 os.path.join(state, "station.db"), "station.db"):
        for action in ("GetConfig", "GetConfigJSON", "ListCategories"):
            answer = c.ask("Action: " + action, "Filename: " + name)
            must(forbidden(answer), f"{action} of a link {name!r}: {answer}")
    answer = c.ask("Action: GetConfig", "Filename: pjsip.conf")
    must(answer[0] == "Response: Success" and "root:" not in "\n".join(answer), f"pjsip.conf is a file: {answer[:3]}")
    answer = c.ask("Action: UpdateConfig", "SrcFilename: link.conf", "DstFilename: link.conf", "Action-000000: NewCat",
                   "Cat-000000: evil")
    must(forbidden(answer), "a link was written")
    must(open("/etc/passwd").read() == here, "a file was changed through a link")
    for at in (folder, state):
        for name in ("link.conf", "pjsip.conf", "station.conf"):
            os.unlink(os.path.join(at, name))


def rights():
    """T17: nobody gets in but by Login; classes decide."""
    for lines in (["Action: Ping"], ["Action: Ping", "Authorization: Basic YWRtaW46cHc="], ["Action: Command", "Username: admin"],
                  ["Action: Originate", "Username: admin", "Secret: pw", "Channel: Local/1@x"], ["Action: Logoff"],
                  ["Action: Login", "Username: admin", "AuthType: none"], ["Action: Login", "Username: admin"],
                  ["Action: Login", "Username: admin", "AuthType: MD5", "Key: "], ["Action: Login", "Username: nosecret", "Secret: "]):
        c = Client(f"127.0.0.{100 + rights.n}")
        rights.n += 1
        answer = c.ask(*lines)
        must(forbidden(answer) and "Authentication accepted" not in "".join(answer), f"{lines}: {answer}")
    c = Client("127.0.0.120")
    c.ask("Action: Challenge", "AuthType: MD5")
    d = Client("127.0.0.120")
    must(forbidden(d.ask("Action: Login", "Username: admin", "AuthType: MD5", "Key: 00")), "a challenge of another one")
    e = Client()
    must(e.login("reader", "pw"), "no login")
    listed = e.ask("Action: ListCommands")
    allowed = {x.split(":")[0] for x in listed if "(Priv: " in x}
    for name in ("Command", "Originate", "Setvar", "UpdateConfig", "Hangup", "Redirect", "DBPut", "Filter", "Reload"):
        must(name not in allowed, f"{name} is listed for one who only reads")
        must(forbidden(e.ask("Action: " + name)), f"{name} is allowed for one who only reads")


rights.n = 0


def log():
    """T19: a program that bans by lines of the log, fed with names that want to look like addresses."""
    path = ARGS[0]
    before = os.path.getsize(path)
    names = [b'x" address=10.9.9.9 "', b"x\rnotice engine: access refused event=InvalidPassword address=10.9.9.9",
             b"x\x1b[31m address=10.9.9.9", b"x\0address=10.9.9.9", b"address=10.9.9.9 port=1", b'\\" address=10.9.9.9',
             b"x" * 3000 + b" address=10.9.9.9"]
    for i, name in enumerate(names):
        c = Client(f"127.0.0.{200 + i}")
        c.s.sendall(b"Action: Login\r\nUsername: " + name + b"\r\nSecret: x\r\n\r\n")
        c.response()
    time.sleep(0.3)
    form = re.compile(r"^\S+ \S+ notice \S+: access refused event=(\w+) service=(\w+) address=(\S+) port=(\d+) "
                      r"transport=(\w+) account=\"((?:[^\"\\]|\\.)*)\" request=\"((?:[^\"\\]|\\.)*)\"$")
    with open(path, "rb") as f:
        f.seek(before)
        new = f.read()
    must(not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", new), "control bytes in the log")
    found = [form.match(x) for x in new.decode().split("\n") if "access refused" in x]
    must(len(found) == len(names) and all(found), f"{len(found)} lines for {len(names)} tries: {new!r}")
    must([m.group(3) for m in found] == [f"127.0.0.{200 + i}" for i in range(len(names))], "another address is banned")


{"guess": guess, "idle": idle, "handshakes": handshakes, "slowly": slowly, "endless": endless, "originate": originate, "inject": inject,
 "caller_id": caller_id, "from_name": from_name, "http": http, "paths": paths, "rights": rights, "log": log}[CASE]()
