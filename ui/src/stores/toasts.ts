// Short messages at the foot of the page; one with an undo stays ten seconds.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiError } from '@/api/http.ts'
import type { Problem } from '@/api/types.ts'

export interface Toast {
  id: number
  text: string
  kind: 'info' | 'success' | 'error'
  action?: string
  act?: () => void | Promise<void>
  problem?: Problem
}

const SHORT_MS = 5000
const LONG_MS = 10000
const MOST = 4

export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let last = 0

  function close(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  function show(toast: Omit<Toast, 'id'>): void {
    const id = ++last
    toasts.value = [...toasts.value, { ...toast, id }].slice(-MOST)
    setTimeout(() => close(id), toast.act || toast.kind === 'error' ? LONG_MS : SHORT_MS)
  }

  const say = (text: string): void => show({ text, kind: 'success' })

  /** Anything thrown: what the station said, with its trace. */
  function fail(error: unknown): void {
    if (error instanceof ApiError) {
      if (error.status === 401) return // the login page says it
      show({ text: error.message, kind: 'error', problem: error.problem })
    } else if (!(error instanceof DOMException && error.name === 'AbortError'))
      show({ text: String(error), kind: 'error' })
  }

  return { toasts, show, say, fail, close }
})
