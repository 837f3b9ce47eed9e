// The way to the station: token, language, problems.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ask, ApiError, get, patch, setHooks } from '@/api/http.ts'
import { difference, errorsOf } from '@/parts/editing.ts'
import { patternOf, setupBody } from '@/parts/setup.ts'
import { fromText, widgetOf } from '@/kit/field.ts'

const loginWanted = vi.fn()
let asked: { url: string; init: RequestInit }[] = []
function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return new Response(body === null ? null : JSON.stringify(body), { status, headers })
  })
}
beforeEach(() => {
  asked = []
  loginWanted.mockClear()
  setHooks({ csrf: () => 'token', language: () => 'en', loginWanted, passwordWanted: () => {}, unreachable: () => ({ title: 'gone', detail: 'again' }) })
})

describe('a request', () => {
  it('carries the token when it writes, never when it reads', async () => {
    answer(200, {})
    await get('/endpoint', { q: 'a b', after: undefined })
    await patch('/endpoint/1', { name: 'x' }, '"3"')
    const [read, write] = asked.map(({ init }) => new Headers(init.headers))
    expect(asked[0]!.url).toBe('/pbx/api/v1/endpoint?q=a+b')
    expect(read!.get('X-CSRF-Token')).toBeNull()
    expect(read!.get('Accept-Language')).toBe('en')
    expect(write!.get('X-CSRF-Token')).toBe('token')
    expect(write!.get('If-Match')).toBe('"3"')
    expect(write!.get('Content-Type')).toBe('application/merge-patch+json')
  })
  it('that is refused tells why', async () => {
    answer(422, { code: 'invalid', title: 'Wrong', detail: 'Look below', errors: [{ pointer: '/a', detail: 'no' }] })
    const error = (await get('/x').catch((e: unknown) => e)) as ApiError
    expect([error.status, error.code, error.message]).toEqual([422, 'invalid', 'Look below'])
    expect(loginWanted).not.toHaveBeenCalled()
  })
  it('without a session leads to the login page, but not from there', async () => {
    answer(401, { code: 'login-wanted', title: 'Log in' })
    await expect(get('/x')).rejects.toThrow('Log in')
    expect(loginWanted).toHaveBeenCalledOnce()
    await expect(ask('/session', { quiet: true })).rejects.toThrow()
    expect(loginWanted).toHaveBeenCalledOnce()
  })
  it('answered by somebody else is a problem all the same', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))
    await expect(get('/x')).rejects.toThrow('Bad Gateway')
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('network')))
    const error = (await get('/x').catch((e: unknown) => e)) as ApiError
    expect([error.status, error.message]).toEqual([0, 'again'])
  })
  it('with an empty answer gives nothing', async () => {
    answer(204, null)
    expect((await ask('/x', { method: 'DELETE' })).body).toBeUndefined()
  })
})

describe('a form', () => {
  it('sends only what differs, and null for a default', () => {
    const before = { a: 'x', b: ['1'], c: 5, d: null }
    expect(difference(before, { a: 'y', b: ['1'], c: null, d: undefined })).toEqual({ a: 'y', c: null })
  })
  it('finds the field of a pointer', () => {
    const errors = [{ pointer: '/allow/0', detail: 'A' }, { pointer: '/allow/1', detail: 'B' }, { pointer: '/a~1b~0c', detail: 'C' }]
    expect(errorsOf({ code: '', title: '', status: 422, errors })).toEqual({ allow: 'A B', 'a/b~c': 'C' })
  })
  it('reads numbers, and leaves what is none to the station', () => {
    const p = { title: '', 'x-kind': 'int' }
    expect([fromText('60', p), fromText('1,5', p), fromText('many', p), fromText('', p)]).toEqual([60, 1.5, 'many', null])
  })
  it.each([
    ['bool', {}, 'switch'],
    ['secret', {}, 'secret'],
    ['enum', { enum: ['a'] }, 'select'],
    ['enums', { items: { enum: ['a'] } }, 'several'],
    ['names', { 'x-refers': 'aor' }, 'names'],
    ['text', { 'x-refers': 'context' }, 'name'],
    ['seconds', {}, 'number'],
    ['vars', {}, 'lines'],
    ['callerid', {}, 'text'],
  ])('has a widget for %s', (kind, more, widget) => {
    expect(widgetOf('x', { title: '', 'x-kind': kind, ...more })).toBe(widget)
  })
  it('of the first start sends no empty step', () => {
    const empty = { code: ' 1 ', name: 'admin', password: 'p', email: '', external_address: '', local_nets: '10.0.0.0/8, 192.168.0.0/16', provider_server: '', provider_number: '', provider_user: '', provider_password: '', first: '', last: '' }
    expect(setupBody(empty, 'ru')).toEqual({ code: '1', language: 'ru', name: 'admin', password: 'p', local_nets: '10.0.0.0/8,192.168.0.0/16' })
  })
  it('of the first start finds the pattern of a range', () => {
    expect([patternOf('100', '149'), patternOf('101', '101'), patternOf('98', '120'), patternOf('0100', '0199')]).toEqual(['_1XX', '101', '_X.', '_01XX'])
  })
})
