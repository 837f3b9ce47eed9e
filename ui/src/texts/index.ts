// The language in use: texts by key, plurals. A wrong key is a type error.
import { computed, type WritableComputedRef } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Language } from '@/api/types.ts'
import { recall, remember } from '@/stores/prefs.ts'
import en from './en.ts'
import ru, { type TextKey } from './ru.ts'

export type { TextKey }

/** один, два, пять: which of three forms. */
export function russianForm(n: number): number {
  const ones = n % 10
  const tens = Math.floor(n / 10) % 10
  if (tens === 1 || ones === 0 || ones > 4) return 2
  return ones === 1 ? 0 : 1
}

function firstLanguage(): Language {
  const kept = recall<string>('language', '')
  if (kept === 'ru' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'ru'
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'ru',
  messages: { ru, en },
  pluralRules: { ru: (n: number) => russianForm(n), en: (n: number) => (n === 1 ? 0 : 1) },
})

const locale = i18n.global.locale as unknown as WritableComputedRef<Language>

export const language = computed<Language>(() => locale.value)

export function setLanguage(to: Language): void {
  locale.value = to
  remember('language', to)
  document.documentElement.lang = to
}

type Words = Record<string, string | number>

/** The text of a key, with {words} put in. */
export const t = (key: TextKey, words: Words = {}): string => i18n.global.t(key, words)

/** The form for n of a text with plurals. */
export const tn = (key: TextKey, n: number, words: Words = {}): string =>
  i18n.global.t(key, { n: number(n), ...words }, { plural: n })

/** A text whose key is made of data: the data itself when there is none. */
export function tryText(prefix: string, word: string): string {
  const key = `${prefix}.${word}`
  return i18n.global.te(key, 'ru') ? i18n.global.t(key) : word
}

export const number = (n: number): string => n.toLocaleString(language.value)
