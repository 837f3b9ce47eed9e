// The books, at build time: docs/*/*.md become HTML with an anchor at each heading, and texts to search in.
import { Marked } from 'marked'
import type { Plugin } from 'vite'

export interface Section {
  id: string
  title: string
  level: number
  text: string
}
export interface Chapter {
  title: string
  html: string
  sections: Section[]
}

/** As the links in the books and of problems name it: "Кому что можно" is "кому-что-можно". */
export const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/<[^>]*>|&\w+;/g, '')
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const plain = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*|#>]|^\|?[-| :]+$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** "fields.md#x" is a chapter beside this one; what is not in the interface stays a word. */
function hrefOf(href: string): string | null {
  if (href.startsWith('#')) return decodeURIComponent(href).toLowerCase()
  if (/^(https?:|mailto:|\/)/.test(href)) return href
  const found = /^([a-z-]+)\.md(#.*)?$/.exec(href)
  return found ? `/pbx/docs/${found[1]}${decodeURIComponent(found[2] ?? '').toLowerCase()}` : null
}

export function chapterOf(markdown: string): Chapter {
  const sections: Section[] = []
  const seen = new Set<string>()
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }) {
        const title = plain(text)
        let id = anchorOf(title)
        for (let n = 1; seen.has(id); n++) id = `${anchorOf(title)}-${n}`
        seen.add(id)
        sections.push({ id, title, level: depth, text: '' })
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }) {
        const to = hrefOf(href)
        const text = this.parser.parseInline(tokens)
        return to ? `<a href="${to.replaceAll('"', '%22')}">${text}</a>` : text
      },
      html: ({ text }) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
      image: ({ text }) => text,
      table(token) {
        const row = (cells: typeof token.header, tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        const head = token.header.some((cell) => cell.text) ? `<thead>${row(token.header, 'th')}</thead>` : ''
        return `<div class="docs-table" tabindex="0"><table>${head}<tbody>${token.rows.map((r) => row(r, 'td')).join('')}</tbody></table></div>\n`
      },
      code: ({ text }) => `<pre tabindex="0"><code>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</code></pre>\n`,
    },
  })
  const html = marked.parse(markdown) as string
  let at = -1
  let isCode = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode
    if (!isCode && /^#{1,6} /.test(line)) at++
    else if (sections[at]) sections[at]!.text += ` ${plain(line)}`
  }
  return { title: sections[0]?.title ?? '', html, sections }
}

export const markdown = (): Plugin => ({
  name: 'station-books',
  transform(code, id) {
    if (!id.endsWith('.md')) return null
    return { code: `export default ${JSON.stringify(chapterOf(code))}`, map: null }
  },
})
