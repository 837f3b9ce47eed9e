// The mock's part of audio files and services. What is sent as *.txt is no sound; a name that is taken is refused.
import type { Item } from '../src/api/types.ts'
import type { MockAnswer, MockRequest } from './mock.ts'

const refuse = (status: number, code: string, detail: string): MockAnswer => ({
  status,
  headers: { 'Content-Type': 'application/problem+json' },
  body: { type: `/pbx/docs/problems#${code}`, code, title: detail, detail, status },
})

export function seedMedia(put: (type: string, item: Record<string, unknown>) => void): void {
  put('sound', { name: 'welcome', folder: 'ru', description: 'Приветствие', ms: '4200', bytes: '67244', source: 'WAV, PCM, 44100 Hz, 2', state: 'ready', error: '', changed: '2026-11-24 12:30:05' })
  put('sound', { name: 'night', folder: '', ms: '65000', bytes: '1040044', source: 'MPEG, 48000 Hz, 2', state: 'ready', error: '', changed: '2026-11-23 18:00:00' })
  put('sound', { name: 'letter', folder: '', ms: '0', bytes: '0', source: '', state: 'failed', error: 'no-sound: Format not recognised.', changed: null })
}

const services = ['engine', 'media', 'web', 'front', 'runner', 'notify'].map((name, i) => ({ name, state: 'running', pid: 4100 + i, since: '2026-11-21T09:12:44+03:00', restarts: i === 1 ? 2 : 0 }))

const stateOf = (item: Item): object => ({
  uuid: item.uuid, name: item['name'], folder: item['folder'], state: item['state'], source: item['source'], ms: Number(item['ms']),
  ...(item['error'] ? { says: 'Это не звуковой файл, или он повреждён: сохраните его как WAV, FLAC, Ogg или MP3.' } : {}),
})

function upload(r: MockRequest, sounds: Item[], uuid: () => string): MockAnswer {
  const text = String(r.body)
  const field = (name: string): string => new RegExp(`name="${name}"\\r\\n\\r\\n([^\\r]*)`).exec(text)?.[1] ?? ''
  const original = /filename="([^"]*)"/.exec(text)?.[1] ?? ''
  const name = field('name') || original.replace(/\.[^.]*$/, '')
  const other = sounds.find((s) => s['name'] === name && s['folder'] === field('folder'))
  if (other && other['state'] !== 'failed' && field('replace') !== 'yes') return refuse(409, 'exists', 'Файл с таким именем уже есть: дайте другое имя или замените его.')
  const isSound = !original.endsWith('.txt')
  const item = other ?? { uuid: uuid() }
  Object.assign(item, { name, folder: field('folder'), description: '', group_uuid: null, ms: isSound ? '1500' : '0', bytes: isSound ? '24044' : '0', source: isSound ? 'WAV' : '', state: isSound ? 'ready' : 'failed', error: isSound ? '' : 'no-sound', changed: '2026-11-24 12:31:00' })
  if (!other) sounds.unshift(item)
  return { status: 202, body: stateOf({ ...item, state: 'waiting', error: '' }) }
}

let pieces = [{ name: 'morning', bytes: 1920044 }, { name: 'noon', bytes: 960044 }]
function music(r: MockRequest, what: string, name: string | undefined): MockAnswer {
  if (what === 'upload') {
    const original = /filename="([^"]*)"/.exec(String(r.body))?.[1] ?? ''
    if (original.endsWith('.txt')) return refuse(422, 'invalid', 'Это не звуковой файл, или он повреждён: сохраните его как WAV, FLAC, Ogg или MP3.')
    const made = original.replace(/\.[^.]*$/, '')
    pieces = [...pieces.filter((p) => p.name !== made), { name: made, bytes: 16044 }].sort((a, b) => (a.name < b.name ? -1 : 1))
    return { status: 201, body: { name: made } }
  }
  if (r.method === 'DELETE') {
    pieces = pieces.filter((p) => p.name !== name)
    return { status: 204 }
  }
  return { status: 200, body: { items: pieces, is_ours: true } }
}

/** null: neither a sound's nor a service's. */
export function media(r: MockRequest, rows: Map<string, Item[]>, uuid: () => string): MockAnswer | null {
  const sounds = rows.get('sound') ?? []
  if (r.path === '/service') return { status: 200, body: { items: services } }
  const restarted = /^\/service\/(\w+)\/restart$/.exec(r.path)
  if (restarted) {
    const one = services.find((s) => s.name === restarted[1])
    if (!one) return refuse(404, 'not-found', 'Не найдено')
    one.restarts++
    one.pid += 100
    return { status: 202 }
  }
  const class_ = /^\/musiconhold\/([^/]+)\/(files|upload)(?:\/([^/]+))?$/.exec(r.path)
  if (class_) return music(r, class_[2]!, class_[3])
  if (r.path === '/sound/upload') return upload(r, sounds, uuid)
  const [, type, id, rest] = r.path.split('/')
  const item = type === 'sound' && sounds.find((s) => s.uuid === id)
  if (!item) return null
  if (rest === 'state') return { status: 200, body: stateOf(item) }
  if (rest === 'references')
    return { status: 200, body: { items: item['name'] === 'welcome' ? [{ type: 'context', uuid: 'c', name: 'ivr-office', field: '300, 2: Playback' }] : [] } }
  if (r.method === 'PATCH') return { status: 200, body: stateOf(Object.assign(item, r.body)) }
  if (r.method === 'DELETE') {
    if (item['name'] === 'welcome' && r.query.get('force') !== '1') return refuse(409, 'in-use', 'Его играет маршрутизация.')
    rows.set('sound', sounds.filter((s) => s !== item))
    return { status: 200, body: { revision: null } }
  }
  return null
}
