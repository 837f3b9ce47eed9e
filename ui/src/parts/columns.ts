// Columns of a list from the type's schema.
import type { Item, Property, Schema, TypeRow } from '@/api/types.ts'
import type { Column } from '@/kit/table.ts'
import { t } from '@/texts/index.ts'

const UNSHOWN = ['secret']

function columnOf(name: string, property: Property): Column {
  const kind = property['x-kind']
  const choices =
    kind === 'bool'
      ? [
          { title: t('list.yes'), value: 'true' },
          { title: t('list.no'), value: 'false' },
        ]
      : property.enum?.map((word) => ({ title: word, value: word }))
  return { name, title: property.title, kind, ...(choices && { choices }) }
}

export const LIVE = 'live'

/** All that can be shown; the name of the object first. */
export function columnsOf(type: TypeRow, schema: Schema): Column[] {
  const names = Object.keys(schema.properties).filter(
    (name) => name !== 'uuid' && !UNSHOWN.includes(schema.properties[name]!['x-kind']),
  )
  const first = [type.id, ...names.filter((name) => name !== type.id)].filter((name) => schema.properties[name])
  return first.map((name) => columnOf(name, schema.properties[name]!))
}

export function shownOf(type: TypeRow, columns: Column[]): string[] {
  const listed = type.listed.filter((name) => columns.some((column) => column.name === name))
  const names = listed.length ? listed : columns.slice(0, 5).map((column) => column.name)
  return names.includes(type.id) ? names : [type.id, ...names]
}

export const nameOf = (type: TypeRow | undefined, item: Item): string =>
  String((type && item[type.id]) || item['name'] || item.uuid)
