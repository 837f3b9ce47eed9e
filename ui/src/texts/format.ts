// Dates, durations, sizes and phone numbers as people write them.
import { language, number, t, tn } from './index.ts'

const date = (text: string): Date | null => {
  const parsed = new Date(text)
  return Number.isNaN(parsed.getTime()) ? null : parsed
}

/** 24.11.2026, 12:30:05 */
export function dateTime(text: string | null | undefined): string {
  const d = text ? date(text) : null
  if (!d) return text ?? ''
  return d.toLocaleString(language.value === 'en' ? 'en-GB' : 'ru', { dateStyle: 'short', timeStyle: 'medium' })
}

/** 1:05:09, 0:42 */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(s / 3600)
  const minutes = Math.floor(s / 60) % 60
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

/** 3 дня 4 ч: the two largest parts. */
export function span(seconds: number): string {
  const days = Math.floor(seconds / 86400)
  const hours = Math.floor(seconds / 3600) % 24
  const minutes = Math.floor(seconds / 60) % 60
  if (days) return `${tn('unit.day', days)} ${t('unit.hour', { n: hours })}`
  if (hours) return `${t('unit.hour', { n: hours })} ${t('unit.minute', { n: minutes })}`
  return minutes ? t('unit.minute', { n: minutes }) : t('unit.second', { n: Math.floor(seconds) })
}

/** 12,5 ГБ */
export function bytes(n: number): string {
  const units = language.value === 'ru' ? ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'] : ['B', 'KB', 'MB', 'GB', 'TB']
  let unit = 0
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024
    unit++
  }
  return `${number(Math.round(n * 10) / 10)} ${units[unit]}`
}

/** 74951234567, 84951234567, +74951234567 as +7 (495) 123-45-67; anything else as it is. */
export function phone(text: string): string {
  const m = /^(?:\+?7|8)(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(text)
  return m ? `+7 (${m[1]}) ${m[2]}-${m[3]}-${m[4]}` : text
}
