#!/usr/bin/env python3
"""notify-peer.py SMTP_PORT HTTP_PORT FOLDER - a mail server and a receiver of webhooks; writes what came to FOLDER.
While FOLDER/down exists both answer "later"."""
import base64, http.server, json, os, socketserver, sys, threading

smtp_port, http_port, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
lock = threading.Lock()


def is_down():
    return os.path.exists(folder + "/down")


class Mail(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 test")
        for raw in self.rfile:
            word = raw.decode().split(" ")[0].strip().upper()
            if word == "DATA":
                self.say("354 go")
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                if is_down():
                    self.say("451 later")
                    continue
                with lock, open(folder + "/mails", "ab") as f:
                    f.write(b"".join(lines) + b"=====\n")
                head, body = b"".join(lines).split(b"\r\n\r\n", 1)
                with lock, open(folder + "/texts", "ab") as f:
                    f.write(base64.b64decode(body))
                self.say("250 ok")
            elif word == "RCPT" and b"nobody@" in raw:
                self.say("550 no such user")
            elif word == "EHLO":
                self.say("250-test")
                self.say("250 AUTH PLAIN")
            elif word == "AUTH":
                self.say("334 ")
                with lock, open(folder + "/logins", "ab") as f:
                    f.write(base64.b64decode(self.rfile.readline()) + b"\n")
                self.say("235 in")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = 503 if is_down() else 302 if self.path == "/elsewhere" else 204
        if status == 204:
            with lock, open(folder + "/hooks", "a") as f:
                f.write(json.dumps({"path": self.path, "signature": self.headers["X-Station-Signature"],
                                    "extra": self.headers["X-Extra"], "delivery": self.headers["X-Station-Delivery"],
                                    "event": self.headers["X-Station-Event"], "body": body}) + "\n")
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/moved")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


threading.Thread(target=Server(("127.0.0.1", smtp_port), Mail).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", http_port), Hook).serve_forever()
