// The first start: the administrator and the network by POST /setup; then, as that administrator, phones and carrier.
import { ask, post } from '@/api/http.ts'

export interface SetupFields {
  code: string
  name: string
  password: string
  email: string
  external_address: string
  local_nets: string
  provider_server: string
  provider_number: string
  provider_user: string
  provider_password: string
  first: string
  last: string
}
export interface Subscriber {
  number: string
  password: string
}

export const CONTEXT = 'office'
const OUTSIDE = '9' // what is dialled before a number of the city

/** Steps that were left empty are not sent. */
export function setupBody(f: SetupFields, language: string): Record<string, unknown> {
  const nets = f.local_nets.split(/[\s,]+/).filter(Boolean).join(',')
  return {
    code: f.code.trim(),
    language,
    name: f.name.trim(),
    password: f.password,
    ...(f.email.trim() && { email: f.email.trim() }),
    ...(f.external_address.trim() && { external_address: f.external_address.trim() }),
    ...(nets && { local_nets: nets }),
  }
}

/** 100, 149: "_1XX"; numbers of different lengths: any number of at least two digits. */
export function patternOf(first: string, last: string): string {
  if (first.length !== last.length) return '_X.'
  let same = 0
  while (same < first.length && first[same] === last[same]) same++
  return same === first.length ? first : `_${first.slice(0, same)}${'X'.repeat(first.length - same)}`
}

export interface Words {
  context: string
  phone: string
}

/** The routing of the phones: each other, and an echo. */
async function makeRouting(f: SetupFields, words: Words): Promise<void> {
  const found = await ask<{ total: number }>('/context', { query: { name: CONTEXT } })
  if (!found.body.total) await post('/context', { name: CONTEXT, description: words.context })
  const now = await ask('/routing/' + CONTEXT)
  const step = (app: string, appdata = ''): object => ({ app, appdata })
  const extensions = [
    { exten: patternOf(f.first.trim(), (f.last || f.first).trim()), steps: [step('NoOp', words.phone), step('Dial', 'PJSIP/${EXTEN},60'), step('Hangup')] },
    { exten: '600', steps: [step('Answer'), step('Echo'), step('Hangup')] },
  ]
  await ask('/routing/' + CONTEXT, { method: 'PUT', body: { extensions }, match: now.etag })
}

async function makePhones(f: SetupFields): Promise<Subscriber[]> {
  const body = { from: f.first.trim(), to: (f.last || f.first).trim(), context: CONTEXT, password: 'generated' }
  return (await post<{ items: Subscriber[] }>('/wizard/phones', body)).items
}

async function makeProvider(f: SetupFields): Promise<void> {
  await post('/wizard/trunk', {
    operator: 'registration',
    server: f.provider_server.trim(),
    number: f.provider_number.trim(),
    login: f.provider_user.trim() || f.provider_number.trim(),
    password: f.provider_password,
    ...(f.first.trim() ? { ring: f.first.trim(), prefix: OUTSIDE, outgoing: CONTEXT } : { context: 'incoming' }),
  })
}

export type Part = 'phones' | 'provider'

/** What is to be made after the administrator. done: what is there already, added to; subscribers: filled. */
export async function makeOffice(f: SetupFields, words: Words, done: Set<Part>, subscribers: Subscriber[]): Promise<void> {
  if (f.first.trim() && !done.has('phones')) {
    await makeRouting(f, words)
    subscribers.push(...(await makePhones(f)))
    done.add('phones')
  }
  if (f.provider_server.trim() && !done.has('provider')) {
    await makeProvider(f)
    done.add('provider')
  }
}
