// The picture of a recording as bytes: archive/peaks.h.
import { expect, test } from 'vitest'
import { parsePeaks } from '@/api/calls.ts'

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array([0x53, 0x50, 0x4b, 0x31, ...values]).buffer

test('two voices, two steps', () =>
  expect(parsePeaks(bytes(2, 0, 100, 0, 2, 0, 0, 0, 0x80, 0x40, 0, 0, 0xff, 1, 0xc0, 0x7f))).toEqual({
    step_ms: 100,
    channels: [
      [{ least: -1, greatest: 0.5 }, { least: -1 / 128, greatest: 1 / 128 }],
      [{ least: 0, greatest: 0 }, { least: -0.5, greatest: 127 / 128 }],
    ],
  }))
test('more steps are said than there are', () => expect(parsePeaks(bytes(1, 0, 100, 0, 9, 0, 0, 0, 0x80, 0x40))?.channels[0]).toHaveLength(1))
test('something else is nothing', () => {
  expect(parsePeaks(new ArrayBuffer(4))).toBeNull()
  expect(parsePeaks(new ArrayBuffer(64))).toBeNull()
  expect(parsePeaks(bytes(0, 0, 100, 0, 0, 0, 0, 0))).toBeNull()
})
