// The graph of a routing: boxes that do not touch, lines between those that there are.
import { expect, test } from 'vitest'
import { BOX, layOut } from '@/parts/graph.ts'
import type { Way } from '@/parts/routing.ts'

const step = (priority: number, app: string) => ({ priority, label: '', app, appdata: '' })
const way = (from: string, to: string | null, more: Partial<Way> = {}): Way => ({ from, to, place: to ? 'here' : 'elsewhere', kind: 'go', when: '', context: null, exten: null, priority: null, ...more })
const extensions = [
  { exten: '100', steps: [step(1, 'GotoIf'), step(2, 'Dial'), step(-1, 'PJSIP/100')] },
  { exten: '200', steps: [step(1, 'Hangup'), step(2, '')] },
]
const at = (e: number, s: number): string => `/extensions/${e}/steps/${s}`

test('boxes are the steps and the places outside, each once; none touches another', () => {
  const night = { context: 'night', exten: 's', priority: '1' }
  const { boxes, lines, width, height } = layOut(extensions, [
    way(at(0, 0), at(0, 1), { kind: 'next' }),
    way(at(0, 0), at(1, 0), { when: 'yes' }),
    way(at(0, 0), null, { when: 'no', ...night }),
    way(at(0, 1), null, night),
    way(at(0, 1), null, { place: 'nowhere', exten: '999', priority: '1' }),
    way(at(0, 1), '/extensions/7/steps/7'),
  ])
  expect(boxes.map((b) => b.kind).sort()).toEqual(['elsewhere', 'nowhere', 'step', 'step', 'step'])
  expect(lines).toHaveLength(5)
  expect(lines.every((l) => /^M[\d.]+ [\d.]+[QL]/.test(l.path))).toBe(true)
  for (const [i, a] of boxes.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + BOX.width <= width && a.y + BOX.height <= height).toBe(true)
    for (const b of boxes.slice(i + 1)) expect(Math.abs(a.x - b.x) >= BOX.width || Math.abs(a.y - b.y) >= BOX.height).toBe(true)
  }
})

test('a circle and two ways between the same steps are laid out', () => {
  const { lines } = layOut(extensions, [way(at(0, 0), at(0, 1)), way(at(0, 0), at(0, 1), { when: 'yes' }), way(at(0, 1), at(0, 0)), way(at(0, 0), at(0, 0))])
  expect(lines).toHaveLength(4)
})

test('nothing is a graph too', () => expect(layOut([], [])).toMatchObject({ boxes: [], lines: [] }))
