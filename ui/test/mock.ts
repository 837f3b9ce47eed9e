// The station's REST contract (docs/web.md) over objects in memory: for unit tests and for developing screens.
import type { Item, Overview, Problem, Property, Revision, TypeRow } from '../src/api/types.ts'
import { answerSetup } from './mock_real.ts'
import { readFields, type Described } from './fields.ts'
import { createCalls } from './mock_calls.ts'
import { media, seedMedia } from './mock_media.ts'
import { createRouting } from './mock_routing.ts'
import { wizard } from './mock_wizard.ts'

export interface MockRequest {
  method: string
  path: string // below /pbx/api/v1
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: unknown
}
export interface MockAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}
type Fact = { topic: string; fact: Record<string, unknown> }

const TABLES = new Map([
  ['ps_endpoints', 'endpoint'],
  ['ps_aors', 'aor'],
  ['ps_auths', 'auth'],
  ['ps_contacts', 'contact'],
  ['ps_transports', 'transport'],
  ['ps_registrations', 'registration'],
  ['ps_endpoint_id_ips', 'identify'],
  ['context', 'context'],
  ['musiconhold', 'musiconhold'],
  ['sound', 'sound'],
  ['manager', 'manager'],
  ['groups', 'groups'],
  ['acl', 'acl'],
  ['cdr', 'cdr'],
])
const ID: Record<string, string> = { context: 'name', musiconhold: 'name', sound: 'name', manager: 'name', groups: 'name', acl: 'name', cdr: 'uniqueid' }
const LISTED: Record<string, string[]> = {
  endpoint: ['id', 'name', 'callerid', 'context', 'transport'],
  aor: ['id', 'name', 'max_contacts', 'qualify_frequency'],
  auth: ['id', 'name', 'auth_type', 'username'],
  contact: ['id', 'uri', 'user_agent', 'endpoint'],
  transport: ['id', 'protocol', 'bind'],
  registration: ['id', 'server_uri', 'client_uri'],
  sound: ['name', 'folder', 'description', 'ms', 'source', 'state', 'changed'],
  cdr: ['start', 'src', 'dst', 'disposition', 'duration'],
}
const READ_ONLY = ['cdr', 'contact', 'sound']
const MOST_COUNTED = 10000

export const PASSWORD = 'correct horse'
const SESSION = 'station_session=mock'
const CSRF = 'mock-token'

const problem = (status: number, code: string, title: string, more: Partial<Problem> = {}): MockAnswer => ({
  status,
  headers: { 'Content-Type': 'application/problem+json' },
  body: { type: `/pbx/docs/problems#${code}`, code, title, status, trace: '7f3a91c2', ...more },
})

/** Every difference between runs would be a difference between screenshots: no randomness here. */
let counter = 0
const uuid = (): string => `00000000-0000-4000-8000-${String(++counter).padStart(12, '0')}`

function seed(rows: Map<string, Item[]>, endpoints: number): void {
  const put = (type: string, item: Record<string, unknown>): void => {
    const list = rows.get(type) ?? []
    rows.set(type, list)
    list.push({ uuid: uuid(), name: '', description: '', group_uuid: null, ...item })
  }
  put('groups', { name: 'office', description: 'Офис' })
  put('groups', { name: 'warehouse', description: 'Склад' })
  for (const name of ['default', 'local-office', 'outgoing-74951234567-office', 'ivr-office']) put('context', { name, description: name === 'default' ? 'Внутренние номера' : '' })
  put('transport', { id: 'transport-udp', protocol: 'udp', bind: '0.0.0.0:5060' })
  put('transport', { id: 'transport-tls', protocol: 'tls', bind: '0.0.0.0:5061' })
  seedMedia(put)
  put('musiconhold', { name: 'default', mode: 'files', directory: 'moh' })
  put('registration', { id: 'peer-74951234567-office', server_uri: 'sip:sip.example.ru', client_uri: 'sip:74951234567@sip.example.ru', live: { state: 'registered', expires_at: '2026-11-24T12:30:00+03:00' } })
  put('registration', { id: 'peer-78121234567-office', server_uri: 'sip:sip.example.com', client_uri: 'sip:78121234567@sip.example.com', live: { state: 'rejected', error: '403 Forbidden' } })
  for (let n = 0; n < endpoints; n++) {
    const id = `user-${100 + n}-office`
    const online = n % 3 !== 2
    const address = `192.168.1.${10 + (n % 200)}:5060`
    put('endpoint', {
      id, name: id, description: n === 0 ? 'Приёмная' : '', context: 'local-office', aors: [id], auth: [id], transport: 'transport-udp',
      callerid: `Абонент ${100 + n} <${100 + n}>`, allow: ['alaw', 'ulaw'], direct_media: n % 2 === 0, dtmf_mode: 'rfc4733',
      live: online ? { state: n === 1 ? 'busy' : 'online', address, rtt_ms: 12 + (n % 40), user_agent: 'Yealink SIP-T31P 124.86.0.40' } : { state: 'offline' },
    })
    put('aor', { id, name: id, max_contacts: 1, qualify_frequency: 60, live: { contacts: online ? 1 : 0 } })
    put('auth', { id, name: id, auth_type: 'userpass', username: id, password: '***' })
    if (online) put('contact', { id: `${id};@${n}`, uri: `sip:${id}@${address}`, user_agent: 'Yealink SIP-T31P 124.86.0.40', endpoint: id })
  }
  const results = ['ANSWERED', 'ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED']
  for (let n = 0; n < endpoints * 3; n++) {
    const disposition = results[n % results.length]
    put('cdr', {
      uniqueid: `1795500${String(n).padStart(3, '0')}.${n}`, start: new Date(Date.UTC(2026, 10, 23, 16, 0) - n * 613000).toISOString(),
      src: n % 2 ? String(100 + (n % endpoints)) : '74951234567', dst: n % 2 ? '89161234567' : String(100 + (n % 7)), disposition,
      duration: 20 + ((n * 37) % 900), billsec: disposition === 'ANSWERED' ? 12 + ((n * 37) % 880) : 0, lastapp: 'Dial', direction: n % 2 ? 'out' : 'in',
    })
  }
}

function matches(value: unknown, wanted: string): boolean {
  const text = Array.isArray(value) ? value.join(',') : value === null || value === undefined ? '' : String(value)
  return wanted.split(',').some((one) => {
    if (one === '') return text === ''
    const from = one.startsWith('*')
    const to = one.endsWith('*')
    const core = one.slice(from ? 1 : 0, to ? -1 : undefined)
    if (from && to) return text.includes(core)
    return from ? text.endsWith(core) : to ? text.startsWith(core) : text === core
  })
}

const allowed = (p: Property, value: unknown): boolean => {
  if (value === null || value === '***') return true
  if (p.type === 'integer')
    return typeof value === 'number' && value >= (p.minimum ?? -Infinity) && value <= (p.maximum ?? Infinity)
  return !p.enum || p.enum.includes(String(value))
}

export function createMock(options: { endpoints?: number; isNew?: boolean; isIn?: boolean; totp?: boolean } = {}) {
  counter = 0
  const rows = new Map<string, Item[]>()
  seed(rows, options.endpoints ?? 130)
  const described = new Map<string, Map<string, Described>>()
  const revisions: (Revision & { was: Item | null })[] = []
  const etags = new Map<string, number>()
  const listeners = new Set<(fact: Fact) => void>()
  const routing = createRouting()
  const underWay = createCalls()
  let isIn = options.isIn ?? false
  let isNew = options.isNew ?? false
  let failing = 0
  let calls = 2
  const user = { uuid: uuid(), name: 'admin', full_name: 'Анна Администратор', email: 'admin@example.ru', role: 'administrator', groups: [], language: '', has_totp: options.totp ?? false, must_change: false }

  const tell = (topic: string, fact: Record<string, unknown>): void => {
    for (const listener of listeners) listener({ topic, fact })
  }
  const speak = (headers: MockRequest['headers']): Map<string, Described> => {
    const language = headers['accept-language']?.startsWith('en') ? 'en' : 'ru'
    const known = described.get(language) ?? readFields(language, TABLES)
    described.set(language, known)
    return known
  }
  const session = (): MockAnswer => ({
    status: 200,
    headers: { 'Set-Cookie': `${SESSION}; HttpOnly; SameSite=Strict; Path=/` },
    body: { user, csrf: CSRF, station: { name: 'Станция', version: '0.1.0' } },
  })
  const etagOf = (id: string): string => `"${etags.get(id) ?? 1}"`
  const idOf = (type: string): string => ID[type] ?? 'id'
  const note = (type: string, action: string, was: Item | null, now: Item | null): number => {
    const item = (now ?? was)!
    const id = revisions.length + 1
    const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(now ?? {})])].filter((n) => n !== 'uuid' && n !== 'live')
    const changes = names
      .map((field) => ({ field, before: (was?.[field] ?? null) as never, after: (now?.[field] ?? null) as never }))
      .filter((c) => JSON.stringify(c.before || null) !== JSON.stringify(c.after || null))
    revisions.unshift({ id, at: new Date().toISOString(), user: 'admin', peer: '127.0.0.1', type, uuid: item.uuid, name: String(item[idOf(type)] ?? ''), action, changes, was })
    etags.set(item.uuid, (etags.get(item.uuid) ?? 1) + 1)
    tell('object', { type, uuid: item.uuid, action })
    return id
  }

  function find(type: string, query: URLSearchParams): Item[] {
    const q = query.get('q')?.toLowerCase()
    let found = rows.get(type) ?? []
    if (q) found = found.filter((item) => Object.entries(item).some(([name, v]) => name !== 'live' && String(v ?? '').toLowerCase().includes(q)))
    for (const [name, wanted] of query) {
      if (['limit', 'after', 'sort', 'q'].includes(name)) continue
      const [from, to] = wanted.split('..')
      if (name === 'start' && to !== undefined)
        found = found.filter((item) => (!from || String(item['start']).slice(0, 10) >= from) && (!to || String(item['start']).slice(0, 10) <= to))
      else found = found.filter((item) => matches(item[name], wanted))
    }
    const sort = query.get('sort')
    if (sort) {
      const name = sort.replace(/^-/, '')
      const sign = sort.startsWith('-') ? -1 : 1
      found = [...found].sort((a, b) => sign * String(a[name] ?? '').localeCompare(String(b[name] ?? ''), 'ru', { numeric: true }))
    }
    return found
  }

  function list(type: string, query: URLSearchParams): MockAnswer {
    const found = find(type, query)
    const from = Number(query.get('after') ?? 0)
    const to = from + Number(query.get('limit') ?? 50)
    return {
      status: 200,
      body: { items: found.slice(from, to), next: to < found.length ? String(to) : null, total: Math.min(found.length, MOST_COUNTED), is_more: found.length > MOST_COUNTED },
    }
  }

  function check(type: string, body: Record<string, unknown>, headers: MockRequest['headers'], own?: string): MockAnswer | null {
    const { properties, required } = speak(headers).get(type)!.schema
    const errors: { pointer: string; detail: string }[] = []
    for (const [name, value] of Object.entries(body)) {
      const p = properties[name]
      if (!p) errors.push({ pointer: `/${name}`, detail: 'Такого поля нет.' })
      else if (!allowed(p, value)) errors.push({ pointer: `/${name}`, detail: `Допустимо: ${p.enum?.join(', ') ?? `число от ${p.minimum} до ${p.maximum}`}.` })
    }
    if (!own) for (const name of required ?? []) if (!body[name]) errors.push({ pointer: `/${name}`, detail: 'Заполните поле.' })
    const id = body[idOf(type)]
    if (id && rows.get(type)?.some((item) => item[idOf(type)] === id && item.uuid !== own)) errors.push({ pointer: `/${idOf(type)}`, detail: 'Такое имя уже есть.' })
    return errors.length ? problem(422, 'invalid', 'Значения не подходят', { detail: 'Исправьте отмеченные поля.', errors }) : null
  }

  function referencesOf(type: string, item: Item): object[] {
    const name = String(item[idOf(type)])
    const fields: Record<string, string[]> = { aor: ['aors'], auth: ['auth', 'outbound_auth'], context: ['context'], transport: ['transport'] }
    return (rows.get('endpoint') ?? []).flatMap((e) =>
      (fields[type] ?? [])
        .filter((field) => [e[field]].flat().includes(name))
        .map((field) => ({ type: 'endpoint', uuid: e.uuid, name: e['id'], field })),
    ).slice(0, 20)
  }

  function one(r: MockRequest, type: string, id: string, rest: string | undefined): MockAnswer {
    const all = rows.get(type) ?? []
    const item = all.find((i) => i.uuid === id)
    if (!item) return problem(404, 'not-found', 'Не найдено')
    if (rest === 'references') return { status: 200, body: { items: referencesOf(type, item) } }
    if (rest === 'revisions') return { status: 200, body: { items: revisions.filter((v) => v.uuid === id) } }
    if (r.method === 'GET') return { status: 200, headers: { ETag: etagOf(id) }, body: item }
    if (r.method === 'DELETE') {
      const references = referencesOf(type, item)
      if (references.length && r.query.get('force') !== '1') return problem(409, 'in-use', 'Запись используется', { detail: 'На неё ссылаются другие записи; ?force=1 удаляет всё равно.' })
      rows.set(type, all.filter((i) => i !== item))
      return { status: 200, body: { revision: note(type, 'delete', item, null) } }
    }
    if (r.headers['if-match'] && r.headers['if-match'] !== etagOf(id)) return problem(412, 'changed-meanwhile', 'Запись изменена другим')
    const body = r.body as Record<string, unknown>
    const wrong = check(type, body, r.headers, id)
    if (wrong) return wrong
    const was = { ...item }
    Object.assign(item, body)
    note(type, 'update', was, item)
    return { status: 200, headers: { ETag: etagOf(id) }, body: item }
  }

  function bulk(r: MockRequest, type: string): MockAnswer {
    const body = r.body as { uuids?: string[]; filter?: string; patch?: Record<string, unknown>; remove?: boolean; dry?: boolean }
    const found = body.filter !== undefined ? find(type, new URLSearchParams(body.filter)) : (rows.get(type) ?? []).filter((i) => body.uuids?.includes(i.uuid))
    const wrong = body.patch ? check(type, body.patch, r.headers, found[0]?.uuid) : null
    if (wrong) return wrong
    let revision: number | null = null
    if (!body.dry)
      for (const item of found) {
        const was = { ...item }
        if (body.remove) rows.set(type, (rows.get(type) ?? []).filter((i) => i !== item))
        else Object.assign(item, body.patch)
        revision = note(type, body.remove ? 'delete' : 'update', was, body.remove ? null : item)
      }
    return { status: 200, body: { count: found.length, revision, errors: [] } }
  }

  function undo(id: number): MockAnswer {
    const revision = revisions.find((v) => v.id === id)
    if (!revision) return problem(404, 'not-found', 'Не найдено')
    const all = (rows.get(revision.type) ?? []).filter((i) => i.uuid !== revision.uuid)
    if (revision.was) all.unshift(revision.was)
    rows.set(revision.type, all)
    note(revision.type, 'update', null, revision.was)
    return { status: 200, body: revision.was ?? {} }
  }

  const overview = (): Overview => ({
    version: '0.1.0', migration: '20261123190000', has_engine: true, reloaded_at: null, processed: 1204, started_at: new Date(Date.now() - 277000000).toISOString(), calls, channels: calls * 2,
    endpoints: { total: rows.get('endpoint')!.length, online: rows.get('contact')!.length }, contacts: rows.get('contact')!.length,
    trunks: { total: 2, registered: 1 }, load: [0.42, 0.37, 0.31], disk: { free: 74.2e9, total: 250e9 },
    errors: [{ at: '2026-11-23T15:04:11+03:00', text: 'Регистрация peer-78121234567-office: оператор отвечает 403 Forbidden' }],
  })

  function login(body: { name?: string; password?: string; code?: string }): MockAnswer {
    if (body.password !== PASSWORD) return problem(401, 'wrong-login', 'Неверный логин или пароль')
    if (user.has_totp && !body.code) return problem(401, 'code-wanted', 'Нужен код')
    if (user.has_totp && body.code !== '123456') return problem(401, 'wrong-code', 'Неверный код')
    isIn = true
    return session()
  }

  const wrongPassword = (pointer: string): MockAnswer => problem(422, 'invalid', 'Значения не подходят', { errors: [{ pointer, detail: 'Пароль неверен.' }] })

  /** Routes that need no login; null: none of them. */
  function open(r: MockRequest): MockAnswer | null {
    const key = `${r.method} ${r.path}`
    const body = (r.body ?? {}) as Record<string, unknown>
    if (key === 'POST /session') return login(body)
    if (key === 'GET /setup') return { status: 200, body: { is_needed: isNew } }
    if (key === 'POST /setup') {
      if (body['code'] !== '1234-5678') return problem(401, 'wrong-code', 'Неверный код', { detail: 'Код неверен. Его печатает команда на станции: station setup-code' })
      isNew = false
      isIn = true
      return { ...session(), status: 201 }
    }
    if (key === 'POST /session/recovery') return { status: 202 }
    if (key === 'PUT /session/recovery') return body['token'] === 'used' ? problem(410, 'link-used', 'Ссылка уже использована') : { status: 204 }
    return null
  }

  function handle(r: MockRequest): MockAnswer {
    if (failing > 0) {
      failing--
      return problem(503, 'no-engine', 'Станция занята', { detail: 'Повторите через минуту.' })
    }
    const answered = open(r)
    if (answered) return answered
    if (!isIn) return problem(401, 'login-wanted', 'Войдите')
    if (r.method !== 'GET' && r.headers['x-csrf-token'] !== CSRF) return problem(403, 'token-wanted', 'Нет метки')
    if (r.path === '/session') {
      if (r.method === 'DELETE') isIn = false
      return r.method === 'DELETE' ? { status: 204 } : session()
    }
    const wizardly = wizard(r)
    if (wizardly) return wizardly
    const played = media(r, rows, uuid)
    if (played) return played
    if (r.path === '/overview') return { status: 200, body: overview() }
    if (r.path === '/password') return { status: 200, body: { password: 'Vq7-tezu-Rim4-holk' } }
    if (r.path === '/profile') {
      const { password, ...own } = (r.body ?? {}) as Record<string, string>
      if (own['email'] !== undefined && password !== PASSWORD) return wrongPassword('/password')
      Object.assign(user, own)
      return session()
    }
    if (r.path === '/profile/password') return (r.body as { old: string }).old === PASSWORD ? session() : wrongPassword('/old')
    if (r.path === '/profile/totp') {
      if (r.method !== 'PUT' && (r.body as { password?: string }).password !== PASSWORD) return wrongPassword('/password')
      if (r.method === 'POST') return { status: 200, body: { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Station:admin?secret=JBSWY3DPEHPK3PXP' } }
      user.has_totp = r.method === 'PUT'
      return { status: 204 }
    }
    if (r.path === '/revision') {
      if ([...r.query.keys()].some((name) => name !== 'before')) return problem(400, 'malformed', 'Запрос непонятен')
      return { status: 200, body: { items: revisions.slice(0, 50), next: null } }
    }
    const made = answerSetup(r)
    if (made) return made
    const undone = /^\/revision\/(\d+)\/undo$/.exec(r.path)
    if (undone) return undo(Number(undone[1]))
    const routed = routing.answer(r) ?? underWay.answer(r)
    if (routed) return routed
    const types = speak(r.headers)
    if (r.path === '/schema')
      return {
        status: 200,
        body: { types: [...types].map(([name, d]): TypeRow => ({ name, label: d.label, help: d.help, section: '', may_write: !READ_ONLY.includes(name), listed: LISTED[name] ?? [], id: idOf(name), key: 'uuid' })) },
      }
    const [, first = '', second, third] = r.path.split('/')
    if (first === 'schema' && second) return types.has(second) ? { status: 200, body: types.get(second)!.schema } : problem(404, 'not-found', 'Не найдено')
    const exported = r.method === 'GET' && second === 'export' ? [first, first] : null
    if (exported) return { status: 200, headers: { 'Content-Type': 'text/csv' }, body: find(exported[1]!, r.query).map((i) => i['id']).join('\n') }
    if (!types.has(first)) return problem(404, 'not-found', 'Не найдено')
    if (second === 'bulk') return bulk(r, first)
    if (second) return one(r, first, second, third)
    if (r.method === 'GET') return list(first, r.query)
    const wrong = check(first, r.body as Record<string, unknown>, r.headers)
    if (wrong) return wrong
    const item: Item = { uuid: uuid(), ...(r.body as object) }
    rows.set(first, [item, ...(rows.get(first) ?? [])])
    note(first, 'create', null, item)
    return { status: 201, headers: { ETag: etagOf(item.uuid), Location: `/pbx/api/v1/${first}/${item.uuid}` }, body: item }
  }

  return {
    handle,
    rows,
    user,
    listen: (listener: (fact: Fact) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell,
    listeners,
    setCalls: (n: number) => {
      calls = n
      tell('call', { calls: n })
    },
    /** The next n requests fail. */
    fail: (n: number) => (failing = n),
    /** Somebody else changed it. */
    touch: (id: string) => etags.set(id, (etags.get(id) ?? 1) + 1),
    loginAs: (on: boolean) => (isIn = on),
    reset: (to: { isNew?: boolean; isIn?: boolean; totp?: boolean }) => {
      isNew = to.isNew ?? isNew
      isIn = to.isIn ?? isIn
      user.has_totp = to.totp ?? user.has_totp
    },
  }
}

export type Mock = ReturnType<typeof createMock>
