// House rules of the interface, read from its sources.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '../src')
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(vue|ts|css)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
const text = (file: string): string => readFileSync(file, 'utf8')
const inside = (file: string): string => file.slice(src.length + 1)

describe('sources', () => {
  it('name the widget kit only within src/kit', () => {
    const found = files.filter((f) => /from 'vuetify|import 'vuetify|<v-[a-z]/.test(text(f)) && !inside(f).startsWith('kit/'))
    expect(found.map(inside)).toEqual(['env.d.ts'].filter((f) => found.map(inside).includes(f)))
  })
  it('say nothing to a person but through texts', () => {
    const found = files.filter((f) => f.endsWith('.vue') && /[а-яё]/i.test(text(f).replace(/\/\/.*|<!--.*?-->/g, '').replaceAll('Русский', '')))
    expect(found.map(inside)).toEqual([])
  })
  it('stay short enough to be read alone', () => {
    expect(files.filter((f) => !inside(f).startsWith('texts/') && text(f).split('\n').length > 450).map(inside)).toEqual([])
  })
  it('put no HTML of data into the page', () => {
    const ours = ['screens/DocsScreen.vue'] // the books: our own files, rendered at build time
    expect(files.filter((f) => /v-html|innerHTML|document\.write/.test(text(f))).map(inside)).toEqual(ours)
  })
  it('name every component by what it is for', () => {
    for (const f of files.filter((one) => one.endsWith('.vue'))) expect(text(f), inside(f)).toMatch(/<script setup lang="ts"[^>]*>\n\/\/ /)
  })
})

describe('the lock file', () => {
  it('names no registry', () => {
    expect(text(join(src, '../package-lock.json'))).not.toMatch(/"resolved"|https?:\/\/registry/)
  })
  it('and every version is exact', () => {
    const { dependencies, devDependencies } = JSON.parse(text(join(src, '../package.json'))) as Record<string, Record<string, string>>
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
