// The mock over HTTP with the built pages, as the station's front serves them: headers, nonce, events.
//   node test/server.ts [PORT [DIST]]
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMock, type Mock } from './mock.ts'

const BASE = '/pbx/api/v1'
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' }

/** The same policy as the front's: tests see what a browser would refuse. */
export const policy = (nonce: string): string =>
  `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; ` +
  `object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  if (request.headers['content-type']?.startsWith('multipart/')) return text
  return text ? (JSON.parse(text) as unknown) : undefined
}

function events(mock: Mock, url: URL, response: ServerResponse): void {
  const topics = (url.searchParams.get('topics') ?? '').split(',')
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(': hello\n\n')
  let id = 0
  const stop = mock.listen(({ topic, fact }) => {
    if (topics.includes(topic)) response.write(`id: ${++id}\nevent: ${topic}\ndata: ${JSON.stringify(fact)}\n\n`)
  })
  response.on('close', stop)
}

function page(dist: string, path: string, response: ServerResponse): void {
  const wanted = normalize(path.replace(/^\/pbx\//, ''))
  const file = join(dist, wanted)
  if (wanted && !wanted.startsWith('..') && extname(wanted) && existsSync(file)) {
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'X-Content-Type-Options': 'nosniff' })
    response.end(readFileSync(file))
    return
  }
  const nonce = randomBytes(16).toString('hex')
  response.writeHead(200, { 'Content-Type': TYPES['.html']!, 'Content-Security-Policy': policy(nonce), 'Cache-Control': 'no-cache' })
  response.end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__NONCE__', nonce))
}

export function serve(mock: Mock, dist: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://mock')
    if (!url.pathname.startsWith(BASE)) return page(dist, url.pathname, response)
    if (url.pathname === `${BASE}/events`) return events(mock, url, response)
    const { status, headers, body } = mock.handle({
      method: request.method ?? 'GET',
      path: url.pathname.slice(BASE.length),
      query: url.searchParams,
      headers: request.headers as Record<string, string | undefined>,
      body: await bodyOf(request),
    })
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 8099)
  await serve(createMock(), process.argv[3] ?? 'dist', port)
  console.log(`http://127.0.0.1:${port}/pbx/ (admin / correct horse)`)
}
