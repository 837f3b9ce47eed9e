#!/usr/bin/env python3
"""media-kills.py STATION-PORT OWN-PORT KILLS COMMAND...: two phones on a trunk at 127.0.0.2 talk through the
station while COMMAND kills the media role; prints, for each kill, the longest pause that each of them heard, and
fails when one is longer than 500 ms, or the stream's source or sequence begins anew."""
import re, select, socket, struct, subprocess, sys, time

STATION, OWN, KILLS, COMMAND = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
HOST, EVERY, LIMIT_MS = '127.0.0.2', 6.0, 500
SDP = ('v=0\r\no=- 1 1 IN IP4 {h}\r\ns=-\r\nc=IN IP4 {h}\r\nt=0 0\r\nm=audio {p} RTP/AVP 8\r\n'
       'a=rtpmap:8 PCMA/8000\r\n')


class Phone:
    """One end's sound: a packet every 20 ms, and what comes back."""

    def __init__(self, port):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind((HOST, port))
        self.s.setblocking(False)
        self.port, self.to, self.seq = port, None, 0
        self.last, self.worst, self.heard = None, 0.0, None
        self.sources, self.breaks = set(), 0

    def say(self):
        if self.to:
            self.seq += 1
            head = struct.pack('!BBHII', 0x80, 8, self.seq & 0xffff, self.seq * 160, self.port)
            self.s.sendto(head + b'\x55' * 160, self.to)

    def listen(self):
        while True:
            try:
                data = self.s.recv(2000)
            except (BlockingIOError, ConnectionRefusedError):
                return
            now = time.monotonic()
            seq, _, ssrc = struct.unpack('!HII', data[2:12])
            self.sources.add(ssrc)
            if self.heard is not None and not 0 < ((seq - self.heard) & 0xffff) < 200:
                self.breaks += 1
            if self.last:
                self.worst = max(self.worst, now - self.last)
            self.last, self.heard = now, seq


def header(text, name):
    return re.search(r'(?im)^%s:\s*(.*?)\r$' % name, text).group(1)


def target(text):
    return (re.search(r'c=IN IP4 (\S+)', text).group(1), int(re.search(r'm=audio (\d+)', text).group(1)))


sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sip.bind((HOST, OWN))
a, b = Phone(OWN + 2), Phone(OWN + 4)


def send(text):
    sip.sendto(text.encode(), ('127.0.0.1', STATION))


def invite():
    body = SDP.format(h=HOST, p=a.port)
    send(f'INVITE sip:8123@127.0.0.1:{STATION} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{OWN};branch=z9hG4bK1\r\n'
         f'From: <sip:55@{HOST}>;tag=a\r\nTo: <sip:8123@127.0.0.1>\r\nCall-ID: kills\r\nCSeq: 1 INVITE\r\n'
         f'Contact: <sip:55@{HOST}:{OWN}>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n'
         f'Content-Length: {len(body)}\r\n\r\n{body}')


def acknowledge(text):
    contact = re.search(r'<(.*?)>', header(text, 'Contact')).group(1)
    send(f'ACK {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{OWN};branch=z9hG4bK2\r\nFrom: {header(text, "From")}\r\n'
         f'To: {header(text, "To")}\r\nCall-ID: kills\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n')


def answer(text, body=''):
    vias = ''.join(f'Via: {v}\r\n' for v in re.findall(r'(?im)^Via:\s*(.*?)\r$', text))
    kind = f'Contact: <sip:123@{HOST}:{OWN}>\r\nContent-Type: application/sdp\r\n' if body else ''
    to = header(text, 'To')
    to += '' if ';tag=' in to else ';tag=b'
    send(f'SIP/2.0 200 OK\r\n{vias}From: {header(text, "From")}\r\nTo: {to}\r\nCall-ID: {header(text, "Call-ID")}\r\n'
         f'CSeq: {header(text, "CSeq")}\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}')


def on_sip():
    text = sip.recv(65536).decode()
    if text.startswith('SIP/2.0 200') and header(text, 'CSeq') == '1 INVITE':
        acknowledge(text)
        a.to = target(text)
    elif text.startswith('INVITE'):
        if 'm=audio' in text:
            b.to = target(text)
        answer(text, SDP.format(h=HOST, p=b.port))
    elif not text.startswith(('SIP/2.0', 'ACK')):
        answer(text)
    return text.startswith('BYE')


def run_until(end):
    global due
    while time.monotonic() < end:
        ready, _, _ = select.select([sip, a.s, b.s], [], [], max(0, due - time.monotonic()))
        for p in (a, b):
            p.listen()
        if sip in ready and on_sip():
            sys.exit('the station ended the call')
        if time.monotonic() >= due:
            due += 0.02
            a.say()
            b.say()


due = time.monotonic()
invite()
run_until(time.monotonic() + 3)
if not (a.last and b.last):
    sys.exit('no sound')
failed, worst = 0, []
for n in range(KILLS):
    a.worst = b.worst = 0.0
    subprocess.Popen(COMMAND)
    run_until(time.monotonic() + EVERY)
    pauses = [int(p.worst * 1000) for p in (a, b)]
    worst.append(max(pauses))
    is_silent = time.monotonic() - min(a.last, b.last) > 0.2
    failed += max(pauses) > LIMIT_MS or is_silent
    print(f'kill {n + 1}: pauses of {pauses[0]} and {pauses[1]} ms', 'and silence since' if is_silent else '', flush=True)
for p in (a, b):
    if len(p.sources) != 1 or p.breaks:
        print(f'not one stream: {len(p.sources)} sources, {p.breaks} breaks in the sequence')
        failed += 1
worst.sort()
print(f'{KILLS} kills: median {worst[len(worst) // 2]} ms, longest {worst[-1]} ms, {failed} failures')
sys.exit(failed != 0)
