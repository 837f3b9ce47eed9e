// What AppTable shows: columns, and how a value becomes text.
import { number, t } from '@/texts/index.ts'
import { dateTime } from '@/texts/format.ts'
import type { Choice } from './choice.ts'

export interface Column {
  name: string
  title: string
  sortable?: boolean
  filterable?: boolean
  choices?: Choice[]
  kind?: string
  class?: string
  /** instead of the member of that name */
  value?: (row: Record<string, unknown>) => unknown
}

/** Rows picked one by one, or all that the list's filter matches. */
export interface Selection {
  count: number
  uuids?: string[]
  filter?: string
}

export function show(value: unknown, kind = ''): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? t('list.yes') : t('list.no')
  if (Array.isArray(value)) return value.join(', ')
  if (kind === 'wall') return dateTime(typeof value === 'number' ? new Date(value * 1000).toISOString() : String(value))
  if (typeof value === 'number') return kind === 'int' ? String(value) : number(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

export function textOf(row: unknown, column: Column): string {
  const object = row as Record<string, unknown>
  return show(column.value ? column.value(object) : object[column.name], column.kind)
}
