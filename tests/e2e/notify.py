#!/usr/bin/env python3
"""notify.py PATH SECONDS COMMAND...: play systemd: run COMMAND with NOTIFY_SOCKET, wait for READY=1, TERM it, want STOPPING=1."""
import os
import signal
import socket
import subprocess
import sys

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
s.settimeout(float(sys.argv[2]))
p = subprocess.Popen(sys.argv[3:], env=dict(os.environ, NOTIFY_SOCKET=sys.argv[1]))
try:
    ready = s.recv(4096) == b"READY=1"
    p.send_signal(signal.SIGTERM)
    said = s.recv(4096)
    while said.startswith(b"STATUS="):
        said = s.recv(4096)
    ready = ready and said == b"STOPPING=1"
except socket.timeout:
    ready = False
    p.send_signal(signal.SIGTERM)
sys.exit(0 if p.wait() == 0 and ready else 1)
