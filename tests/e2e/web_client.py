"""web_client.py - a client of the interface's face, as the tests of threats and of kills use it: HTTPS to one port, from any address
of the loopback, cookies and tokens kept by hand so that they can be forged"""
import http.client
import json
import socket
import ssl

V1 = "/pbx/api/v1"
TRUST = ssl._create_unverified_context()


class Answer:
    def __init__(self, r, body):
        self.status, self.headers, self.raw = r.status, r.headers, body
        self.text = body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.text)

    def __str__(self):
        return f"{self.status} {self.text[:300]}"


class Client:
    def __init__(self, port, source="127.0.0.1"):
        self.port, self.source, self.cookie, self.csrf, self.key = port, source, None, None, None
        self.link = None

    def connect(self, timeout=30):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=TRUST, source_address=(self.source, 0))

    def raw(self, data, timeout=10):
        """bytes as they are; the answer until the end"""
        s = self.socket(timeout)
        s.sendall(data)
        got = b""
        try:
            while chunk := s.recv(65536):
                got += chunk
        except (socket.timeout, ConnectionError, ssl.SSLError):
            pass
        s.close()
        return got

    def socket(self, timeout=10):
        s = socket.create_connection(("127.0.0.1", self.port), timeout, (self.source, 0))
        return TRUST.wrap_socket(s, server_hostname="localhost")

    def heads(self, method):
        h = {}
        if self.cookie:
            h["Cookie"] = f"station_session={self.cookie}"
        if self.csrf and method not in ("GET", "HEAD"):
            h["X-CSRF-Token"] = self.csrf
        if self.key:
            h["X-API-Key"] = self.key
        return h

    def open(self, method, path, body=None, heads=None):
        """the answer's head has come, its body not: (connection, response)"""
        h = self.heads(method)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            h["Content-Type"] = "application/json"
        h.update(heads or {})
        c = self.connect()
        c.request(method, path if path.startswith(("/pbx", "/api/", "/metrics", "//")) else V1 + path, body, h)
        return c, c.getresponse()

    def ask(self, method, path, body=None, heads=None):
        c, r = self.open(method, path, body, heads)
        a = Answer(r, b"" if "event-stream" in r.headers.get("Content-Type", "") else r.read())
        c.close()
        for line in r.headers.get_all("Set-Cookie") or []:
            if line.startswith("station_session="):
                self.cookie = line.split(";")[0].split("=", 1)[1] or None
        return a

    def login(self, name, password):
        a = self.ask("POST", "/session", {"name": name, "password": password})
        if a.status == 200:
            self.csrf = a.json()["csrf"]
        return a
