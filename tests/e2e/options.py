#!/usr/bin/env python3
"""options.py HOST PORT [SECONDS]: send one SIP OPTIONS over UDP; succeeds when any answer comes in time."""
import random
import socket
import sys

from clients import request

host, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((host, 0))
s.settimeout(float(sys.argv[3]) if len(sys.argv) > 3 else 2)
tag = "%08x" % random.getrandbits(32)
s.sendto(request("OPTIONS", "sip:%s:%d" % (host, port), s.getsockname(), "<sip:ask@%s>;tag=%s" % (host, tag), "<sip:%s>" % host,
                 tag + "@test", 1, tag), (host, port))
try:
    print(s.recv(65535).split(b"\r\n")[0].decode())
except socket.timeout:
    sys.exit(1)
