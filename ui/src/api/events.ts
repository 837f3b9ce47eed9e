// Live events: one EventSource for all screens; it asks for the topics that somebody watches.
import { onScopeDispose, ref } from 'vue'
import { address } from './http.ts'

export type Topic = 'call' | 'device' | 'job' | 'log' | 'object'
export type Fact = Record<string, unknown>
type Handler = (fact: Fact) => void

/** The stream is down for longer than a blink: the strip says so. */
export const isLost = ref(false)
/** The engine has gone; the station starts another one. */
export const isEngineLost = ref(false)

const handlers = new Map<Topic | 'again', Set<Handler>>()
let source: EventSource | null = null
let asked = ''
let timer: ReturnType<typeof setTimeout> | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let wait_ms = 1000

function topics(): string {
  return [...handlers.entries()]
    .filter(([name, set]) => name !== 'again' && set.size)
    .map(([name]) => name)
    .sort()
    .join(',')
}

function tell(name: Topic | 'again', text: string): void {
  let fact: Fact = {}
  try {
    fact = text ? (JSON.parse(text) as Fact) : {}
  } catch {
    return // not ours
  }
  for (const handler of handlers.get(name) ?? []) handler(fact)
}

function opened(): void {
  wait_ms = 1000
  clearTimeout(retry)
  if (isLost.value) {
    isLost.value = false
    tell('again', '')
  }
}

// The browser tries again by itself after a cut; after an answer like 502 it gives up, and we do it.
function failed(): void {
  clearTimeout(retry)
  retry = setTimeout(() => {
    isLost.value = true
    if (source?.readyState !== EventSource.OPEN) open()
  }, wait_ms)
  wait_ms = Math.min(wait_ms * 2, 10000)
}

function open(): void {
  source?.close()
  source = null
  if (!asked || typeof EventSource === 'undefined') return
  source = new EventSource(address('/events', { topics: asked }))
  source.onopen = opened
  source.onerror = failed
  for (const name of [...asked.split(','), 'again'] as (Topic | 'again')[])
    source.addEventListener(name, (event) => tell(name, (event as MessageEvent<string>).data))
  source.addEventListener('engine', (event) => {
    isEngineLost.value = !(JSON.parse((event as MessageEvent<string>).data) as { is_there: boolean }).is_there
  })
}

function review(): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    const wanted = topics()
    if (wanted === asked) return
    asked = wanted
    open()
  }, 50)
}

/** Hear of a topic until the component goes. `again`: what was missed is not known, load anew. */
export function watchTopic(topic: Topic | 'again', handler: Handler): void {
  const set = handlers.get(topic) ?? new Set()
  handlers.set(topic, set.add(handler))
  review()
  onScopeDispose(() => {
    set.delete(handler)
    review()
  })
}

/** After logout: nobody is to be told. */
export function closeEvents(): void {
  clearTimeout(retry)
  source?.close()
  source = null
  asked = ''
  isLost.value = false
  isEngineLost.value = false
}
