// Words, numbers, dates.
import { describe, expect, it } from 'vitest'
import en from '@/texts/en.ts'
import { bytes, clock, phone, span } from '@/texts/format.ts'
import { russianForm, setLanguage, t, tn } from '@/texts/index.ts'
import { otherLayout } from '@/texts/layout.ts'
import ru from '@/texts/ru.ts'
import { period } from '@/parts/period.ts'

const words = (texts: object): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as [string, string]] : words(value as object).map(([k, v]) => [`${key}.${k}`, v] as [string, string]),
  )
const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('texts', () => {
  it('are the same keys with the same holes in both languages', () => {
    const english = new Map(words(en))
    for (const [key, text] of words(ru)) expect(holes(english.get(key) ?? 'missing'), key).toEqual(holes(text))
    expect(english.size).toBe(words(ru).length)
  })
  it('have three Russian forms and two English ones', () => {
    for (const [key, text] of words(ru).filter(([, v]) => v.includes(' | '))) {
      expect(text.split(' | '), key).toHaveLength(3)
      expect(new Map(words(en)).get(key)!.split(' | '), key).toHaveLength(2)
    }
  })
  it('count', () => {
    expect([1, 2, 5, 11, 12, 21, 22, 25, 111].map(russianForm)).toEqual([0, 1, 2, 2, 2, 0, 1, 2, 2])
    setLanguage('ru')
    expect(tn('list.selected', 21)).toBe('Выбрана 21 строка')
    expect(tn('list.selected', 14)).toBe('Выбрано 14 строк')
    setLanguage('en')
    expect(tn('list.selected', 1)).toBe('1 row selected')
    expect(t('list.add')).toBe('Add')
    setLanguage('ru')
  })
})

describe('formats', () => {
  it.each([
    ['74951234567', '+7 (495) 123-45-67'],
    ['84951234567', '+7 (495) 123-45-67'],
    ['+74951234567', '+7 (495) 123-45-67'],
    ['100', '100'],
    ['4951234567', '4951234567'],
    ['749512345678', '749512345678'],
  ])('phone %s', (from, to) => expect(phone(from)).toBe(to))
  it('durations', () => {
    expect([0, 42, 65, 3909].map(clock)).toEqual(['0:00', '0:42', '1:05', '1:05:09'])
    expect(span(277000)).toBe('3 дня 4 ч')
    expect(bytes(1536)).toBe('1,5 КБ')
  })
  it('periods', () => {
    const sunday = new Date(2026, 10, 1)
    expect(period('today', sunday)).toEqual({ from: '2026-11-01', to: '2026-11-01' })
    expect(period('yesterday', sunday)).toEqual({ from: '2026-10-31', to: '2026-10-31' })
    expect(period('week', sunday)).toEqual({ from: '2026-10-26', to: '2026-11-01' })
    expect(period('month', sunday)).toEqual({ from: '2026-11-01', to: '2026-11-01' })
    expect(period('any', sunday)).toEqual({})
  })
  it('the other keyboard layout', () => {
    expect(otherLayout('uhegg')).toBe('групп')
    expect(otherLayout('гыук')).toBe('user')
    expect(otherLayout('100')).toBe('100')
    expect(otherLayout('user тест')).toBe('user тест')
  })
})
