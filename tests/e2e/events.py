#!/usr/bin/env python3
"""events.py - events of the Manager for tests/e2e/manager.sh

  events.py take PORT SECONDS FILE [ASK]   log in as measure, ask for ASK (an action, lines parted by |), write what
                                           comes into FILE
  events.py compare GOLDEN FILE [CEL]      the same events with the same headers, channel by channel?

One channel's events come in the order of what happened to it; those of two channels are told by two threads of
Asterisk, so only the order within a channel is compared. Names of channels, ids, times become what they stand for.
With CEL the events CEL alone are compared, else all others. What differs on purpose is in docs/manager.md.
"""
import collections
import difflib
import re
import socket
import sys
import time

from clients import Manager

LEFT_OUT = {'FullyBooted', 'ChannelsHungupListComplete', 'SuccessfulAuth', 'DeviceStateChange', 'ContactStatus'}  # of other tests, or of nobody's order
LATE = {'Cdr'}  # Asterisk's own thread writes them: compared, but wherever they come
ANY = {'Duration', 'BillableSeconds', 'BridgeTechnology', 'BridgeUniqueid', 'CommandId', 'Language'}
IDS = ('Uniqueid', 'Linkedid', 'UniqueID', 'LinkedID', 'UniqueId')
TIMES = ('ANSWEREDTIME', 'DIALEDTIME', 'RINGTIME', 'PROGRESSTIME')


def take(port, seconds, path, ask):
    m = Manager(port)
    m.send_login('measure', 'measure-pw', 'on')
    if ask:
        m.send(*ask.split('|'))
    end = time.monotonic() + seconds
    with open(path, 'wb', buffering=0) as f:
        while (left := end - time.monotonic()) > 0:
            m.s.settimeout(left)
            try:
                data = m.s.recv(65536)
            except socket.timeout:
                break
            if not data:
                break
            f.write(data)


def events(path, is_cel):
    for block in open(path, errors='replace').read().replace('\r', '').split('\n\n'):
        lines = [line.split(': ', 1) if ': ' in line else [line.rstrip(':'), '']
                 for line in block.strip('\n').split('\n') if line]
        if lines and lines[0][0] == 'Event' and lines[0][1] not in LEFT_OUT and (lines[0][1] == 'CEL') == is_cel:
            yield [tuple(pair) for pair in lines]


class Names:
    def __init__(self):
        self.names = {}

    def of(self, name):
        """PJSIP/trunk-0000000b: the first of PJSIP/trunk"""
        base = re.sub('-[0-9a-f]{8}', '', name)
        if name not in self.names:
            self.names[name] = '%s#%d' % (base, sum(n.startswith(base + '#') for n in self.names.values()))
        return self.names[name]

    def value(self, key, value, event):
        if re.search('-[0-9a-f]{8}(;[12])?$', value):
            return self.of(value)
        if key.removeprefix('Dest').removeprefix('LocalOne').removeprefix('LocalTwo') in IDS:
            return 'id' if value else ''
        if key in ANY or key.endswith('Language'):
            return '*'
        if key.endswith('Time'):
            return 'time' if value else ''
        if key == 'Extra':
            value = re.sub('"hangupsource":"[^"]*"', '"hangupsource":*', value)
            return re.sub('"bridge_(id|technology)":"[^"]*"', r'"bridge_\1":*', value)
        if key == 'Value' and value:
            variable = event.get('Variable', '').removesuffix('_MS')
            if variable in TIMES or variable == 'BRIDGEPVTCALLID':
                return '*'
        return value


def streams(path, is_cel):
    names, out, said, ends = Names(), collections.OrderedDict(), set(), set()
    for pairs in events(path, is_cel):
        event = dict(pairs)
        told = [(k, names.value(k, v, event)) for k, v in pairs]
        about = event.get('Channel') or event.get('DestChannel') or event.get('LocalOneChannel') or 'bridge'
        about = names.of(about) if about != 'bridge' else about
        if event['Event'] == 'Newexten' and event['Extension'] == 'h':
            ends.add(about)
        if about in ends or event.get('Variable') == 'GOSUB_RETVAL':  # Asterisk shows the last place it told of
            told = [(k, '*' if k in ('Context', 'Exten', 'Priority') else v) for k, v in told]
        if event['Event'] == 'DialState':  # told by two threads
            told = [(k, '*' if k.startswith('DestChannelState') else v) for k, v in told]
        if event.get('EventName') == 'BRIDGE_EXIT':  # who left first is nobody's promise
            told = [(k, '*' if k == 'Peer' else v) for k, v in told]
        key = (about, tuple(told))
        if event.get('Variable', '').startswith('BRIDGE'):  # Asterisk says it again with each technology
            if key in said:
                continue
            said.add(key)
        out.setdefault(about + (' late' if event['Event'] in LATE else ''), []).append(told)
    return out


def compare(golden, path, is_cel):
    theirs, ours = streams(golden, is_cel), streams(path, is_cel)
    differs = False
    for about in list(theirs) + [a for a in ours if a not in theirs]:
        a = [repr(e) for e in theirs.get(about, [])]
        b = [repr(e) for e in ours.get(about, [])]
        if a != b:
            differs = True
            print('== %s: %d events, Asterisk has %d' % (about, len(b), len(a)))
            for line in difflib.unified_diff(a, b, 'asterisk', 'station', lineterm='', n=0):
                print(line)
    if not theirs:
        print('the golden is empty')
    return 1 if differs or not theirs else 0


if sys.argv[1] == 'take':
    take(int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], sys.argv[5] if len(sys.argv) > 5 else '')
else:
    sys.exit(compare(sys.argv[2], sys.argv[3], sys.argv[4:] == ['CEL']))
