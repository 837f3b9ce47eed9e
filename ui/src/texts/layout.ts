// What was meant when the other keyboard layout was on: "ghbdtn" is "привет".
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
const CYRILLIC = 'йцукенгшщзхъфывапролджэячсмитьбюё'

const swap = (text: string, from: string, to: string): string =>
  [...text.toLowerCase()].map((c) => to[from.indexOf(c)] ?? c).join('')

/** The text in the other layout; the same text when it has letters of both, or of none. */
export function otherLayout(text: string): string {
  const hasLatin = /[a-z]/i.test(text)
  const hasCyrillic = /[а-яё]/i.test(text)
  if (hasLatin === hasCyrillic) return text
  return hasLatin ? swap(text, LATIN, CYRILLIC) : swap(text, CYRILLIC, LATIN)
}
