// Who is logged in, and the token that every write carries.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { closeEvents } from '@/api/events.ts'
import { ask } from '@/api/http.ts'
import type { Session } from '@/api/types.ts'
import { setLanguage } from '@/texts/index.ts'

export interface Login {
  name: string
  password: string
  code?: string
  remember?: boolean
}

export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const isNew = ref(false) // no user yet: the first start

  function take(s: Session): void {
    session.value = s
    if (s.user.language) setLanguage(s.user.language)
  }

  /** Look once, at the start. */
  async function load(): Promise<void> {
    try {
      take((await ask<Session>('/session', { quiet: true })).body)
    } catch {
      session.value = null
      await lookSetup()
    }
  }

  async function lookSetup(): Promise<void> {
    try {
      isNew.value = (await ask<{ is_needed: boolean }>('/setup', { quiet: true })).body.is_needed
    } catch {
      isNew.value = false
    }
  }

  async function login(body: Login): Promise<void> {
    take((await ask<Session>('/session', { method: 'POST', body, quiet: true })).body)
    isNew.value = false
  }

  async function logout(): Promise<void> {
    await ask('/session', { method: 'DELETE', quiet: true }).catch(() => {})
    forget()
  }

  function forget(): void {
    session.value = null
    closeEvents()
  }

  return { session, isNew, load, login, logout, forget, take }
})
