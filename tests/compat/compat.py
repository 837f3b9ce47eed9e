#!/usr/bin/env python3
"""The same routings and the same calls on the station and on Asterisk: what each ran, step by step.

  compat.py list                      the routings
  compat.py run asterisk DIR          write configuration into DIR, start, call, write DIR/asterisk.traces/NAME
  compat.py run station DIR           the same with $STATION (DIR/station.traces)
  compat.py compare A B               a diff of each that differs; "N same, M different"
  options of run: --only REGEX (names), --files F... (fragments; default routing/*.conf), --port BASE, --limit S

A fragment holds routings. Each begins with a line that says who dials what:

  ;= NAME dial=100[,101...] [caller="Anna <201>"] [digits=12w3] [hangup=SECONDS] [end=SECONDS]

and all its contexts are called NAME or NAME-something; the caller's calls enter at context NAME. digits go out as INFO after the
answer (w: half a second more); hangup: the caller leaves so long after the answer (or after the INVITE when
nobody answered); end: no call of this one takes longer. Devices: see DEVICES.

A trace is what each channel of a routing ran, `context,extension,priority Application(data)`, then how the caller's
call ended. What must differ is normalised: numbers of channels, unique ids, times.
"""
import argparse, difflib, glob, os, re, select, shlex, shutil, signal, socket, struct, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
# behaviour of a device or of a number dialled over the trunk: what its phone does when it is called
DEVICES = {
    'yes': [('wait', .1), 180, ('wait', .1), 200],
    'late': [('wait', .1), 180, ('wait', 1.2), 200],
    'brief': [180, ('wait', .1), 200, ('wait', .6), 'bye'],
    'early': [183, ('wait', .6), 200],
    'silent': [180],
    'busy': [('wait', .1), 486],
    'busy600': [600],
    'decline': [180, ('wait', .1), 603],
    'unavailable': [480],
    'notfound': [404],
    'forbidden': [403],
    'failing': [503],
    'error': [500],
    'codecless': [488],
    'moved': [302],
    'presser': [180, ('wait', .1), 200, ('wait', .5), ('press', '1'), ('wait', .6), 'bye'],
}
STATUS = {180: 'Ringing', 183: 'Session Progress', 200: 'OK', 302: 'Moved Temporarily', 403: 'Forbidden', 404: 'Not Found',
          480: 'Temporarily Unavailable', 486: 'Busy Here', 488: 'Not Acceptable Here', 500: 'Server Internal Error',
          503: 'Service Unavailable', 600: 'Busy Everywhere', 603: 'Decline'}


# ---- fragments ----

class Routing:
    def __init__(self, file, line):
        words = shlex.split(line)
        self.name, self.file, self.lines = words[0], file, []
        keys = dict(w.split('=', 1) for w in words[1:])
        self.dials = keys.pop('dial').split(',')
        self.caller = keys.pop('caller', '"Caller" <200>')
        self.digits = keys.pop('digits', '')
        self.hangup = float(keys.pop('hangup', 0))
        self.end = float(keys.pop('end', 20))
        if keys:
            raise SystemExit(f'{file}: {self.name}: unknown {keys}')


def read_fragments(files):
    routings, shared = [], []
    for file in files:
        now = None
        for line in open(file, encoding='utf-8'):
            if line.startswith(';= '):
                now = Routing(file, line[3:].strip())
                routings.append(now)
            else:
                (now.lines if now else shared).append(line)
    names = [r.name for r in routings]
    assert len(names) == len(set(names)), [n for n in names if names.count(n) > 1]
    return routings, ''.join(shared)


def owner_of(context, names):
    """The routing of a context: its longest name that the context begins with."""
    while context:
        if context in names:
            return context
        context = context.rpartition('-')[0]
    return None


# ---- configuration ----

def write_config(conf, routings, shared, port, phone_port, rtp):
    os.makedirs(conf, exist_ok=True)

    def put(name, text):
        with open(os.path.join(conf, name), 'w', encoding='utf-8') as f:
            f.write(text)

    put('extensions.conf', '[general]\nstatic=yes\nwriteprotect=yes\n' + shared + ''.join(''.join(r.lines) for r in routings))
    out = ['[global]\ntype=global\nendpoint_identifier_order=username,ip\n'
           f'[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{port}\n']
    common = 'language=en\ndisallow=all\nallow=alaw,ulaw\ndirect_media=no\ndtmf_mode=info\n'
    for r in routings:
        out.append(f'[{r.name}]\ntype=endpoint\ncontext={r.name}\ncallerid={r.caller}\n{common}')
    for d in list(DEVICES) + ['trunk']:
        user = '' if d == 'trunk' else d + '@'
        out.append(f'[{d}]\ntype=endpoint\ncontext=nowhere\naors={d}\n{common}[{d}]\ntype=aor\ncontact=sip:{user}127.0.0.1:{phone_port}\n')
    out.append(f'[offline]\ntype=endpoint\ncontext=nowhere\naors=offline\n{common}[offline]\ntype=aor\nmax_contacts=1\n')
    put('pjsip.conf', ''.join(out))
    put('rtp.conf', f'[general]\nrtpstart={rtp}\nrtpend={rtp + 398}\n')
    put('musiconhold.conf', '[default]\nmode=files\ndirectory=moh\n')


def silence(path, ms):
    data = b'\0\0' * (8 * ms)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVEfmt ' + struct.pack('<IHHIIHH', 16, 1, 1, 8000, 16000, 2, 16) +
                b'data' + struct.pack('<I', len(data)) + data)


def sounds(folder):
    for name, ms in (('short', 200), ('long', 3000), ('menu', 1500)):
        silence(os.path.join(folder, 'compat', name + '.wav'), ms)


# ---- phones: one UDP socket for callers, one for devices ----

def header(msg, name):
    m = re.search(rf'^{name}\s*:\s*(.*?)\r?$', msg, re.M | re.I)
    return m.group(1) if m else ''


def sdp(ip, port):
    return (f'v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 0\r\n'
            'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n')


class Dialog:
    """One call of a phone: its headers, and a script of things to do at times."""

    def __init__(self, phones, call_id):
        self.phones, self.call_id = phones, call_id
        self.cseq, self.script, self.over, self.ended_by = 1, [], False, None
        self.answered = self.status = None

    def send(self, first, headers, body=''):
        text = first + '\r\n' + ''.join(f'{h}\r\n' for h in headers)
        text += f'Content-Length: {len(body)}\r\n\r\n{body}'
        self.phones.sock.sendto(text.encode(), self.phones.pbx)

    def request(self, method, uri, body='', kind='', branch=None):
        self.cseq += method not in ('ACK', 'CANCEL')
        branch = branch or f'z9hG4bK{method}{self.cseq}{self.call_id[:12]}'
        self.send(f'{method} {uri} SIP/2.0',
                  [f'Via: SIP/2.0/UDP 127.0.0.1:{self.phones.port};branch={branch}', 'Max-Forwards: 70', f'From: {self.local}',
                   f'To: {self.remote}', f'Call-ID: {self.call_id}', f'CSeq: {self.cseq} {method}',
                   f'Contact: <sip:phone@127.0.0.1:{self.phones.port}>'] + ([f'Content-Type: {kind}'] if kind else []), body)

    def reply(self, msg, status, body='', more=()):
        to = header(msg, 'To')
        if 'tag=' not in to:
            to += ';tag=dev'
        vias = re.findall(r'^Via\s*:.*?(?=\r?$)', msg, re.M | re.I)
        routes = re.findall(r'^Record-Route\s*:.*?(?=\r?$)', msg, re.M | re.I)
        self.send(f'SIP/2.0 {status} {STATUS.get(status, "OK")}', vias + routes + [
            f'From: {header(msg, "From")}', f'To: {to}', f'Call-ID: {self.call_id}', f'CSeq: {header(msg, "CSeq")}',
            f'Contact: <sip:phone@127.0.0.1:{self.phones.port}>', *more] + (['Content-Type: application/sdp'] if body else []), body)

    def at(self, delay, what):
        self.phones.timers.append((time.monotonic() + delay, what))

    def bye(self, by):
        if not self.over and self.answered:
            self.request('BYE', self.target)
            self.ended(by)

    def ended(self, by):
        if not self.over:
            self.over, self.ended_by = True, by

    def press(self, digit):
        if not self.over:
            self.request('INFO', self.target, f'Signal={digit}\r\nDuration=100\r\n', 'application/dtmf-relay')

    def in_dialog(self, msg, method):
        if method in ('INVITE', 'UPDATE'):
            self.reply(msg, 200, sdp('127.0.0.1', self.phones.rtp) if 'm=audio' in msg or method == 'INVITE' else '')
        elif method != 'ACK':
            self.reply(msg, 200)
        if method == 'BYE':
            self.ended('station')


class Phones:
    def __init__(self, pbx_port, port, rtp):
        self.pbx, self.port, self.rtp = ('127.0.0.1', pbx_port), port, rtp
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.bind(('127.0.0.1', port))
        self.sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sink.bind(('127.0.0.1', rtp))
        self.dialogs, self.timers, self.count = {}, [], 0

    def step(self, wait=0.02):
        ready = select.select([self.sock, self.sink], [], [], wait)[0]
        if self.sink in ready:
            self.sink.recv(2048)
        if self.sock in ready:
            self.message(self.sock.recv(65536).decode(errors='replace'))
        now = time.monotonic()
        due = [t for t in self.timers if t[0] <= now]
        self.timers = [t for t in self.timers if t[0] > now]
        for _, what in sorted(due, key=lambda t: t[0]):
            what()

    def message(self, msg):
        call_id = header(msg, 'Call-ID')
        dialog = self.dialogs.get(call_id)
        if msg.startswith('SIP/2.0'):
            if dialog:
                dialog.response(msg, int(msg[8:11]))
            return
        method = msg.split(' ', 1)[0]
        if dialog is None:
            dialog = self.dialogs[call_id] = Callee(self, call_id)
            if method == 'INVITE':
                return dialog.called(msg)
        if method == 'CANCEL':
            dialog.reply(msg, 200)
            return dialog.canceled()
        if method == 'INVITE' and isinstance(dialog, Callee) and not dialog.answered:
            return None
        return dialog.in_dialog(msg, method)


class Callee(Dialog):
    remote = local = ''

    def called(self, msg):
        self.invite = msg
        user = re.match(r'INVITE sip:(?:([^@ ;]+)@)?', msg).group(1) or ''
        self.target = re.search(r'sip:[^>;\s]+', header(msg, 'Contact')).group(0)
        self.local, self.remote = header(msg, 'To') + ';tag=dev', header(msg, 'From')
        self.script = list(DEVICES.get(user, DEVICES['yes']))
        self.go()

    def go(self):
        while self.script and not self.over:
            step = self.script.pop(0)
            if isinstance(step, tuple) and step[0] == 'wait':
                return self.at(step[1], self.go)
            if isinstance(step, tuple):
                self.press(step[1])
            elif step == 'bye':
                self.bye('callee')
            else:
                self.say(step)
        return None

    def say(self, status):
        body = sdp('127.0.0.1', self.phones.rtp) if status in (183, 200) else ''
        more = ['Contact: <sip:yes@127.0.0.1:%d>' % self.phones.port] if status == 302 else []
        self.answered = self.answered or status == 200
        if more:
            self.send('SIP/2.0 302 Moved Temporarily', [
                *re.findall(r'^Via\s*:.*?(?=\r?$)', self.invite, re.M | re.I), f'From: {header(self.invite, "From")}', f'To: {self.local}',
                f'Call-ID: {self.call_id}', f'CSeq: {header(self.invite, "CSeq")}', *more])
        else:
            self.reply(self.invite, status, body)

    def canceled(self):
        if not self.over and not self.answered:
            self.over = True
            self.reply(self.invite, 487)

    def response(self, msg, status):
        pass


class Caller(Dialog):
    def __init__(self, phones, routing, number):
        phones.count += 1
        super().__init__(phones, f'call{phones.count:05d}x{os.getpid()}')
        self.routing, self.number = routing, number
        self.target = f'sip:{number}@127.0.0.1:{phones.pbx[1]}'
        self.local = f'<sip:{routing.name}@127.0.0.1>;tag=t{phones.count}'
        self.remote = f'<{self.target}>'
        phones.dialogs[self.call_id] = self
        self.got_any = self.is_canceled = False
        self.cseq = 0
        self.invite()
        self.at(routing.end, self.give_up)
        if routing.hangup:
            self.at(routing.hangup, lambda: self.answered or self.cancel())

    def invite(self):
        self.cseq = 0
        self.request('INVITE', self.target, sdp('127.0.0.1', self.phones.rtp), 'application/sdp', f'z9hG4bKinv{self.call_id}')
        self.at(1, lambda: self.got_any or self.over or self.invite())

    def cancel(self):
        if not self.over and self.got_any and not self.is_canceled:
            self.is_canceled = True
            self.request('CANCEL', self.target, branch=f'z9hG4bKinv{self.call_id}')

    def give_up(self):
        if self.over:
            return
        if self.answered:
            self.bye('time limit')
        else:
            self.cancel()
            self.at(2, lambda: self.ended('time limit'))

    def response(self, msg, status):
        if not header(msg, 'CSeq').endswith('INVITE'):
            return
        self.got_any = True
        if status < 200:
            return
        if status >= 300:
            self.remote = header(msg, 'To')
            self.request('ACK', self.target, branch=f'z9hG4bKinv{self.call_id}')
            self.status = status
            self.ended('refused')
            return
        if not self.answered:
            self.answered = True
            self.status = 200
            self.remote = header(msg, 'To')
            self.target = re.search(r'sip:[^>;\s]+', header(msg, 'Contact')).group(0)
            self.plan()
        self.request('ACK', self.target)

    def plan(self):
        delay = .5
        for d in self.routing.digits:
            if d == 'w':
                delay += .5
            else:
                self.at(delay, lambda d=d: self.press(d))
                delay += .25
        if self.routing.hangup:
            self.at(self.routing.hangup, lambda: self.bye('caller'))

    def canceled(self):
        pass

    def outcome(self):
        return f'call {self.number}: ' + (f'answered, ended by {self.ended_by}' if self.answered else f'{self.status}')


def make_calls(phones, routings, at_once, limit):
    """Each routing's calls one after another, at_once routings side by side. @return {name: [outcomes]}"""
    todo, active, result = list(routings), {}, {r.name: [] for r in routings}
    stop = time.monotonic() + limit
    while (todo or active) and time.monotonic() < stop:
        while todo and len(active) < at_once:
            r = todo.pop(0)
            active[r.name] = [r, list(r.dials), None]
        for name, state in list(active.items()):
            r, dials, call = state
            if call and call.over:
                result[name].append(call.outcome())
                state[2] = call = None
            if not call:
                if dials:
                    state[2] = Caller(phones, r, dials.pop(0))
                else:
                    del active[name]
        phones.step()
    stop = time.monotonic() + 2.5 # what goes on when the caller has left
    while time.monotonic() < stop:
        phones.step()
    for name in list(active) + [r.name for r in todo]:
        result[name].append('no time left')
    return result


# ---- traces ----

AST_STEP = re.compile(r'Executing \[(.*)@([^@\]]*):(\d+)\] (\S+?)\("([^"]*)", "(.*)"\) in new stack\s*$')
OUR_STEP = re.compile(r' step call=\S* channel="([^"]*)" at="([^,]*),(.*),(\d+)" application=(\S+) data="(.*)"\s*$')


def steps_of(log, kind):
    for line in log:
        m = (AST_STEP if kind == 'asterisk' else OUR_STEP).search(line)
        if not m:
            continue
        if kind == 'asterisk':
            exten, context, priority, app, channel, data = m.groups()
        else:
            channel, context, exten, priority, app, data = m.groups()
        yield context, exten, priority, 'Background' if app == 'BackGround' else app, channel, data


class Normal:
    """Channel names by order of appearance; ids and times by what they are."""

    def __init__(self):
        self.seen, self.ids = {}, {}

    def count(self, m):
        base, number = m.group(1), m.group(2)
        known = self.seen.setdefault(base, [])
        if number not in known:
            known.append(number)
        return f'{base}-#{known.index(number)}'

    def text(self, text):
        text = re.sub(r'((?:PJSIP|Local)/[\w@.*#+-]+?)-([0-9a-f]{8})\b', self.count, text)
        text = re.sub(r'\b(?:[\w-]+-)?1[789]\d{8}\.\d+\b', 'UNIQUEID', text)
        return re.sub(r'\b1[789]\d{8}\b', 'EPOCH', text)


def write_traces(log, kind, routings, outcomes, to):
    names = {r.name for r in routings}
    found = {n: {} for n in names}
    normal = {n: Normal() for n in names}
    for context, exten, priority, app, channel, data in steps_of(log, kind):
        name = owner_of(context, names)
        if not name:
            continue
        channel = normal[name].text(channel)
        found[name].setdefault(channel, []).append(f'{context},{exten},{priority} {app}({normal[name].text(data)})')
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to)
    for n in names:
        with open(os.path.join(to, n + '.trace'), 'w', encoding='utf-8') as f:
            for channel, steps in sorted(found[n].items(), key=lambda c: (not c[0].startswith('PJSIP/' + n), c[0])):
                f.write(f'{channel}\n' + ''.join(f'  {s}\n' for s in steps))
            f.write('\n'.join(outcomes[n]) + '\n')


def compare(a, b, only=None):
    same = different = 0
    for file in sorted(glob.glob(os.path.join(a, '*.trace'))):
        name = os.path.basename(file)
        if only and not re.search(only, name):
            continue
        left = open(file, encoding='utf-8').read().splitlines()
        try:
            right = open(os.path.join(b, name), encoding='utf-8').read().splitlines()
        except FileNotFoundError:
            right = []
        if left == right:
            same += 1
            continue
        different += 1
        print(f'DIFFERENT {name[:-6]}')
        print('\n'.join(difflib.unified_diff(left, right, a, b, n=1, lineterm='')))
    print(f'{same} same, {different} different')
    return different


# ---- the two stations ----

def wait_for(test, seconds, what):
    stop = time.monotonic() + seconds
    while not test():
        if time.monotonic() > stop:
            raise SystemExit(f'compat: {what} did not start within {seconds} s')
        time.sleep(.1)


class Asterisk:
    """/usr/sbin/asterisk of this machine, or of the chroot that tests/bench/peer-asterisk.sh makes; in a directory of its own."""

    def __init__(self, work):
        peer = os.environ.get('PEER') or os.path.join(os.environ.get('TMPDIR', '/tmp'), 'peer')
        self.root = '' if os.access('/usr/sbin/asterisk', os.X_OK) else os.path.join(peer, 'sid')
        if self.root and not os.access(self.root + '/usr/sbin/asterisk', os.X_OK):
            script = os.path.join(HERE, '..', 'bench', 'peer-asterisk.sh')
            subprocess.run(['bash', '-c', f'bash {script} up && bash {script} down'], env=dict(os.environ, PEER=peer), check=True)
        self.inside = f'/tmp/compat-{os.getpid()}' # seen from the chroot
        self.dir = self.root + self.inside
        os.makedirs(self.dir)
        for d in 'etc var/moh spool run log data agi'.split():
            os.makedirs(f'{self.dir}/{d}')
        self.conf, self.process = f'{self.dir}/etc', None
        self.run = (['chroot', self.root] if self.root else []) + ['/usr/sbin/asterisk', '-C', f'{self.inside}/etc/asterisk.conf']

    def put(self, name, text):
        with open(f'{self.conf}/{name}', 'w') as f:
            f.write(text)

    def configure(self):
        i = self.inside
        modules = glob.glob(f'{self.root}/usr/lib/*/asterisk/modules')[0][len(self.root):]
        self.put('asterisk.conf', f'[directories]\nastetcdir => {i}/etc\nastmoddir => {modules}\nastvarlibdir => {i}/var\nastdbdir => {i}/var\n'
                 f'astkeydir => {i}/var\nastdatadir => {i}/data\nastagidir => {i}/agi\nastspooldir => {i}/spool\nastrundir => {i}/run\n'
                 f'astlogdir => {i}/log\n[options]\nverbose=3\nlive_dangerously=yes\ndocumentation_language=en_US\n')
        self.put('logger.conf', '[general]\nappend_hostname=no\n[logfiles]\ntrace => verbose(3),warning,error,notice\n')
        unwanted = [os.path.basename(m) for m in glob.glob(self.root + modules + '/*.so') if re.match(
            r'(chan_(?!pjsip)|cdr_|cel_|res_(config|odbc|ari|stasis|http|xmpp|snmp|calendar|phoneprov|prometheus|hep|statsd|fax|'
            r'parking|pjsip_phoneprov|pjsip_stir|stir|geoloc|pjsip_geoloc|smdi|stun|corosync|aeap|speech|websocket)|app_(voicemail|queue|minivm|festival|jack|'
            r'adsi|alarm|sms|test|fax|agent_pool|stasis|speech|followme|confbridge|skel|dahdi|meetme)|pbx_(?!config|spool|loopback)|func_odbc)', os.path.basename(m))]
        self.put('modules.conf', '[modules]\nautoload=yes\n' + ''.join(f'noload => {m}\n' for m in sorted(unwanted)))
        self.put('cel.conf', '[general]\nenable=no\n')
        for f in ('cdr.conf', 'manager.conf', 'http.conf', 'features.conf', 'acl.conf', 'indications.conf', 'ccss.conf', 'udptl.conf'):
            self.put(f, '[general]\n')
        share = self.root + '/usr/share/asterisk'
        for name in os.listdir(share):
            if name != 'sounds':
                os.symlink(f'/usr/share/asterisk/{name}', f'{self.dir}/data/{name}')
        os.makedirs(f'{self.dir}/data/sounds/en')
        for folder in glob.glob(f'{share}/sounds/en_*/.')[:1]:
            for name in os.listdir(folder):
                os.symlink(folder[len(self.root):] + '/' + name, f'{self.dir}/data/sounds/en/{name}')
        sounds(f'{self.dir}/data/sounds/en')

    def rx(self, command):
        return subprocess.run(self.run + ['-rx', command], capture_output=True, text=True).stdout

    def start(self):
        self.configure()
        out = open(f'{self.dir}/out', 'w')
        self.process = subprocess.Popen(self.run + ['-f'], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        wait_for(lambda: 'fully booted' in self.rx('core waitfullybooted'), 60, 'Asterisk')
        self.rx('core set verbose 3')

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.keep = open(f'{self.dir}/log/trace', errors='replace').read().splitlines()
        shutil.rmtree(self.dir)


class Station:
    def __init__(self, work):
        self.bin = os.environ.get('STATION', os.path.join(HERE, '..', '..', 'build-asan', 'station'))
        self.dir, self.conf, self.process = f'{work}/state', f'{work}/conf', None
        self.log = f'{work}/station.log'
        shutil.rmtree(self.dir, ignore_errors=True)

    def start(self):
        for command in ([self.bin, 'init', '--state', self.dir, '--bare'],
                        [self.bin, 'import', '--state', self.dir, '--report', self.dir + '.report', self.conf]):
            subprocess.run(command, check=True, stdout=open(self.log + '.import', 'a'), stderr=subprocess.STDOUT)
        sounds(f'{self.dir}/sounds')
        for path, _, files in os.walk(f'{self.dir}/sounds'):
            os.chmod(path, 0o755)
        log = open(self.log, 'w')
        self.process = subprocess.Popen([self.bin, 'run', '--state', self.dir, '--log', 'info', '--rtp-start', str(self.rtp), '--rtp-end', str(self.rtp + 398)],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(lambda: 'station is ready' in open(self.log, errors='replace').read(), 60, 'the station')
        system = f'{self.dir}/agi-bin/system' # commands are allowed by an administrator who puts this there
        with open(system, 'w', encoding='utf-8') as f:
            f.write('#!/bin/sh\nexec /bin/sh -c "$1"\n')
        os.chmod(system, 0o755)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.keep = open(self.log, errors='replace').read().splitlines()


def run(kind, work, args):
    files = args.files or sorted(glob.glob(os.path.join(HERE, 'routing', '*.conf')))
    routings, shared = read_fragments(files)
    # a configuration is always whole: what one routing says must not hang on which others are asked for
    chosen = [r for r in routings if not args.only or re.search(args.only, r.name)]
    os.makedirs(work, exist_ok=True)
    os.chmod(work, 0o755)
    it = (Asterisk if kind == 'asterisk' else Station)(work)
    port = args.port + (0 if kind == 'station' else 10)
    it.rtp = 10000 + (port * 7) % 9000 // 2 * 2
    write_config(it.conf, routings if not args.small else chosen, shared, port, port + 2, it.rtp)
    phones = Phones(port, port + 2, port + 4)
    outcomes = {}
    try:
        it.start()
        outcomes = make_calls(phones, chosen, args.at_once, args.limit)
    finally:
        it.stop()
        with open(f'{work}/{kind}.log', 'w') as f:
            f.write('\n'.join(it.keep))
    if outcomes:
        write_traces(it.keep, kind, chosen, outcomes, f'{work}/{kind}.traces')


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    p = argparse.ArgumentParser()
    p.add_argument('command', choices=['list', 'run', 'compare'])
    p.add_argument('rest', nargs='*')
    p.add_argument('--only')
    p.add_argument('--files', nargs='*')
    p.add_argument('--port', type=int, default=19600)
    p.add_argument('--limit', type=float, default=400)
    p.add_argument('--at-once', type=int, default=12)
    p.add_argument('--small', action='store_true', help='configure only what --only names')
    args = p.parse_args()
    if args.command == 'list':
        for r in read_fragments(sorted(glob.glob(os.path.join(HERE, 'routing', '*.conf'))))[0]:
            print(f'{os.path.basename(r.file)[:-5]:16} {r.name}')
    elif args.command == 'run':
        run(args.rest[0], os.path.abspath(args.rest[1]), args)
    else:
        sys.exit(compare(args.rest[0], args.rest[1], args.only) > 0)


if __name__ == '__main__':
    main()
