// A page of the application in a unit test: the mock answers its fetch.
import { createPinia, setActivePinia } from 'pinia'
import { mount, flushPromises, type VueWrapper } from '@vue/test-utils'
import { vi } from 'vitest'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { BASE, setHooks } from '@/api/http.ts'
import { installKit } from '@/kit/vuetify.ts'
import { useSchema } from '@/stores/schema.ts'
import { i18n, setLanguage } from '@/texts/index.ts'
import { createMock, type Mock } from './mock.ts'

export interface Opened {
  wrapper: VueWrapper
  router: Router
  mock: Mock
}

/** fetch() goes to the mock. */
export function answerBy(mock: Mock): void {
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, 'http://mock')
    const answer = mock.handle({
      method: init.method ?? 'GET',
      path: url.pathname.slice(BASE.length),
      query: url.searchParams,
      headers: Object.fromEntries([...new Headers(init.headers)].map(([name, value]) => [name.toLowerCase(), value])),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    })
    const text = answer.body === undefined ? null : JSON.stringify(answer.body)
    return new Response(text, { status: answer.status, ...(answer.headers && { headers: answer.headers }) })
  })
}

export async function openPage(component: Component, pattern: string, path: string, mock = createMock({ isIn: true })): Promise<Opened> {
  answerBy(mock)
  setLanguage('ru')
  setHooks({ csrf: () => 'mock-token', language: () => 'ru', loginWanted: () => {}, passwordWanted: () => {}, unreachable: () => ({ title: 'нет связи', detail: '' }) })
  const pinia = createPinia()
  setActivePinia(pinia)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: pattern, component },
      { path: '/:rest(.*)*', component: { template: '<p>elsewhere</p>' } },
    ],
  })
  await router.push(path)
  await useSchema().load()
  const wrapper = mount({ template: '<router-view />' }, {
    global: { plugins: [pinia, i18n, router, { install: installKit }] },
    attachTo: document.body,
  })
  await flushPromises()
  await flushPromises()
  return { wrapper, router, mock }
}
