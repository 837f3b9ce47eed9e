// Types that the user may read, and their JSON schemas: asked once per language.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { get } from '@/api/http.ts'
import type { Schema, TypeRow } from '@/api/types.ts'
import { language } from '@/texts/index.ts'

export const useSchema = defineStore('schema', () => {
  const types = ref<TypeRow[]>([])
  const spoken = ref('')
  let schemas = new Map<string, Promise<Schema>>()

  const byName = computed(() => new Map(types.value.map((type) => [type.name, type])))

  async function load(): Promise<void> {
    if (spoken.value === language.value) return
    const now = language.value
    types.value = (await get<{ types: TypeRow[] }>('/schema')).types
    schemas = new Map()
    spoken.value = now
  }

  function schemaOf(type: string): Promise<Schema> {
    const kept = schemas.get(type)
    if (kept) return kept
    const asked = get<Schema>(`/schema/${type}`)
    schemas.set(type, asked)
    asked.catch(() => schemas.delete(type))
    return asked
  }

  function forget(): void {
    types.value = []
    spoken.value = ''
  }

  return { types, byName, load, schemaOf, forget }
})
