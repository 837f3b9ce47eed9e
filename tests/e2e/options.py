#!/usr/bin/env python3
"""options.py HOST PORT [SECONDS]: send one SIP OPTIONS over UDP; succeeds when any answer comes in time."""
import random
import socket
import sys

host, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((host, 0))
s.settimeout(float(sys.argv[3]) if len(sys.argv) > 3 else 2)
here = "%s:%d" % s.getsockname()
tag = "%08x" % random.getrandbits(32)
s.sendto(("OPTIONS sip:%s:%d SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nMax-Forwards: 70\r\n"
          "From: <sip:ask@%s>;tag=%s\r\nTo: <sip:%s>\r\nCall-ID: %s@test\r\nCSeq: 1 OPTIONS\r\n"
          "Contact: <sip:ask@%s>\r\nContent-Length: 0\r\n\r\n"
          % (host, port, here, tag, host, tag, host, tag, here)).encode(), (host, port))
try:
    print(s.recv(65535).split(b"\r\n")[0].decode())
except socket.timeout:
    sys.exit(1)
