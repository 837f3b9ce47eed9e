// Schemas for the mock: the station's own tables of fields, as the generated pages docs/*/fields.md tell them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Property, Schema } from '../src/api/types.ts'

const WORDS: [RegExp, string][] = [
  [/^yes (or|или) no$/, 'bool'],
  [/^(число|a number) /, 'int'],
  [/^(секунды|seconds)/, 'seconds'],
  [/^(одно из|one of): /, 'enum'],
  [/^(через запятую из|comma separated, of): /, 'enums'],
  [/^(кодеки|codecs)/, 'codecs'],
  [/^(имена через|names|comma)/, 'names'],
  [/^(секрет|secret)/, 'secret'],
]
const BASIC = ['id', 'name', 'description', 'transport', 'aors', 'auth', 'context', 'allow', 'callerid', 'direct_media',
  'dtmf_mode', 'max_contacts', 'qualify_frequency', 'contact', 'auth_type', 'password', 'username', 'bind', 'protocol', 'group_uuid',
  'server_uri', 'client_uri', 'outbound_auth', 'mode', 'directory', 'secret']
const REFERS: Record<string, string> = {
  aors: 'aor', auth: 'auth', outbound_auth: 'auth', context: 'context', transport: 'transport', moh_suggest: 'musiconhold', group_uuid: 'groups',
}
const READ_ONLY = ['cdr', 'contact', 'sound']

function kindOf(column: string, values: string): string {
  if (column === 'password' || column === 'secret' || column === 'md5_cred') return 'secret'
  return WORDS.find(([pattern]) => pattern.test(values))?.[1] ?? 'text'
}

function property(type: string, cells: string[]): Property {
  const [name = '', title = '', values = '', byDefault = '', obeyed = '', help = ''] = cells
  const column = name.replace(/`/g, '')
  const kind = kindOf(column, values)
  const choices = /: (.*)$/.exec(values)?.[1]?.split(', ')
  const range = /(\d+)\D+(\d+)/.exec(values)
  const later = /^(?:пока нет|not yet)[;,:] (.*)$/.exec(obeyed)?.[1]
  const array = kind === 'enums' || kind === 'names' || kind === 'codecs'
  return {
    title,
    description: help,
    type: kind === 'bool' ? 'boolean' : kind === 'int' ? 'integer' : array ? 'array' : 'string',
    ...(kind === 'enum' && choices && { enum: choices }),
    ...(kind === 'enums' && choices && { items: { type: 'string', enum: choices } }),
    ...(kind === 'int' && range && { minimum: Number(range[1]), maximum: Number(range[2]) }),
    ...(byDefault && { default: kind === 'bool' ? byDefault === 'yes' : array ? byDefault.split(',') : kind === 'int' ? Number(byDefault) : byDefault }),
    ...(READ_ONLY.includes(type) && { readOnly: true }),
    'x-kind': kind,
    'x-option': column,
    'x-basic': BASIC.includes(column),
    ...(REFERS[column] && { 'x-refers': REFERS[column] }),
    ...(later && { 'x-later': later }),
  }
}

export interface Described {
  label: string
  help: string
  schema: Schema
}

/** @param tables type by table: ps_endpoints -> endpoint */
export function readFields(language: string, tables: Map<string, string>): Map<string, Described> {
  const text = readFileSync(join(import.meta.dirname, `../../docs/${language}/fields.md`), 'utf8')
  const found = new Map<string, Described>()
  for (const part of text.split(/^## /m).slice(1)) {
    const [, table = '', label = ''] = /^`(\w+)` - (.*)$/m.exec(part) ?? []
    const type = tables.get(table)
    if (!type) continue
    const lines = part.split('\n')
    const help = lines.slice(1).find((line) => line && !line.startsWith('|')) ?? ''
    const properties: Schema['properties'] = {}
    for (const line of lines.filter((l) => l.startsWith('| `'))) {
      const cells = line.split('|').slice(1, -1).map((cell) => cell.trim().replace(/\s+/g, ' '))
      const column = (cells[0] ?? '').replace(/`/g, '')
      if (column !== 'uuid') properties[column] = property(type, cells)
    }
    const required = properties['id'] ? ['id'] : properties['name'] ? ['name'] : []
    found.set(type, { label, help, schema: { title: label, description: help, required, properties } })
  }
  return found
}
