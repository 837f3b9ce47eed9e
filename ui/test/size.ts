// size.ts DIST - what the first page loads, compressed: the entry and all that it imports at once. Fails over 400 KB.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const LIMIT = 400 * 1024
const dist = process.argv[2] ?? 'dist'
const read = (file: string): string => readFileSync(join(dist, file), 'utf8')
// The first page after login: the frame and the main page with their parts.
const wanted = [/\bindex-/, /\bFrameScreen-/, /\bHomeScreen-/, /\bLoginScreen-/]

const seen = new Set<string>()
function follow(file: string): void {
  if (seen.has(file)) return
  seen.add(file)
  if (!file.endsWith('.js')) return
  const text = read(file)
  for (const [, other] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.(?:js|css))["']/g)) follow(`assets/${other}`)
  for (const [list] of text.matchAll(/__vite__mapDeps=[^;]*?\[((?:"[^"]+",?)+)\]/g))
    for (const [, other] of list.matchAll(/"(assets\/[\w.-]+)"/g)) if (wanted.some((w) => w.test(other!))) follow(other!)
}
for (const [, file] of read('index.html').matchAll(/(?:src|href)="\/pbx\/(assets\/[^"]+)"/g)) follow(file!)
// What the wanted screens bring along: their styles and shared chunks.
const entry = [...seen].filter((f) => f.endsWith('.js')).map(read).join('')
const deps = /\[((?:"assets\/[^"]+",?)+)\]/.exec(entry)?.[1]?.match(/assets\/[\w.-]+/g) ?? []
for (const match of entry.matchAll(/import\(["'`]\.\/((?:Frame|Home|Login)Screen-[\w-]+\.js)["'`]\),__vite__mapDeps\(\[([\d,]*)\]\)/g)) {
  follow(`assets/${match[1]}`)
  for (const n of match[2]!.split(',').filter(Boolean)) follow(deps[Number(n)]!)
}
let total = 0
for (const file of seen) total += gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
const hasScreens = ['Frame', 'Home', 'Login'].every((name) => [...seen].some((f) => f.includes(`${name}Screen`)))
console.log(`first load: ${Math.round(total / 1024)} KB in ${seen.size} files, at most ${LIMIT / 1024} KB`)
if (!hasScreens) console.log('the chunks of the first screens were not found')
process.exitCode = total > LIMIT || !hasScreens ? 1 : 0
