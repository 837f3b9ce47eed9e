// One way to the station: JSON in and out, the CSRF token, the language, problems as errors.
import type { Problem } from './types.ts'

export const BASE = '/pbx/api/v1'

/** The station refused, or could not be reached (status 0). */
export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.problem = problem
  }
  get status(): number {
    return this.problem.status
  }
  get code(): string {
    return this.problem.code
  }
}

export interface Answer<T> {
  body: T
  etag: string | null
  status: number
  /** of a change: what its undo takes */
  revision: number | null
}

export interface Ask {
  method?: string
  query?: Record<string, string | number | undefined>
  body?: unknown
  form?: FormData
  match?: string | null
  signal?: AbortSignal
  /** 401 is the caller's to handle (the login page itself). */
  quiet?: boolean
}

interface Hooks {
  csrf: () => string
  language: () => string
  loginWanted: () => void
  passwordWanted: () => void
  unreachable: () => { title: string; detail: string }
}

let hooks: Hooks = {
  csrf: () => '',
  language: () => 'ru',
  loginWanted: () => {},
  passwordWanted: () => {},
  unreachable: () => ({ title: 'Network error', detail: '' }),
}

/** Tell the wrapper where the token, the language and the login page are: once, at the start. */
export function setHooks(h: Hooks): void {
  hooks = h
}

export function address(path: string, query: Ask['query'] = {}): string {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) words.append(name, String(value))
  const text = words.toString()
  return BASE + path + (text ? `?${text}` : '')
}

function headersOf(ask: Ask, method: string): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': hooks.language() })
  if (ask.body !== undefined)
    headers.set('Content-Type', method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
  if (method !== 'GET' && hooks.csrf()) headers.set('X-CSRF-Token', hooks.csrf())
  if (ask.match) headers.set('If-Match', ask.match)
  return headers
}

async function problemOf(response: Response): Promise<Problem> {
  const known = { code: 'failed', title: response.statusText || String(response.status), status: response.status }
  try {
    return { ...known, ...((await response.json()) as Partial<Problem>), status: response.status }
  } catch {
    return known
  }
}

/** @throws ApiError, or DOMException AbortError when the signal ended it */
export async function ask<T>(path: string, options: Ask = {}): Promise<Answer<T>> {
  const method = options.method ?? 'GET'
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers: headersOf(options, method),
      body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      credentials: 'same-origin',
      signal: options.signal ?? null,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError({ code: 'unreachable', status: 0, ...hooks.unreachable() })
  }
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401 && !options.quiet) hooks.loginWanted()
    if (problem.code === 'password-wanted') hooks.passwordWanted()
    throw new ApiError(problem)
  }
  const text = response.status === 204 ? '' : await response.text()
  return {
    body: (text ? JSON.parse(text) : undefined) as T,
    etag: response.headers.get('ETag'),
    status: response.status,
    revision: Number(response.headers.get('X-Revision')) || null,
  }
}

/** A form with a file: fetch does not tell how much of it has gone. @throws as ask */
export function send<T>(path: string, form: FormData, progress: (part: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path))
    for (const [name, value] of headersOf({}, 'POST')) request.setRequestHeader(name, value)
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onerror = () => reject(new ApiError({ code: 'unreachable', status: 0, ...hooks.unreachable() }))
    request.onabort = () => reject(new DOMException('', 'AbortError'))
    request.onload = () => {
      const response = new Response(request.responseText || null, { status: request.status, statusText: request.statusText })
      if (response.ok) return resolve(JSON.parse(request.responseText) as T)
      void problemOf(response).then((problem) => {
        if (problem.status === 401) hooks.loginWanted()
        reject(new ApiError(problem))
      })
    }
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

export const get = async <T>(path: string, query?: Ask['query'], signal?: AbortSignal): Promise<T> =>
  (await ask<T>(path, { ...(query && { query }), ...(signal && { signal }) })).body

export const post = async <T>(path: string, body?: unknown): Promise<T> =>
  (await ask<T>(path, { method: 'POST', body: body ?? {} })).body

export const patch = async <T>(path: string, body: unknown, match?: string | null): Promise<T> =>
  (await ask<T>(path, { method: 'PATCH', body, match: match ?? null })).body

export const remove = async <T>(path: string, query?: Ask['query']): Promise<T> =>
  (await ask<T>(path, { method: 'DELETE', ...(query && { query }) })).body
