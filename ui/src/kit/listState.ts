// What a list shows is in the URL: search, filters, sort, page, columns. So a link or "back" brings it again.
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { Query } from '@/api/objects.ts'
import { recall, remember } from '@/stores/prefs.ts'

export interface ListState {
  search: ComputedRef<string>
  sort: ComputedRef<string>
  limit: ComputedRef<number>
  after: ComputedRef<string>
  page: ComputedRef<number>
  filters: ComputedRef<Record<string, string>>
  columns: ComputedRef<string[]>
  /** For the station: everything but how it is shown. */
  query: ComputedRef<Query>
  /** The same as text without the page: what a bulk change or an export takes. */
  filter: ComputedRef<string>
  set: (change: Record<string, string | undefined>, keepPage?: boolean) => void
  clear: () => void
}

const SHOWN = ['columns', 'page', 'tab']
const OWN = ['q', 'sort', 'limit', 'after', ...SHOWN]
export const LIMITS = [25, 50, 100, 200]
const LIMIT = 50

const word = (query: LocationQuery, name: string): string => {
  const value = query[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** @param name of the list: its columns and page size are remembered by it */
export function useListState(name: () => string, fixed: () => Query = () => ({})): ListState {
  const route = useRoute()
  const router = useRouter()
  const search = computed(() => word(route.query, 'q'))
  const sort = computed(() => word(route.query, 'sort'))
  const after = computed(() => word(route.query, 'after'))
  const page = computed(() => Math.max(1, Number(word(route.query, 'page')) || 1))
  const limit = computed(() => {
    const asked = Number(word(route.query, 'limit')) || recall(`limit.${name()}`, LIMIT)
    return LIMITS.includes(asked) ? asked : LIMIT
  })
  const columns = computed(() => word(route.query, 'columns').split(',').filter(Boolean))
  const filters = computed(() => {
    const kept: Record<string, string> = {}
    for (const key of Object.keys(route.query)) if (!OWN.includes(key)) kept[key] = word(route.query, key)
    return kept
  })
  const narrowed = computed<Query>(() => ({
    ...fixed(),
    ...filters.value,
    ...(search.value && { q: search.value }),
  }))
  const query = computed<Query>(() => ({
    ...narrowed.value,
    limit: limit.value,
    ...(sort.value && { sort: sort.value }),
    ...(after.value && { after: after.value }),
  }))
  const filter = computed(() => new URLSearchParams(narrowed.value as Record<string, string>).toString())

  function set(change: Record<string, string | undefined>, keepPage = false): void {
    const next: Record<string, string | undefined> = { ...(route.query as Record<string, string>) }
    if (!keepPage) next['after'] = next['page'] = undefined
    for (const [key, value] of Object.entries(change)) next[key] = value
    if (change['limit']) remember(`limit.${name()}`, Number(change['limit']))
    for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key]
    const to = { path: route.path, query: next as Record<string, string>, hash: route.hash }
    // Typing is one step back, turning a page is a step of its own.
    void (change['after'] !== undefined ? router.push(to) : router.replace(to))
  }

  function clear(): void {
    void router.replace({ path: route.path })
  }
  return { search, sort, limit, after, page, filters, columns, query, filter, set, clear }
}
