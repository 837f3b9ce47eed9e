// A routing being edited: extensions, their steps, arguments of applications, the raw text.
import { ask, get, post } from '@/api/http.ts'

export interface Step {
  priority: number
  label: string
  app: string
  appdata: string
  name?: string
}
export interface Extension {
  exten: string
  steps: Step[]
}
export interface Routing {
  uuid: string
  name: string
  extensions: Extension[]
}
export interface Guide {
  name: string
  syntax: string
  synopsis: string
  help: string
}
export interface Warning {
  pointer: string
  detail: string
}
/** Where a step leads; the contract's `ways`. */
export interface Way {
  from: string
  to: string | null
  place: 'here' | 'elsewhere' | 'nowhere' | 'unknown'
  kind: 'next' | 'go' | 'sub' | 'digits'
  when: string
  context: string | null
  exten: string | null
  priority: string | null
}
export interface DryStep {
  context: string
  exten: string
  priority: number
  text: string
  says: string[]
}
export interface Dry {
  steps: DryStep[]
  outcome: string
}

const HINT = -1
const path = (name: string): string => `/routing/${encodeURIComponent(name)}`

export const readRouting = (name: string) => ask<Routing>(path(name))
export const guides = () => get<{ applications: Guide[]; functions: Guide[] }>('/applications')
export const checkRouting = (context: string, extensions: Extension[]): Promise<{ warnings: Warning[]; ways: Way[] }> =>
  post('/routing/check', { context, extensions })
export const dryRun = (wanted: Record<string, string>): Promise<Dry> => post('/routing/dry', wanted)
export const writeRouting = (name: string, extensions: Extension[], match: string | null) =>
  ask<Routing>(path(name), { method: 'PUT', body: { extensions }, match })

/** Priorities count on after steps were moved; a hint keeps its own. */
export function renumber(extension: Extension): void {
  let n = 0
  for (const step of extension.steps) if (step.priority !== HINT) step.priority = ++n
}

/** "Dial(Technology/Resource[&...],[timeout,[options]])" takes three arguments; no parentheses: none. */
export function parameters(syntax: string): string[] {
  const inside = /\((.*)\)\s*$/s.exec(syntax)?.[1] ?? ''
  return inside ? inside.split(',').map((word) => word.replace(/[[\]]/g, '').trim()).filter((word) => word && word !== '...') : []
}

/** At commas outside of brackets and quotes; the last argument takes what remains. */
export function splitArguments(data: string, count: number): string[] {
  const found: string[] = []
  let depth = 0
  let isQuoted = false
  let from = 0
  for (let i = 0; i < data.length && found.length < count - 1; i++) {
    const c = data[i]!
    if (c === '\\') i++
    else if (c === '"') isQuoted = !isQuoted
    else if ('({['.includes(c)) depth++
    else if (')}]'.includes(c)) depth--
    else if (c === ',' && depth <= 0 && !isQuoted) {
      found.push(data.slice(from, i))
      from = i + 1
    }
  }
  found.push(data.slice(from))
  return [...found, ...Array<string>(Math.max(0, count - found.length)).fill('')]
}
export const joinArguments = (values: string[]): string => values.join(',').replace(/,+$/, '')

/** As in a file of Asterisk: exten => 100,1(label),Dial(PJSIP/100,20) */
export const toText = (extensions: Extension[]): string =>
  extensions
    .map(({ exten, steps }) =>
      steps
        .map(({ priority, label, app, appdata }) =>
          priority === HINT
            ? `exten => ${exten},hint,${app}`
            : `exten => ${exten},${priority}${label ? `(${label})` : ''},${app}(${appdata})`,
        )
        .join('\n'),
    )
    .join('\n\n')

/** @returns the number of the first line that is not understood as `line` */
export function fromText(text: string): { extensions: Extension[]; line: number | null } {
  const extensions: Extension[] = []
  const lines = text.split('\n')
  let last: Extension | undefined
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim()
    if (!line || line.startsWith(';')) continue
    const same = /^same\s*=>?\s*(.*)$/.exec(line)
    const found = /^([^,]+),\s*(hint|n|\d+)(?:\(([^)]*)\))?,\s*([^(]+)(?:\((.*)\))?$/s.exec(
      same ? `${last?.exten ?? ''},${same[1]}` : line.replace(/^exten\s*=>?\s*/, ''),
    )
    if (!found) return { extensions, line: i + 1 }
    const [, exten = '', priority = '', label = '', app = '', appdata = ''] = found
    last = extensions.find((e) => e.exten === exten.trim())
    if (!last) extensions.push((last = { exten: exten.trim(), steps: [] }))
    const before = last.steps.at(-1)?.priority ?? 0
    last.steps.push({
      priority: priority === 'hint' ? HINT : priority === 'n' ? Math.max(before, 0) + 1 : Number(priority),
      label,
      app: app.trim(),
      appdata,
    })
  }
  return { extensions, line: null }
}

/** What is said at a step, by "extension/step". */
export function warningsByStep(warnings: Warning[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { pointer, detail } of warnings) {
    const at = /^\/extensions\/(\d+)\/steps\/(\d+)/.exec(pointer)
    const key = at ? `${at[1]}/${at[2]}` : ''
    found.set(key, [...(found.get(key) ?? []), detail])
  }
  return found
}
