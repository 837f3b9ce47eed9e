#!/bin/sh
# power-cut.sh [CUTS] - by hand, as root: recordings on an ext4 file system in an image file, which is copied while phones
# talk, 10 times; a copy is what a power cut leaves. Each is mounted: each WAV in it holds all but the last second, by its
# header and by its length, and what it holds is sound. Half of the cuts with few tapes (fdatasync), half with many (syncfs).
. "$(dirname "$0")/../e2e/lib.sh"
. tests/e2e/calls.sh

CUTS=${1:-10}
MIB=${MIB:-96}
GAP_S=${GAP_S:-3}
need mkfs.ext4 losetup python3
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 1; }

routing() {
  echo '[office]'
  echo 'exten => _10X,1,Dial(PJSIP/${EXTEN},30)'
  echo 'exten => 201,1,MixMonitor(few/both.wav16,D)'
  echo 'same => n,MixMonitor(few/small.WAV)'
  echo 'same => n,MixMonitor(few/mixed.wav,r(few/receive.wav)t(few/transmit.wav))'
  echo 'same => n,Dial(PJSIP/102,30)'
  echo 'exten => 202,1,NoOp()'
  for i in 1 2 3 4 5 6 7 8; do
    echo "same => n,MixMonitor(many/$i.wav,r(many/$i-receive.wav)t(many/$i-transmit.wav))"
  done
  echo 'same => n,Dial(PJSIP/104,30)'
}
routing >"$WORK/routing"
check init office
check makes-folders station_up # and is stopped again: the folder of recordings is there then
stop_station
: >"$LOG"
files=$STATE/recordings
image=$WORK/disk.img
truncate -s "${MIB}M" "$image"
mkfs.ext4 -q "$image"
mkdir "$WORK/cut"
old=$(stat -c '%u:%g %a' "$files")
mount -o loop "$image" "$files" || exit 1
chown "${old% *}" "$files"
chmod "${old#* }" "$files"
unmount() {
  stop_station
  umount "$WORK/cut" 2>/dev/null
  umount "$files"
}
trap 'cleanup; unmount; rm -rf "$WORK" "$slot_dir"; exit 1' INT TERM

check station-starts station_up
for n in 101 102 103 104; do phone $n; done
for n in 101 102 103 104; do check "$n-registers" registered $n 10; done

# The cut is somewhere between the two times; it is judged by the earlier one.
cut() {
  from=$(date +%s.%N)
  cp "$image" "$WORK/cut.img"
  till=$(date +%s.%N)
  mount -o loop "$WORK/cut.img" "$WORK/cut" || return 1
  python3 tests/soak/power-cut.py "$files" "$WORK/cut" "$from" "$till" "$WORK/losses"
  result=$?
  umount "$WORK/cut"
  rm -f "$WORK/cut.img"
  return $result
}
cuts() {
  i=0
  while [ $i -lt "$1" ]; do
    i=$((i + 1))
    sleep "$GAP_S.$((i * 37 % 100))"
    check "cut-$2-$i" cut
  done
}

check call-101 call 101 102 201
check they-talk talk 101 102
sleep 2
cuts $((CUTS / 2)) few
check call-103 call 103 104 202
check they-talk-too talk 103 104
sleep 2
cuts $((CUTS - CUTS / 2)) many
check ends hang_up 101 102
check ends-too hang_up 103 104
check nothing-is-left within 5 no_channels
sort -n "$WORK/losses" | awk '{ v[NR] = $1 } END { printf "files %d, lost of each: median %.2f s, most %.2f s\n", NR, v[int((NR + 1) / 2)], v[NR] }'
cleanup
unmount
finish
