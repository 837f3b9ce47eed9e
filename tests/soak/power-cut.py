#!/usr/bin/env python3
"""power-cut.py LIVE CUT FROM TILL LOSSES - what a power cut between two moments left of recordings that were being written

LIVE is the folder as it is, CUT as it was found afterwards. A file's birth is when its recording began. Each must play, by
its header and by its length, to a second before FROM at least, and end in sound, not in zeros. What each lost is
appended to LOSSES, in seconds. The exit code says whether all do."""
import array
import math
import os
import struct
import subprocess
import sys

LOST_MOST_S = 1.0
GSM = 49


def birth(path):
    text = subprocess.run(["stat", "-c", "%.9W", path], capture_output=True, text=True, check=True).stdout
    return float(text.replace(",", "."))


def seconds(form, rate, align, data):
    return data // align * 320 / rate if form == GSM else data / align / rate


def rms(samples):
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0


def look(path):
    """Seconds by the header, seconds by the length, loudness of the last 100 ms (None: not linear)"""
    with open(path, "rb") as f:
        head = f.read(60)
        size = os.fstat(f.fileno()).st_size
        if head[:4] != b"RIFF" or head[8:16] != b"WAVEfmt ":
            raise ValueError("no header")
        form, channels, rate, _, align = struct.unpack("<HHIIH", head[20:34])
        at = 60 if form == GSM else 44
        if head[at - 8 : at - 4] != b"data":
            raise ValueError("no data in the header")
        told = struct.unpack("<I", head[at - 4 : at])[0]
        there = size - at
        if form == GSM:
            return seconds(form, rate, align, told), seconds(form, rate, align, there), None
        end = min(told, there) // align * align
        f.seek(at + max(0, end - rate // 10 * align))
        last = array.array("h", f.read(min(end, rate // 10 * align)))
        return told / align / rate, there / align / rate, rms(last)


def main():
    live, cut, losses = sys.argv[1], sys.argv[2], open(sys.argv[5], "a")
    begun, till = float(sys.argv[3]), float(sys.argv[4])
    failed = seen = 0
    for folder, _, names in os.walk(live):
        for name in names:
            path = os.path.join(folder, name)
            lived = begun - birth(path)
            if lived < LOST_MOST_S:
                continue
            seen += 1
            try:
                told, there, loud = look(os.path.join(cut, os.path.relpath(path, live)))
            except (OSError, ValueError, struct.error) as e:
                print(f"  {name}: {e}")
                failed += 1
                continue
            lost = lived - min(told, there)
            print(f"{lost:.3f}", file=losses)
            if lost > LOST_MOST_S or (loud is not None and loud < 100):
                print(f"  {name}: header {told:.2f} s, length {there:.2f} s of {lived:.2f} s, copied in {till - begun:.2f} s, loudness {loud}")
                failed += 1
    if not seen:
        print("  no recordings")
    return 1 if failed or not seen else 0


sys.exit(main())
