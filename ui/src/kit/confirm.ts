// A question to the person: await confirm({...}).
import { shallowRef } from 'vue'

export interface Question {
  title: string
  help?: string
  list?: string[]
  yes: string
  no?: string
  danger?: boolean
}

export const question = shallowRef<Question | null>(null)
let settle: ((yes: boolean) => void) | undefined

export function confirm(asked: Question): Promise<boolean> {
  settle?.(false)
  question.value = asked
  return new Promise((resolve) => {
    settle = resolve
  })
}

export function answer(yes: boolean): void {
  question.value = null
  settle?.(yes)
  settle = undefined
}
