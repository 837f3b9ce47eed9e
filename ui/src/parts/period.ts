// Periods in words as dates of the calendar.
export type Period = 'today' | 'yesterday' | 'week' | 'month' | 'any'

const iso = (d: Date): string =>
  `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`

/** First and last day, both included; week and month are the current ones up to today. */
export function period(name: Period, now = new Date()): { from?: string; to?: string } {
  const day = (back: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back)
  if (name === 'any') return {}
  if (name === 'yesterday') return { from: iso(day(1)), to: iso(day(1)) }
  const back = name === 'week' ? (now.getDay() + 6) % 7 : name === 'month' ? now.getDate() - 1 : 0
  return { from: iso(day(back)), to: iso(now) }
}
