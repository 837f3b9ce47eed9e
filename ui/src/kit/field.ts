// Which widget a field gets, and its value as text and back.
import type { Property, Value } from '@/api/types.ts'

export type Widget = 'switch' | 'select' | 'several' | 'names' | 'name' | 'secret' | 'number' | 'lines' | 'text'

const LISTS = ['names', 'codecs', 'allow', 'disallow', 'nets', 'hosts', 'uris', 'enums']

export function widgetOf(_name: string, property: Property): Widget {
  const kind = property['x-kind']
  if (kind === 'bool' || property.type === 'boolean') return 'switch'
  if (kind === 'secret') return 'secret'
  if (kind === 'enums' && property.items?.enum) return 'several'
  if (kind === 'enum' || (property.enum && kind !== 'enums')) return 'select'
  if (LISTS.includes(kind) || property.type === 'array') return 'names'
  if (property['x-refers']) return 'name'
  if (kind === 'int' || kind === 'seconds') return 'number'
  if (kind === 'vars' || kind === 'rules') return 'lines'
  return 'text'
}

export function toText(value: Value | undefined): string {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** What was typed, as the station takes it; what is no number stays text, and the station says so. */
export function fromText(text: string | null | undefined, property: Property): Value {
  if (text === null || text === undefined || text === '') return null
  const kind = property['x-kind']
  if (kind === 'int' || kind === 'seconds') {
    const n = Number(text.replace(',', '.'))
    return text.trim() !== '' && Number.isFinite(n) ? n : text
  }
  return text
}
