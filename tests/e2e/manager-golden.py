"""manager-golden.py AMI HTTP SIP TRUNK [NAME...] - Asterisk's recorded answers asked of the station again, and compared

tests/golden/manager/{tcp,http}/NAME.req is what was sent, NAME.resp what Asterisk 22 answered. HTTP is a port, or the path of
a socket. A transcript whose answer begins
with the greeting has a connection of its own, the others share one that is logged in. Times, identifiers, numbers of
channels and ports are made equal first. What is meant to differ stands in differences.txt, with its reason; a row
there that does not differ any more fails, too.
"""
import difflib
import os
import re
import socket
import sys
import threading
import time

from clients import Manager, digest, digest_fields, digest_response, exchange, header, headers, md5, reply, request, sdp

AMI, HTTP, SIP, TRUNK = (int(a) if a.isdigit() else a for a in sys.argv[1:5])
ONLY = sys.argv[5:]
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "manager")


# ---- the far side: a trunk that answers (or only rings), a caller, a phone that registers ----

class Far(threading.Thread):
    """What listens at the trunk's address. answers: 200 after the 180, or ringing for ever."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", TRUNK))
        self.answers = True
        self.invites = {}
        self.start()

    def reply(self, msg, to, status, body=""):
        self.sock.sendto(reply(msg, status, "sip:far@127.0.0.1:%d" % TRUNK, body), to)

    def run(self):
        while True:
            data, to = self.sock.recvfrom(65536)
            msg = data.decode()
            method = msg.split(" ", 1)[0]
            if method == "INVITE":
                self.invites[header(msg, "Call-ID")] = msg
                self.reply(msg, to, "180 Ringing")
                if self.answers:
                    self.reply(msg, to, "200 OK", sdp())
            elif method == "CANCEL":
                self.reply(msg, to, "200 OK")
                first = self.invites.get(header(msg, "Call-ID"))
                if first:
                    self.reply(first, to, "487 Request Terminated")
            elif method in ("BYE", "OPTIONS", "UPDATE"):
                self.reply(msg, to, "200 OK")


class Caller:
    """Calls as `load`, whom the station knows by address."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(5)
        self.calls = 0

    def send(self, method, number, call, to_tag="", seq=1, body=""):
        self.sock.sendto(request(method, "sip:%s@127.0.0.1:%d" % (number, SIP), self.sock.getsockname(), "<sip:load@127.0.0.1>;tag=" + call,
                                 "<sip:%s@127.0.0.1>%s" % (number, to_tag), call, seq, "%s%s%d" % (call, method, seq), body=body),
                         ("127.0.0.1", SIP))

    def final(self):
        while True:
            msg = self.sock.recv(65536).decode()
            if msg.startswith("SIP/2.0 ") and int(msg[8:11]) >= 200:
                return msg

    def call(self, number):
        self.calls += 1
        call = "golden-%d-%d" % (os.getpid(), self.calls)
        self.send("INVITE", number, call, body=sdp())
        tag = ";" + header(self.final(), "To").split(";", 1)[1]
        self.send("ACK", number, call, tag)
        return number, call, tag

    def bye(self, call):
        self.send("BYE", *call, seq=2)
        self.final()

    def register(self, user):
        uri, extra = "sip:127.0.0.1:%d" % SIP, "Expires: 3600\r\n"
        for seq in (1, 2):
            self.sock.sendto(request("REGISTER", uri, self.sock.getsockname(), "<sip:%s@127.0.0.1>;tag=r" % user,
                                     "<sip:%s@127.0.0.1>" % user, "1-18545@127.0.0.1", seq, "r%d" % seq, extra,
                                     contact="sip:%s@127.0.0.1:5071" % user), ("127.0.0.1", SIP))
            answer = self.final()
            if answer.startswith("SIP/2.0 200"):
                break
            challenge = [v for v in headers(answer, "WWW-Authenticate") if "MD5" in v][0]
            extra += digest(challenge, "REGISTER", uri, user, "pw-" + user)


# ---- making answers comparable ----

SAME = [
    (r"\b1[0-9]{9}\.\d+\b", "ID"), (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b0x[0-9a-f]+\b", "PTR"), (r"!3!\d+!UUID", "!3!N!UUID"), (r"\b(PJSIP/\w+)-[0-9a-f]{8}", r"\1-N"), (r"(Timestamp: ).*", r"\1T"),
    (r"((?:EventTV|SessionTV|StartTime|AnswerTime|EndTime): ).*", r"\1T"),
    (r"((?:Challenge|Uptime|LastReload|Duration|Seconds|BillableSeconds|TimeToHangup|ExpirationTime): )\S+", r"\1N"),
    (r"((?:LocalAddress|RemoteAddress): \S+/)\d+$", r"\1PORT"), (r"(ObjectName: \S+;@)[0-9a-f]{32}", r"\1HASH"),
    (r"((?:CoreStartupDate|CoreStartupTime|CoreReloadDate|CoreReloadTime): ).*", r"\1T"),
    (r"(CoreProcessedCalls: )\d+", r"\1N"), (r"^(Output(?:-\d+)?: )\d+ calls? processed", r"\1N calls processed"),
    (r"(Value: )1[0-9]{9}$", r"\1EPOCH"), (r"(sip:\S+@127\.0\.0\.1:)\d+", r"\1PORT"), (r"(sip:127\.0\.0\.1:)\d+", r"\1PORT"),
    (r"(bindport(?:=|[\\\"]+:[\\\"]+|&quot;:&quot;)|bind=127.0.0.1:|ViaPort: |(?:port|rtpstart|rtpend)=)\d+", r"\1PORT"),
]


def plain(text):
    text = text.replace("\r\n", "\n").strip("\n")
    for pattern, to in SAME:
        text = re.sub(pattern, to, text, flags=re.M | re.I)
    return text


def frames(text):
    return [f.split("\n") for f in plain(text).split("\n\n") if f]


def shape(text):
    """Kinds of frames in the order of their first coming, each with its keys; of which a list may have more or fewer."""
    seen = []
    for f in frames(text):
        keys = tuple(dict.fromkeys(re.sub(r"-\d+$", "", line.split(":")[0].lower()) for line in f))
        one = (f[0].lower() if f[0].lower().startswith(("event:", "response:")) else "", keys)
        if one not in seen:
            seen.append(one)
    return seen


def differences():
    rows = {}
    with open(os.path.join(GOLDEN, "differences.txt")) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, kind, reason = line.rstrip("\n").split("\t", 2)
                rows.setdefault(name, []).append((kind, reason))
    return rows


def rows_for(name, rows):
    """Those of the transcript, and of its kind: "*/ping" are all of tcp/ping, http/mxml-ping, http/rawman-ping."""
    kind = "*/" + re.sub(r"^(tcp/|http/(rawman|mxml|manager)-)", "", name)
    return [(key, row) for key in (name, kind) for row in rows.get(key, [])]


def left_over(text, row):
    """What of a text is compared."""
    if row.startswith("drop "):
        return "\n".join(l for l in text.split("\n") if not re.search(row[5:], l, re.I))
    if row.startswith("without "):
        return "\n\n".join(f for f in text.split("\n\n") if not re.search("^Event: (%s)$" % row[8:], f, re.I | re.M))
    return text


def compare(name, want, got, rows, used):
    """@return a text that says what differs, or "" """
    want, got = plain(want), plain(got)
    if want == got:
        return ""
    mine = rows_for(name, rows)
    for key, (row, _) in mine:
        used.add((key, row))
        want, got = left_over(want, row), left_over(got, row)
    kinds = [row for _, (row, _) in mine]
    if want == got or "any" in kinds or ("shape" in kinds and shape(want) == shape(got)):
        return ""
    return "\n".join(list(difflib.unified_diff(want.split("\n"), got.split("\n"), "asterisk", "station", lineterm="", n=1))[:40])


def proved(m, req):
    """Challenge first, as its Key depends on it. @return what was answered, and the rest of the request"""
    first, rest = req.split("\n\n", 1)
    got = m.talk(first + "\n\n")
    challenge = re.search(r"^Challenge: (\S+)", got, re.M).group(1)
    return got, re.sub(r"^Key: .*$", "Key: " + md5(challenge + "measure-pw"), rest, flags=re.M)


def load(name):
    with open(os.path.join(GOLDEN, name + ".req")) as f:
        req = f.read()
    with open(os.path.join(GOLDEN, name + ".resp")) as f:
        return req, f.read()


def names_in(folder):
    names = sorted((f[:-4] for f in os.listdir(os.path.join(GOLDEN, folder)) if f.endswith(".req")),
                   key=lambda n: n.replace("dbput", "db"))  # what is got was put before
    return ["%s/%s" % (folder, n) for n in names if not ONLY or n in ONLY or folder in ONLY]


GREETED = "Asterisk Call Manager"


class Score:
    def __init__(self):
        self.rows, self.passed, self.failed = differences(), 0, 0
        self.used = set()

    def take(self, name, want, got):
        diff = compare(name, want, got, self.rows, self.used)
        if diff:
            self.failed += 1
            print("FAILED %s\n%s\n" % (name, diff))
        else:
            self.passed += 1


    def end(self):
        for name, rows in self.rows.items():
            for row, _ in rows:
                if (name, row) not in self.used and not ONLY:
                    self.failed += 1
                    print("FAILED differences.txt: nothing differs any more: %s\t%s\n" % (name, row))


def real_channels(req, shared):
    """The recorded channels of the live call become those of ours."""
    recorded = re.findall(r"PJSIP(?:/|%2[fF])((?:load|trunk))-[0-9a-f]{8}", req)
    for end in recorded:
        listed = shared.talk("Action: CoreShowChannels\n\n")
        real = re.search(r"^Channel: PJSIP/(%s-[0-9a-f]{8})" % end, listed, re.M)
        req = re.sub(r"%s-[0-9a-f]{8}" % end, real.group(1) if real else "none", req)
    return req


def play_tcp(score, far, caller, shared):
    names = names_in("tcp")
    live = [n for n in names if "-live" in n]
    last = [n for n in names if n.startswith(("tcp/originate", "tcp/hangup-regex"))]
    for group in ([n for n in names if n not in live + last], live, last):
        call = caller.call("7001") if group is live and live else None
        if call:
            time.sleep(1.2)  # Seconds and Duration of the recorded call are more than 0
        for name in group:
            score.take(name, load(name)[1], ask_tcp(name, far, caller, shared))
        if call:
            caller.bye(call)


def ask_tcp(name, far, caller, shared):
    far.answers = "noanswer" not in name
    req, want = load(name)
    if name == "tcp/hangup-regex":
        for _ in range(6):
            caller.call("7001")
    elif "-live" in name:
        req = real_channels(req, shared)
    fresh = want.startswith(GREETED)
    m = Manager(AMI) if fresh else shared
    if fresh and "Key: " in req:
        got, req = proved(m, req)
    else:
        shared.talk("Action: Events\nEventMask: off\n\n")
        got = ""
    got += m.talk(req, most=12, quiet=1.6 if name.startswith("tcp/login-") else 0.25)
    if name.startswith("tcp/originate"):
        shared.talk("Action: Hangup\nChannel: /^PJSIP.*$/\n\n")
    return got


# ---- over HTTP ----

class Web:
    """Cookies of the records become ours: the one that answered what a recorded one answered."""

    def __init__(self):
        self.cookies = {}
        self.nonces = {}

    def enter(self, cookie):
        """A session whose login was not recorded."""
        if cookie not in self.cookies:
            self.cookies[cookie] = cookie
            got = self.send("GET /rawman?action=login&username=measure&secret=measure-pw HTTP/1.1\nHost: x\nConnection: close\n\n")
            self.cookies[cookie] = re.search(r'mansession_id="([0-9a-f]+)"', got).group(1)
            self.send('GET /rawman?action=events&eventmask=off HTTP/1.1\nHost: x\nConnection: close\nCookie: mansession_id="%s"\n\n'
                      % self.cookies[cookie])

    def listen(self, req, mask):
        """Events by that mask from now on, none of before."""
        cookie = re.search(r'mansession_id="([0-9a-f]+)"', req).group(1)
        self.enter(cookie)
        for action in ("events&eventmask=" + mask, "waitevent&timeout=1"):
            self.send('GET /rawman?action=%s HTTP/1.1\nHost: x\nConnection: close\nCookie: mansession_id="%s"\n\n'
                      % (action, self.cookies[cookie]))

    def ask(self, req, want):
        for cookie in re.findall(r'mansession_id="([0-9a-f]+)"', req):
            if cookie != "deadbeef":
                self.enter(cookie)
        signed = self.proof(req)
        for old, new in list(self.cookies.items()) + list(self.nonces.items()):
            req = req.replace(old, new)
        if signed and 'response="%s"' % signed in req:  # it was right; so is ours
            req = req.replace(signed, self.proof(req))
        got = self.send(req)
        for keep, what in ((self.cookies, r'mansession_id="([0-9a-f]+)"'), (self.nonces, r'nonce="([^"]+)"')):
            theirs, ours = re.search(what, want), re.search(what, got)
            if theirs and ours:
                keep[theirs.group(1)] = ours.group(1)
        return got

    @staticmethod
    def proof(req):
        """What the digest of a request must be for the recorded user; "" without one."""
        m = re.search(r"^Authorization: Digest (.*)$", req, re.M)
        if not m:
            return ""
        return digest_response(digest_fields(m.group(1)), req.split(" ")[0], "measure", "measure-pw")

    @staticmethod
    def send(req):
        head, _, body = req.partition("\n\n")
        head = re.sub(r"Content-Length: \d+", "Content-Length: %d" % len(body), head)
        got, ended = exchange(HTTP, (head.replace("\n", "\r\n") + "\r\n\r\n" + body).encode(), 15)
        return got.decode().replace("\r\n", "\n") + ("" if ended else "\n(the connection stays open)")


def answer_of(text):
    """What of an answer is compared: status, the headers that a client looks at, the body as lines."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = [head.split("\n")[0]]
    for name in ("Cache-Control", "Content-type", "Set-Cookie", "Pragma", "WWW-authenticate"):
        for value in re.findall(r"^%s: (.*)$" % name, head, re.M | re.I):
            value = re.sub(r'(mansession_id|nonce|opaque|realm)="[^"]*"', r'\1="X"', value)
            lines.append("%s: %s" % (name, value))
    body = re.sub(r"<address>.*?</address>", "<address>SERVER</address>", body)
    body = re.sub(r"<tr><td>([\w-]+)</td><td>(.*?)</td></tr>", r"\1: \2", body)
    body = re.sub(r"<generic (.*?)\s*/>", lambda m: "\n".join(
        "%s: %s" % kv for kv in re.findall(r"([\w-]+)='([^']*)'", m.group(1))) + "\n", body)
    body = body.replace("<response type='object' id='unknown'>", "\n").replace("</response>", "")
    body = body.replace('<tr><td colspan="2"><hr></td></tr>', "")
    return "\n".join(lines) + "\n\n" + re.sub(r"\n{3,}", "\n\n", body)


def http_order(names):
    """As they were recorded: a kind of answer after another, its login first, its end last."""
    def key(name):
        kind, what = name[5:].split("-", 1)
        step = 0 if what == "login-ok" else 3 if what == "logoff" else 4 if what.startswith("after") else 1
        return (kind, 1 if "401" in what else 2, step, "live" in what, what.replace("dbput", "db"))
    return sorted(names, key=key)


def play_http(score, far, caller, shared):
    web, call = Web(), None
    for name in http_order(names_in("http")):
        far.answers = "noanswer" not in name
        req, want = load(name)
        if "-live" in name and not call:
            call = caller.call("7001")
            time.sleep(1.2)
        if "-live" not in name and call:
            caller.bye(call)
            call = None
        if "bridged-call" in name:
            web.listen(req, "on")
            caller.bye(caller.call("7001"))
            time.sleep(0.2)
        if "-live" in name:
            req = real_channels(req, shared)
        score.take(name, answer_of(want), answer_of(web.ask(req, want)))
        if "bridged-call" in name:
            web.listen(req, "off")
        if "originate" in name:
            shared.talk("Action: Hangup\nChannel: /^PJSIP.*$/\n\n")


def main():
    score, far, caller, shared = Score(), Far(), Caller(), Manager(AMI)
    shared.login("measure", "measure-pw")
    caller.register("u00001")
    play_tcp(score, far, caller, shared)
    play_http(score, far, caller, shared)
    score.end()
    print("%d passed, %d failed" % (score.passed, score.failed))
    return 1 if score.failed else 0


sys.exit(main())
