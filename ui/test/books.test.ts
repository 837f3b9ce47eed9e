// The books: every link has its anchor, every screen its place, every problem its words; search finds.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorOf, chapterOf, type Chapter } from '../markdown.ts'
import { BOOKS, has, helpOf, helpPlaces, REFERENCE, searchBooks } from '@/parts/books.ts'

const languages = ['ru', 'en'] as const
const folder = (language: string): string => join(import.meta.dirname, '../../docs', language)
const chapters = (language: string): Map<string, Chapter> =>
  new Map(
    readdirSync(folder(language))
      .filter((file) => file.endsWith('.md'))
      .map((file) => [file.slice(0, -3), chapterOf(readFileSync(join(folder(language), file), 'utf8'))]),
  )
const has_ = (books: Map<string, Chapter>, place: string): boolean => {
  const [book = '', anchor] = place.split('#')
  const found = books.get(book)
  return !!found && (!anchor || found.sections.some((section) => section.id === decodeURIComponent(anchor)))
}

describe.each(languages)('books in %s', (language) => {
  const books = chapters(language)
  it('are all there', () => {
    for (const book of [...BOOKS, ...REFERENCE]) expect(has(book, language), book).toBe(true)
  })
  it('have an anchor for every link', () => {
    for (const [name, { html }] of books)
      for (const [, href] of html.matchAll(/ href="([^"]+)"/g)) {
        if (/^(https?|mailto):/.test(href!)) continue
        const place = href!.startsWith('#') ? name + href : href!.replace('/pbx/docs/', '')
        expect(has_(books, place), `${name}: ${href}`).toBe(true)
      }
  })
  it('tell of every screen', () => {
    for (const place of helpPlaces(language)) expect(has_(books, place), place).toBe(true)
  })
  it('tell what each problem means', () => {
    const source = join(import.meta.dirname, '../../src/rest/problem.c') // absent in a build tree of its own
    const codes = existsSync(source) ? [...readFileSync(source, 'utf8').matchAll(/\b\d{3},\s*"([a-z-]+)"/g)].map((m) => m[1]!) : ['invalid']
    expect(codes.length).toBeGreaterThan(existsSync(source) ? 15 : 0)
    for (const code of codes) expect(has_(books, `problems#${code}`), code).toBe(true)
  })
  it('are found by words', async () => {
    const word = language === 'ru' ? 'диапазон' : 'range'
    const hits = await searchBooks(word, language)
    expect(hits.length).toBeGreaterThan(0)
    expect(await searchBooks('zzzz-no-such', language)).toEqual([])
  })
})

describe('a chapter', () => {
  it('holds no markup of its author', () => {
    const { html, sections } = chapterOf('# A\n\n<script>x</script>\n\n## B `c`\n\ntext [d](x.md#e) [f](../roles.md)\n\n## B c')
    expect(html).not.toContain('<script')
    expect(sections.map((s) => s.id)).toEqual(['a', 'b-c', 'b-c-1'])
    expect(html).toContain('href="/pbx/docs/x#e"')
    expect(html).not.toContain('roles.md')
  })
  it('names its anchors as links do', () => {
    expect(anchorOf('Кому, что и как?')).toBe('кому-что-и-как')
  })
  it('is led to from screens', () => {
    expect(helpOf('/wizard/phones', 'ru')).toBe('/docs/user#добавить-абонента')
    expect(helpOf('/endpoint/new', 'en')).toBe('/docs/user#channel-driver')
  })
})
