"""clients.py - what the end-to-end tests in Python speak: SIP, the Manager's protocol and HTTP, all of it plain text"""
import hashlib
import re
import socket
import time

# ---- sockets ----


def connect(to, seconds=5, source=""):
    """to: a port of 127.0.0.1, (host, port), or the path of a socket"""
    if isinstance(to, str):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(seconds)
        s.connect(to)
        return s
    return socket.create_connection(to if isinstance(to, tuple) else ("127.0.0.1", to), seconds, (source, 0) if source else None)


def read_all(s, seconds):
    """@return (what came until the end, or until nothing came for so long; whether it was the end)"""
    s.settimeout(seconds)
    got = b""
    try:
        while part := s.recv(65536):
            got += part
    except socket.timeout:
        return got, False
    except ConnectionResetError:
        pass
    return got, True


def exchange(to, data, seconds=5, source=""):
    """A connection of its own: say data. @return as read_all"""
    with connect(to, 5, source) as s:
        try:
            s.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was cut while we spoke
        return read_all(s, seconds)


# ---- digest (RFC 7616, MD5) ----


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def digest_fields(challenge):
    return {name: value.strip('"') for name, value in re.findall(r'(\w+)=("[^"]*"|[^,\s]*)', challenge)}


def digest_response(field, method, user, secret):
    """Of the fields of a header Authorization."""
    return md5(":".join((md5("%s:%s:%s" % (user, field["realm"], secret)), field["nonce"], field["nc"], field["cnonce"],
                         field["qop"], md5("%s:%s" % (method, field["uri"])))))


def digest(challenge, method, uri, user, secret):
    """@return the header line that answers a challenge (value of WWW-Authenticate)"""
    field = dict(digest_fields(challenge), uri=uri, qop="auth", nc="00000001", cnonce="c")
    quoted = "".join('%s="%s", ' % (name, field[name]) for name in ("realm", "nonce", "opaque", "uri") if name in field)
    return ('Authorization: Digest username="%s", %sresponse="%s", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n'
            % (user, quoted, digest_response(field, method, user, secret)))


# ---- SIP ----


def headers(msg, name):
    return re.findall(r"^%s:[ \t]*(.*?)\r?$" % name, msg, re.M | re.I)


def header(msg, name):
    """The first; "" without one."""
    return (headers(msg, name) or [""])[0]


def sdp(host="127.0.0.1", port=9, payloads="0", more="a=rtpmap:0 PCMU/8000\r\n"):
    return ("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP %s\r\n%s"
            % (host, host, port, payloads, more))


def content(body):
    return "%sContent-Length: %d\r\n\r\n%s" % ("Content-Type: application/sdp\r\n" if body else "", len(body), body)


def request(method, uri, here, sender, to, call, seq, branch, extra="", body="", contact=""):
    """here: (host, port) that answers go to; sender, to: values of From and To; contact: its URI, else user of From at here"""
    host = "%s:%d" % here
    contact = contact or "sip:%s@%s" % (re.search(r"sip:([^@>]+)@", sender).group(1), host)
    return ("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
            "Call-ID: %s\r\nCSeq: %d %s\r\nContact: <%s>\r\n%s%s"
            % (method, uri, host, branch, sender, to, call, seq, method, contact, extra, content(body))).encode()


def reply(msg, status, contact, body=""):
    """status: "200 OK"; contact: its URI"""
    to = header(msg, "To")
    lines = ["SIP/2.0 " + status]
    lines += ["%s: %s" % (name, value) for name in ("Via", "Record-Route") for value in headers(msg, name)]
    lines += ["From: " + header(msg, "From"), "To: " + to + ("" if "tag=" in to else ";tag=far"),
              "Call-ID: " + header(msg, "Call-ID"), "CSeq: " + header(msg, "CSeq"), "Contact: <%s>" % contact]
    return ("\r\n".join(lines) + "\r\n" + content(body)).encode()


# ---- the Manager ----


class Manager:
    """One connection. Messages are lists of lines."""

    def __init__(self, port, source="", timeout=5):
        self.s = connect(port, timeout, source)
        self.rest = b""
        self.raw = b""  # all that messages were made of

    def send(self, *lines):
        self.s.sendall(b"".join((x if isinstance(x, bytes) else x.encode()) + b"\r\n" for x in lines) + b"\r\n")

    def message(self):
        while b"\r\n\r\n" not in self.rest:
            got = self.s.recv(65536)
            if not got:
                raise EOFError
            self.rest += got
            self.raw += got
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        return head.decode("utf-8", "replace").split("\r\n")

    def response(self):
        while True:
            m = self.message()
            if any(x.startswith("Response: ") for x in m):
                return m

    def ask(self, *lines):
        self.send(*lines)
        return self.response()

    def send_login(self, user, secret, events):
        self.send("Action: Login", "Username: " + user, "Secret: " + secret, "Events: " + events)

    def login(self, user, secret, events="off"):
        self.send_login(user, secret, events)
        return "Message: Authentication accepted" in self.response()

    def read(self, quiet, most):
        """@return as text what comes until nothing did for quiet seconds; most: if it never ends"""
        text, end = b"", time.monotonic() + most
        while (left := end - time.monotonic()) > 0:
            self.s.settimeout(min(quiet, left) if text else left)
            try:
                got = self.s.recv(65536)
            except socket.timeout:
                break
            if not got:
                break
            text += got
        return text.decode().replace("\r\n", "\n")

    def talk(self, text, quiet=0.25, most=8):
        """Say text whose lines end with LF. @return as read"""
        self.s.sendall(text.replace("\n", "\r\n").encode())
        return self.read(quiet, most)

    def closed(self, seconds):
        """Is the connection closed within that time?"""
        self.s.settimeout(seconds)
        try:
            while self.s.recv(65536):
                pass
        except socket.timeout:
            return False
        except OSError:
            pass
        return True
