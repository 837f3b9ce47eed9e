// The books of the station: each chapter a file of docs/LANGUAGE, rendered when the interface was built, loaded when wanted.
import type { Chapter, Section } from '../../markdown.ts'
import type { Language } from '@/api/types.ts'

/** In the order of the shelf; the rest are reference works that the books lead to. */
export const BOOKS = ['introduction', 'administrator', 'user', 'developer', 'api'] as const
export const REFERENCE = ['fields', 'applications', 'functions', 'manager', 'manager-actions', 'moving', 'problems'] as const

const files = import.meta.glob<{ default: Chapter }>([
  '../../../docs/{ru,en}/{introduction,administrator,user,developer,api,fields,applications,functions,manager,manager-actions,moving,problems}.md',
])

const pathOf = (book: string, language: Language): string => `../../../docs/${language}/${book}.md`

export const has = (book: string, language: Language): boolean => pathOf(book, language) in files

export async function chapter(book: string, language: Language): Promise<Chapter | null> {
  const load = files[pathOf(book, language)]
  return load ? (await load()).default : null
}

export interface Hit {
  book: string
  title: string
  section: Section
  around: string
}

const AROUND = 70
const MOST = 40

const weigh = (hit: Hit, words: string[]): number => {
  const title = hit.section.title.toLowerCase()
  return words.filter((word) => title.includes(word)).length * 2 + (BOOKS.includes(hit.book as never) ? 1 : 0)
}

function around(text: string, word: string): string {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - AROUND)
  return (at ? '…' : '') + text.slice(at, at + AROUND * 3) + (at + AROUND * 3 < text.length ? '…' : '')
}

/** Sections that have all the words; those that have them in the heading first. */
export async function searchBooks(query: string, language: Language): Promise<Hit[]> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const hits: Hit[] = []
  if (!words.length) return hits
  for (const book of [...BOOKS, ...REFERENCE]) {
    const found = await chapter(book, language)
    for (const section of found?.sections ?? []) {
      const text = `${section.title} ${section.text}`
      if (words.every((word) => text.toLowerCase().includes(word)))
        hits.push({ book, title: found!.title, section, around: around(section.text, words[0]!) })
    }
  }
  return hits.sort((a, b) => weigh(b, words) - weigh(a, words)).slice(0, MOST)
}

const PLACES: [RegExp, string][] = [
  [/^\/wizard\/phones?$/, 'user#добавить-абонента'],
  [/^\/wizard\/trunk$/, 'user#подключить-оператора'],
  [/^\/(endpoint|aor|auth|registration|transport|contact|identify|domain_alias|global|system)/, 'user#канальный-драйвер'],
  [/^\/(context|routing)/, 'user#маршрутизация'],
  [/^\/(audio|sound|musiconhold|tone)/, 'user#медиа'],
  [/^\/(cdr|recording|calls$)/, 'user#статистика-звонков'],
  [/^\/(call|debug|story|trace)/, 'user#отладка'],
  [/^\/service/, 'user#управление-службами'],
  [/^\/journal/, 'user#журнал-изменений'],
  [/^\/profile/, 'user#профиль'],
  [/^\/webhook/, 'developer#вебхуки'],
  [/^\/api_user/, 'api'],
  [/^\/manager/, 'manager'],
  [/^\/(settings|users?|groups|acl|features)/, 'user#настройки'],
  [/^\/$/, 'user#главная-страница'],
]
const ENGLISH: Record<string, string> = {
  'добавить-абонента': 'add-a-subscriber',
  'подключить-оператора': 'connect-an-operator',
  'канальный-драйвер': 'channel-driver',
  'маршрутизация': 'routing',
  'медиа': 'media',
  'статистика-звонков': 'call-statistics',
  'отладка': 'debugging',
  'управление-службами': 'services',
  'журнал-изменений': 'journal-of-changes',
  'профиль': 'profile',
  'вебхуки': 'webhooks',
  'настройки': 'settings',
  'главная-страница': 'main-page',
}

/** Where the books tell of this screen. */
export function helpOf(path: string, language: Language): string {
  const place = PLACES.find(([pattern]) => pattern.test(path))?.[1] ?? 'user'
  const [book, anchor] = place.split('#')
  return `/docs/${book}${anchor ? `#${language === 'ru' ? anchor : ENGLISH[anchor]}` : ''}`
}

/** All places that screens lead to: a test looks that the books have them. */
export const helpPlaces = (language: Language): string[] =>
  PLACES.map(([, place]) => {
    const [book, anchor] = place.split('#')
    return `${book}${anchor ? `#${language === 'ru' ? anchor : ENGLISH[anchor]}` : ''}`
  })
