// Deleting: who refers to the object is said first; undone for ten seconds after.
import { ApiError } from '@/api/http.ts'
import { referencesOf, removeObject, undo } from '@/api/objects.ts'
import type { Reference } from '@/api/types.ts'
import { confirm } from '@/kit/confirm.ts'
import { useToasts } from '@/stores/toasts.ts'
import { t, tryText } from '@/texts/index.ts'

const lines = (references: Reference[]): string[] =>
  references.map((r) => `${tryText('menu', r.type)}: ${r.name}${r.field ? ` (${r.field})` : ''}`)

/** A toast with an undo of that revision. */
export function offerUndo(text: string, revision: number | null, undone: () => void): void {
  const toasts = useToasts()
  if (revision === null) return toasts.say(text)
  toasts.show({
    text,
    kind: 'success',
    action: t('object.undo'),
    act: async () => {
      await undo(revision)
      toasts.say(t('object.undone'))
      undone()
    },
  })
}

/** Ask, delete, offer to undo. @returns whether it is gone */
export async function removeAsking(type: string, uuid: string, name: string, undone: () => void): Promise<boolean> {
  const toasts = useToasts()
  const references = await referencesOf(type, uuid).catch(() => [])
  const asked = {
    title: t('object.removeTitle', { name }),
    help: references.length ? t('object.inUse') : t('object.removeHelp'),
    list: lines(references),
    yes: references.length ? t('object.removeAnyway') : t('list.remove'),
    danger: true,
  }
  if (!(await confirm(asked))) return false
  try {
    const { revision } = await removeObject(type, uuid, references.length > 0)
    offerUndo(t('object.removed', { name }), revision, undone)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 'in-use') {
      const found = lines(await referencesOf(type, uuid).catch(() => [])) // somebody referred to it meanwhile
      if (!(await confirm({ ...asked, help: t('object.inUse'), list: found, yes: t('object.removeAnyway') }))) return false
      const { revision } = await removeObject(type, uuid, true)
      offerUndo(t('object.removed', { name }), revision, undone)
      return true
    }
    toasts.fail(error)
    return false
  }
}
