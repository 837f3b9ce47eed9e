// compress.ts DIST - a gzip and a brotli file beside each text file: the server compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXTS = /\.(js|css|html|svg|json)$/
const SMALL = 512 // not worth a file
const CHANGED = 'index.html' // gets its nonce when it is served

const dist = process.argv[2] ?? 'dist'
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !TEXTS.test(entry.name) || entry.name === CHANGED) continue
  const bytes = readFileSync(file)
  if (bytes.length < SMALL) continue
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}
