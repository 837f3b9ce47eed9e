// What a form needs beside its fields: what changed, where errors stand, leaving with unsaved changes.
import { onScopeDispose, type Ref } from 'vue'
import type { Problem, Value } from '@/api/types.ts'
import { confirm } from '@/kit/confirm.ts'
import { t } from '@/texts/index.ts'

type Fields = Record<string, Value | undefined>

const same = (a: Value | undefined, b: Value | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** A merge patch: the members that differ, null for what goes back to its default. */
export function difference(before: Fields, after: Fields): Record<string, Value> {
  const patch: Record<string, Value> = {}
  for (const [name, value] of Object.entries(after)) if (!same(before[name], value)) patch[name] = value ?? null
  return patch
}

/** "/callerid" and "/allow/0" belong to fields callerid and allow. */
export function errorsOf(problem: Problem): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { pointer, detail } of problem.errors ?? []) {
    const field = (pointer.split('/')[1] ?? '').replace(/~1/g, '/').replace(/~0/g, '~')
    found[field] = found[field] ? `${found[field]} ${detail}` : detail
  }
  return found
}

/** Closing the window asks by itself; @returns the question for leaving within the interface. */
export function useLeaveGuard(isDirty: Ref<boolean>): () => Promise<boolean> {
  const unload = (event: BeforeUnloadEvent): void => {
    if (isDirty.value) event.preventDefault()
  }
  window.addEventListener('beforeunload', unload)
  onScopeDispose(() => window.removeEventListener('beforeunload', unload))
  return async () =>
    !isDirty.value ||
    confirm({ title: t('form.unsaved'), help: t('form.unsavedHelp'), yes: t('form.leave'), no: t('form.stay') })
}
