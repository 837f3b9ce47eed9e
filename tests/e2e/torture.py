#!/usr/bin/env python3
"""torture.py FOLDER STATION-HOST PORT HOME-NET STRANGER-NET

Tells the messages of FOLDER (see its index) to a whole station, and others that are meant to hurt: over UDP, over
TCP in one piece and over TCP byte by byte, each from an address of its own. HOME-NET and STRANGER-NET are two
numbers, "127.7": the station knows who comes from the first, and from ::1, as an endpoint. The messages of RFC 5118 go over
IPv6. After each message a call must work.
Prints one line a test that fails, and "N passed, N failed".
"""
import os
import re
import select
import socket
import sys
import time

from clients import header, request, sdp

folder, host, port, home, strange = sys.argv[1:]
station = (host, int(port))
VIA_PORT = 5077  # where the messages say that answers go
WAYS = {"udp": 0, "tcp": 1 << 20, "tcp byte by byte": 1}
PATIENCE_S = 3.0
QUIET_S = 0.25
passed = failed = 0
last = 0


def address(net):
    """Each message comes from somebody else: late answers to one are not taken for those to the next."""
    global last
    last += 1
    return "%s.%d.%d" % (net, last // 250, 1 + last % 250)


def final_of(answer, call_id=b""):
    """Code of the first final answer to the request of that Call-ID; 0: none."""
    for one in re.split(rb"(?=SIP/2\.0 [1-6])", answer):
        if one[8:9] >= b"2" and call_id in one:
            return int(one[8:11])
    return 0


def listen(sock, until_s, call_id=b""):
    """What comes in time, up to the final answer. @return (bytes, whether the stream ended)"""
    end = time.monotonic() + until_s
    answer = b""
    while final_of(answer, call_id) == 0:
        left = end - time.monotonic()
        if left <= 0 or not select.select([sock], [], [], left)[0]:
            return answer, False
        try:
            more = sock.recv(65535)
        except ConnectionResetError:
            return answer, True
        if not more:
            return answer, True
        answer += more
    return answer, False


def is_closed(sock):
    end = time.monotonic() + PATIENCE_S
    while select.select([sock], [], [], max(0, end - time.monotonic()))[0]:
        try:
            if not sock.recv(65535):
                return True
        except ConnectionResetError:
            return True
    return False


def open_socket(net, is_tcp):
    """net None: over IPv6, from the only address that there is; its messages all have ;rport."""
    kind = socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM
    if net:
        sock = socket.socket(socket.AF_INET, kind)
        sock.bind((address(net), 0 if is_tcp else VIA_PORT))
    else:
        sock = socket.socket(socket.AF_INET6, kind)
    if is_tcp:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.connect(station if net else ("::1", station[1]))
    return sock


def tell(text, want, way, net):
    """@param want  codes parted by "|", or a word of the index @return what is wrong, or None"""
    at_once = WAYS[way]
    call_id = re.search(rb"Call-ID: (\S+)", text)
    call_id = call_id.group(1) if call_id else b""
    with open_socket(net, at_once > 0) as sock:
        try:
            if not at_once:
                sock.send(text)
            for at in range(0, len(text) if at_once else 0, at_once or 1):
                sock.sendall(text[at:at + at_once])
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was cut while we spoke
        silent = want == "silence" or (want == "waits" and at_once)
        answer, ended = listen(sock, QUIET_S if silent else PATIENCE_S, call_id)
        got = final_of(answer, call_id)
        if silent:
            right = got == 0 and not ended
        elif ended and "cut" in want:
            right = got == 0
        elif want == "closes":
            right = got == 400 and (not at_once or is_closed(sock))
        elif want == "waits":
            right = got == 400
        else:
            right = str(got) in want.split("|")
        return None if right else "%d%s, wanted %s" % (got, " and closed" if ended else "", want)


def call_works():
    """INVITE, 200, ACK, BYE, 200."""
    with open_socket(home, False) as sock:
        here = sock.getsockname()

        def ask(method, to, branch, seq, body=""):
            sock.send(request(method, "sip:300@%s:%s" % (host, port), here, "<sip:caller@example.net>;tag=" + here[0], to, here[0],
                              seq, branch, body=body))

        to = "<sip:300@%s>" % host
        ask("INVITE", to, "i", 1, sdp(here[0], 9, "8", "a=sendonly\r\n"))
        answer, _ = listen(sock, PATIENCE_S)
        if final_of(answer) != 200:
            return "call: %d" % final_of(answer)
        to = header(answer[answer.index(b"SIP/2.0 200"):].decode(), "To")
        ask("ACK", to, "a", 1)
        ask("BYE", to, "b", 2)
        answer, _ = listen(sock, PATIENCE_S)
        return None if b"200 OK" in answer and b"BYE" in answer else "BYE: %d" % final_of(answer)


def check(name, text, want, way, net=home):
    global passed, failed
    wrong = tell(text, want, way, net)
    if not wrong:
        wrong = call_works()
        wrong = wrong and "afterwards " + wrong
    passed += not wrong
    failed += bool(wrong)
    if wrong:
        print("FAILED %s over %s: %s" % (name, way, wrong))


def rows():
    for line in open(os.path.join(folder, "index")):
        if line.strip() and line[0] != "#":
            yield line.split()


def renewed(text):
    """Said again, it is another request."""
    global last
    last += 1
    mark = b"-%d" % last
    text = re.sub(rb"(branch=z9hG4bK[a-z0-9-]+)", lambda m: m.group(1) + mark, text, 1)
    return re.sub(rb"(Call-ID: [^\r@]+)", lambda m: m.group(1) + mark, text)


def tell_the_rfcs():
    count = {"4475": 0, "5118": 0}
    for rfc, section, name, core, want, *who in rows():
        count[rfc] += 1
        with open(os.path.join(folder, name + ".sip"), "rb") as f:
            text = f.read()
        for way in WAYS:
            net = strange if who else home if rfc == "4475" else None
            check("%s %s" % (section, name), renewed(text), core if want == "=" else want, way, net)
    assert count == {"4475": 49, "5118": 12}, count


# ---- what is meant to hurt ----

LINES = ("Via: SIP/2.0/UDP 10.0.0.7:%d;branch=z9hG4bKx@@\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:300@d>\r\n"
         "Call-ID: x@@\r\nMax-Forwards: 70\r\n" % VIA_PORT)
OPTIONS = "OPTIONS sip:300@example.com SIP/2.0\r\n"
END = "Content-Length: 0\r\n\r\n"


def hurt(name, text, udp, tcp=None):
    for way in WAYS:
        want = udp if way == "udp" else tcp if tcp is not None else udp
        check(name, text.replace("@@", str(last)).encode(), str(want), way)


def tell_what_hurts():
    long = "0123456789abcdef" * 4000
    for head in ("Subject: ", "Via: SIP/2.0/UDP h;branch=", "Contact: <sip:", "Route: <sip:", "Record-Route: \"",
                 "X-A: ", "Supported: ", "Authorization: Digest nonce=\""):
        hurt("64 kB of " + head, OPTIONS + LINES + "CSeq: 1 OPTIONS\r\n" + head + long + "\r\n" + END, 200, "200|cut")
    hurt("1,000 Via lines", OPTIONS + LINES + "CSeq: 1 OPTIONS\r\n" + "Via: SIP/2.0/UDP h;branch=z9\r\n" * 1000 + END,
         400, "400|cut")
    hurt("1,000 Vias in a line", OPTIONS + LINES.replace("@@\r\n", "@@" + ",SIP/2.0/UDP h" * 999 + "\r\n", 1)
         + "CSeq: 1 OPTIONS\r\n" + END, 200)
    hurt("host .1", "OPTIONS sip:300@.1 SIP/2.0\r\n" + LINES + "CSeq: 1 OPTIONS\r\n" + END, 400)
    hurt("Contact at .1", "INVITE sip:300@h SIP/2.0\r\n" + LINES + "CSeq: 1 INVITE\r\nContact: <sip:a@.1>\r\n" + END, 400)
    for cseq in ("OPTIONS", "-1 OPTIONS", "2147483648 OPTIONS", "0x1 OPTIONS", "1", "", "1 INVITE", "99999999999999999999 OPTIONS"):
        hurt("CSeq: " + cseq, OPTIONS + LINES + "CSeq: " + cseq + "\r\n" + END, 400)
    hurt("stray ACK", "ACK sip:300@h SIP/2.0\r\n" + LINES + "CSeq: 1 ACK\r\n" + END, "silence")
    hurt("stray CANCEL", "CANCEL sip:300@h SIP/2.0\r\n" + LINES + "CSeq: 1 CANCEL\r\n" + END, 481)
    hurt("bare CR", OPTIONS + LINES + "CSeq: 1 OPTIONS\r\nX-A: b\rX-B: c\r\n" + END, 400)
    hurt("CR in the start line", "OPTIONS sip:300@h\r SIP/2.0\r\n" + LINES + "CSeq: 1 OPTIONS\r\n" + END, 400)


tell_the_rfcs()
tell_what_hurts()
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
