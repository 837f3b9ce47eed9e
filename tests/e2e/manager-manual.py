"""manager-manual.py HTTP SIP PHONE - the product's manual, asked as it asks, compared with what it shows

tests/golden/manager/manual.txt holds the examples and says what is meant to differ. One socket plays the manual's phone
`user`: it calls 153, and it is called by Originate.
"""
import http.cookiejar
import os
import re
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

HTTP, SIP, PHONE = (int(a) for a in sys.argv[1:4])
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "manager", "manual.txt")
SDP = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n")


def header(msg, name):
    m = re.search(r"^%s:[ \t]*(.*?)\r?$" % name, msg, re.M | re.I)
    return m.group(1) if m else ""


class Phone(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", PHONE))
        self.rang, self.answered, self.bye = threading.Event(), threading.Event(), threading.Event()
        self.call = None  # number, Call-ID, tag of ours
        self.shown = ""
        self.start()

    def request(self, method, seq, to_tag="", body=""):
        number, call = self.call
        text = ("%s sip:%s@127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;rport;branch=z9hG4bK%s%s\r\nMax-Forwards: 70\r\n"
                "From: <sip:user@127.0.0.1>;tag=u\r\nTo: <sip:%s@127.0.0.1>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n"
                "Contact: <sip:user@127.0.0.1:%d>\r\n%sContent-Length: %d\r\n\r\n%s"
                % (method, number, SIP, PHONE, call, method, number, to_tag, call, seq, method, PHONE,
                   "Content-Type: application/sdp\r\n" if body else "", len(body), body))
        self.sock.sendto(text.encode(), ("127.0.0.1", SIP))

    def dial(self, number):
        self.call = (number, "manual-%d" % os.getpid())
        self.answered.clear()
        self.request("INVITE", 1, body=SDP)
        return self.answered.wait(5)

    def hang_up(self):
        self.request("BYE", 2, self.to_tag)

    def reply(self, msg, to, code, body=""):
        tag = "" if "tag=" in header(msg, "To") else ";tag=user"
        vias = "".join("Via: %s\r\n" % v for v in re.findall(r"^Via:[ \t]*(.*?)\r?$", msg, re.M | re.I))
        text = ("SIP/2.0 %s\r\n%sFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:user@127.0.0.1:%d>\r\n"
                "%sContent-Length: %d\r\n\r\n%s"
                % (code, vias, header(msg, "From"), header(msg, "To"), tag, header(msg, "Call-ID"), header(msg, "CSeq"), PHONE,
                   "Content-Type: application/sdp\r\n" if body else "", len(body), body))
        self.sock.sendto(text.encode(), to)

    def run(self):
        while True:
            data, to = self.sock.recvfrom(65536)
            msg = data.decode()
            if msg.startswith("SIP/2.0 200") and "INVITE" in header(msg, "CSeq"):
                self.to_tag = ";" + header(msg, "To").split(";", 1)[1]
                self.request("ACK", 1, self.to_tag)
                self.answered.set()
            elif msg.startswith("INVITE"):
                self.shown = header(msg, "From")
                self.reply(msg, to, "180 Ringing")
                self.rang.set()
                self.reply(msg, to, "200 OK", SDP)
            elif msg.startswith("BYE"):
                self.reply(msg, to, "200 OK")
                self.bye.set()


class Browser:
    """What the manual's links are opened with: it keeps cookies, and nothing else."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, link):
        path, _, query = link.partition("?")
        url = "http://127.0.0.1:%d%s?%s" % (HTTP, path, urllib.parse.quote(query, safe="=&/"))
        with self.opener.open(url, timeout=10) as answer:
            return answer.read().decode().replace("\r\n", "\n")


def digest_get(link, password):
    """@return the status, and the text"""
    url = "http://127.0.0.1:%d%s" % (HTTP, link)
    keys = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    keys.add_password(None, url, "test", password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(keys))
    try:
        with opener.open(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, ""
    except ValueError as e:  # this client does not know SHA-256
        return 0, str(e)


SAME = [(r"\b1[0-9]{9}\.\d+\b", "ID"), (r"(PJSIP/\w+)-[0-9a-f]{8}", r"\1"), (r"(Seconds|TimeToHangup): \d+", r"\1: N")]


def plain(text):
    for pattern, to in SAME:
        text = re.sub(pattern, to, text)
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def examples():
    found, name = {}, None
    with open(GOLDEN, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                continue
            block = re.match(r"\[(\w+)\]$", line)
            if block:
                name = block.group(1)
            elif line.startswith("GET "):
                found[name] = [line[4:].rstrip("\n"), ""]
            else:
                found[name][1] += line
    return found


def sections(text):
    """What `manager show command` says: title and lines, without empty ones."""
    lines = [re.sub(r"^Output: ?", "", line).rstrip() for line in text.split("\n") if line.startswith("Output:")]
    found, title = {}, None
    for line in lines:
        block = re.match(r"\[([\w ]+)\]$", line)
        if block:
            title = block.group(1)
        elif title and line:
            found.setdefault(title, []).append(line)
    return found


class Score:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, is_right, got=""):
        if is_right:
            self.passed += 1
            return
        self.failed += 1
        print("FAILED %s\n%s" % (name, got))

    def same(self, name, want, got):
        self.check(name, plain(want) == plain(got), "manual:\n%s\nstation:\n%s" % (plain(want), plain(got)))


def value(frame, name):
    m = re.search(r"^%s: (.*)$" % name, frame, re.M)
    return m.group(1) if m else None


def until(browser, link, text, seconds=5):
    """Ask again until the answer has this."""
    end = time.time() + seconds
    while True:
        got = browser.get(link)
        if text in got or time.time() > end:
            return got
        time.sleep(0.05)


def of_caller(text):
    return re.sub(r"^(CallerIDName|Application|Data|Writeformat|Writetrans): ?.*$", r"\1: VALUE", text, flags=re.M)


def play_status(score, browser, phone, link, want):
    score.check("the phone's call is answered", phone.dial("153"))
    got = until(browser, link, "Priority: 3")
    score.same("status during a call", of_caller(want), of_caller(got))
    name = value(got, "Channel")
    one = browser.get("%s&actionid=7&channel=%s&variables=COLOUR,EXTEN" % (link, urllib.parse.quote(name)))
    score.check("status: actionid, channel, variables", "ActionID: 7" in one and "Items: 1" in one and
                "Variable: COLOUR=red" in one and "Variable: EXTEN=153" in one, one)
    one = browser.get(link + "&allvariables=true")
    score.check("status: allvariables", "Variable: COLOUR=red" in one, one)
    phone.hang_up()
    score.check("status after the call", "Items: 0" in until(browser, link, "Items: 0"))


def play_originate(score, browser, phone):
    base = "/asterisk/rawman?action=originate&channel=PJSIP/user"
    got = browser.get(base + "&context=outgoing&exten=100&priority=1&async=true")
    score.same("originate, async", "Response: Success\nMessage: Originate successfully queued", got)
    score.check("originate: the phone rings", phone.rang.wait(5))
    got = until(browser, "/asterisk/rawman?action=status", "Exten: 100")
    score.check("originate: it goes on at 100", "Exten: 100" in got, got)
    events = ""
    for _ in range(5):
        events += browser.get("/asterisk/rawman?action=waitevent&timeout=1")
        if "Event: OriginateResponse" in events:
            break
    score.check("originate: OriginateResponse", re.search(
        r"Event: OriginateResponse\n(.+\n)*Response: Success\n(.+\n)*Context: outgoing\nExten: 100\nReason: 4\n", events), events[-2000:])
    browser.get("/asterisk/rawman?action=hangup&channel=/^PJSIP.user-/")
    score.check("hangup: BYE", phone.bye.wait(5))
    until(browser, "/asterisk/rawman?action=status", "Items: 0")
    got = browser.get(base + "&actionid=o1&application=Wait&data=5&timeout=4000&callerid=Shop%20<500>&variable=COLOUR=blue"
                      "&account=acc&earlymedia=false&async=true&codecs=alaw&channelid=manual-1&otherchannelid=manual-2")
    score.check("originate: all parameters", "ActionID: o1" in got and "successfully queued" in got, got)
    got = until(browser, "/asterisk/rawman?action=status&allvariables=true", "Application: Wait")
    want = ["Uniqueid: manual-1", "AccountCode: acc", "CallerIDNum: 500", "CallerIDName: Shop", "Application: Wait", "Data: 5",
            "Variable: COLOUR=blue", "Nativeformats: (alaw)"]
    score.check("originate: all parameters are obeyed", all(w in got for w in want), got)
    score.check("originate: callerid is shown", "Shop" in phone.shown and "500@" in phone.shown, phone.shown)
    browser.get("/asterisk/rawman?action=hangup&channel=/^PJSIP.user-/")


def play_forms(score):
    """Each of the four kinds of links that the manual names."""
    raw, marked = Browser(), Browser()
    raw.get("/rawman?action=login&username=test&secret=test")
    score.check("/rawman", "Ping: Pong" in raw.get("/rawman?action=ping"))
    marked.get("/mxml?action=login&username=test&secret=test")
    page = marked.get("/mxml?action=ping")
    score.check("/mxml", "Pong" in [g.get("ping") for g in xml.etree.ElementTree.fromstring(page).iter("generic")], page)
    for link in ("/arawman", "/amxml", "/asterisk/arawman"):
        status, text = digest_get(link + "?action=ping", "test")
        score.check(link, status == 200 and "Pong" in text, "%d %s" % (status, text))
    got = Browser().get("/rawman?action=ping")
    score.same("without a login", "Response: Error\nMessage: Permission denied", got)
    got = Browser().get("/rawman?action=login&username=test&secret=wrong")
    score.same("a wrong password", "Response: Error\nMessage: Authentication failed", got)
    # last: this client tries the same again until the door is closed to it
    score.check("digest with a wrong password", digest_get("/arawman?action=ping", "wrong")[0] == 401)


def main():
    score, phone, browser, example = Score(), Phone(), Browser(), examples()
    score.same("login", example["login"][1], browser.get(example["login"][0]))
    score.check("login: the cookie", [c.name for c in browser.jar] == ["mansession_id"])
    link, want = example["ping"]
    stamp = r"Timestamp: \d{10}\.\d{6}$"
    got = browser.get(link).strip("\n")
    score.same("ping", re.sub(stamp, "Timestamp", want.strip("\n")), re.sub(stamp, "Timestamp", got))
    play_status(score, browser, phone, *example["status"])
    play_originate(score, browser, phone)
    got, (link, want) = browser.get(example["list"][0]).split("\n"), example["list"]
    words = {" ".join(line.split()) for line in got}
    missing = [line for line in want.split("\n") if line and " ".join(line.split()) not in words]
    score.check("listcommands", not missing and len(want.strip("\n").split("\n")) == 104, "\n".join(missing))
    link, want = example["waitevent"]
    got = browser.get(link)
    theirs, ours = sections(want), sections(got)
    score.check("manager show command waitevent", got.startswith("Response: Success\nMessage: Command output follows\n") and
                len(theirs) == 8 and all(ours.get(t) == theirs[t] for t in theirs), "%s\n%s" % (theirs, ours))
    play_forms(score)
    print("%d passed, %d failed" % (score.passed, score.failed))
    return 1 if score.failed else 0


sys.exit(main())
