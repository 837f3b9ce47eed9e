// A routing as a graph: steps as boxes, ways as lines, laid out from the top down.
import dagre from '@dagrejs/dagre'
import type { Extension, Way } from './routing.ts'

export interface Box {
  id: string
  kind: 'step' | 'elsewhere' | 'nowhere' | 'unknown' | 'digits'
  x: number
  y: number
  /** Of a step: where it stands. */
  extension?: number
  step?: number
  /** Of a place outside: as it was written. */
  context?: string
  text?: string
}
export interface Line {
  id: string
  kind: Way['kind']
  when: string
  path: string
  x: number
  y: number
}
export interface Graph {
  boxes: Box[]
  lines: Line[]
  width: number
  height: number
}

export const BOX = { width: 236, height: 58 }
const LABEL = { width: 34, height: 18 }
const MARGIN = 12
const HINT = -1

const written = (way: Way): string => [way.context, way.exten, way.priority].filter(Boolean).join(', ')

/** A place outside is one box, however many lead there. */
function outside(way: Way): Omit<Box, 'x' | 'y'> {
  const kind = way.kind === 'digits' ? 'digits' : way.place === 'here' ? 'unknown' : way.place
  return { id: `${kind} ${written(way)}`, kind, context: way.context ?? '', text: written(way) }
}

function boxesOf(extensions: Extension[], ways: Way[]): Map<string, Omit<Box, 'x' | 'y'>> {
  const boxes = new Map<string, Omit<Box, 'x' | 'y'>>()
  for (const [extension, { steps }] of extensions.entries())
    for (const [step, { app, priority }] of steps.entries())
      if (app && priority !== HINT) {
        const id = `/extensions/${extension}/steps/${step}`
        boxes.set(id, { id, kind: 'step', extension, step })
      }
  for (const way of ways) if (way.to === null) boxes.set(outside(way).id, outside(way))
  return boxes
}

export function layOut(extensions: Extension[], ways: Way[]): Graph {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  const boxes = boxesOf(extensions, ways)
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 34, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of boxes.keys()) graph.setNode(id, { ...BOX })
  const drawn = ways.flatMap((way, i) => {
    const to = way.to ?? outside(way).id
    return boxes.has(way.from) && boxes.has(to) ? [{ way, to, id: String(i) }] : []
  })
  for (const { way, to, id } of drawn) graph.setEdge(way.from, to, { ...(way.when ? LABEL : { width: 0, height: 0 }), labelpos: 'c' }, id)
  dagre.layout(graph)
  const size = graph.graph() as { width?: number; height?: number }
  return {
    boxes: [...boxes.values()].map((box) => {
      const at = graph.node(box.id) as { x: number; y: number }
      return { ...box, x: at.x - BOX.width / 2, y: at.y - BOX.height / 2 }
    }),
    lines: drawn.map(({ way, to, id }) => {
      const at = graph.edge({ v: way.from, w: to, name: id }) as { points: { x: number; y: number }[]; x?: number; y?: number }
      return { id, kind: way.kind, when: way.when, path: curve(at.points), x: at.x ?? 0, y: at.y ?? 0 }
    }),
    width: Math.max(size.width ?? 0, BOX.width) || BOX.width,
    height: Math.max(size.height ?? 0, BOX.height) || BOX.height,
  }
}

/** Through the middles between points, so that the line has no corners. */
function curve(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  const n = (v: number): string => v.toFixed(1)
  let path = `M${n(first.x)} ${n(first.y)}`
  for (const [i, p] of rest.entries()) {
    const next = rest[i + 1]
    path += next ? `Q${n(p.x)} ${n(p.y)} ${n((p.x + next.x) / 2)} ${n((p.y + next.y) / 2)}` : `L${n(p.x)} ${n(p.y)}`
  }
  return path
}
