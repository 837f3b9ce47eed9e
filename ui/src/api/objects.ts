// Objects of any type: list, one, save, remove, several.
import { useSchema } from '@/stores/schema.ts'
import { ask, get, post } from './http.ts'
import type { Item, Page, Reference, Revision } from './types.ts'

export type Query = Record<string, string | number | undefined>

/** Every item has a uuid: where the type has none, the column that its paths name it by. */
export async function listObjects(type: string, query: Query, signal?: AbortSignal): Promise<Page> {
  const page = await get<Page>(`/${type}`, query, signal)
  const key = useSchema().byName.get(type)?.key ?? 'uuid'
  return key === 'uuid' ? page : { ...page, items: page.items.map((item) => ({ ...item, uuid: String(item[key]) })) }
}

export const readObject = (type: string, uuid: string) => ask<Item>(`/${type}/${uuid}`)

export const createObject = (type: string, body: unknown) => ask<Item>(`/${type}`, { method: 'POST', body })

export const changeObject = (type: string, uuid: string, body: unknown, match: string | null) =>
  ask<Item>(`/${type}/${uuid}`, { method: 'PATCH', body, match })

export const removeObject = async (type: string, uuid: string, force = false): Promise<{ revision: number }> =>
  (await ask<{ revision: number }>(`/${type}/${uuid}`, { method: 'DELETE', ...(force && { query: { force: 1 } }) })).body

export interface Bulk {
  uuids?: string[]
  filter?: string
  patch?: Record<string, unknown>
  remove?: boolean
  dry?: boolean
}
export interface BulkAnswer {
  count: number
  revision: number | null
  errors: { uuid?: string; name?: string; detail: string }[]
}
export const changeSeveral = (type: string, body: Bulk): Promise<BulkAnswer> => post(`/${type}/bulk`, body)

export const undo = (revision: number): Promise<unknown> => post(`/revision/${revision}/undo`)

export const referencesOf = async (type: string, uuid: string): Promise<Reference[]> =>
  (await get<{ items: Reference[] }>(`/${type}/${uuid}/references`)).items

export const revisionsOf = async (type: string, uuid: string): Promise<Revision[]> =>
  (await get<{ items: Revision[] }>(`/${type}/${uuid}/revisions`)).items
