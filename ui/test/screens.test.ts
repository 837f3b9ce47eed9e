// The generic list and form against the mock.
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answer, question } from '@/kit/confirm.ts'
import ObjectForm from '@/screens/ObjectForm.vue'
import ObjectList from '@/screens/ObjectList.vue'
import { useToasts } from '@/stores/toasts.ts'
import { openPage, type Opened } from './page.ts'

let opened: Opened
const list = async (path: string): Promise<Opened> => (opened = await openPage(ObjectList, '/:type([a-z_]+)', path))
const form = async (path: string): Promise<Opened> => (opened = await openPage(ObjectForm, '/:type([a-z_]+)/:uuid', path))
const rows = (): string[] => opened.wrapper.findAll('tbody tr').map((row) => row.find('a').text())
async function settle(): Promise<void> {
  for (let n = 0; n < 10; n++) {
    await new Promise((resolve) => setImmediate(resolve)) // an answer's body is read outside of promises
    await vi.advanceTimersByTimeAsync(60)
  }
  await flushPromises()
}
const press = async (label: string): Promise<void> => {
  await opened.wrapper.find(`[aria-label="${label}"]`).trigger('click')
  await settle()
}
const input = (column: string) => opened.wrapper.find(`[data-field="${column}"] input`)
const save = async (): Promise<void> => {
  await opened.wrapper.find('form').trigger('submit')
  await settle()
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }))
afterEach(() => {
  opened.wrapper.unmount()
  vi.useRealTimers()
})

describe('a list', () => {
  it('takes all of its state from the URL', async () => {
    await list('/endpoint?sort=-id&limit=25&id=user-1*&columns=id,context')
    expect(rows()).toHaveLength(25)
    expect(rows()[0]).toBe('user-199-office')
    expect(opened.wrapper.findAll('thead tr:first-child th').map((th) => th.text()).filter(Boolean)).toEqual(['Идентификатор', 'Маршрутизация', 'Действия'])
  })
  it('turns pages by cursor, and back', async () => {
    await list('/endpoint?limit=50')
    await press('Следующая страница')
    expect(opened.router.currentRoute.value.query).toMatchObject({ page: '2', after: '50' })
    expect(rows()[0]).toBe('user-150-office')
    await press('Предыдущая страница')
    expect(opened.router.currentRoute.value.query['after']).toBeUndefined()
    expect(rows()[0]).toBe('user-100-office')
  })
  it('sorts by a click: up, down, not', async () => {
    await list('/endpoint')
    const sorts: unknown[] = []
    for (let n = 0; n < 3; n++) {
      await opened.wrapper.find('.app-table-sort').trigger('click')
      await settle()
      sorts.push(opened.router.currentRoute.value.query['sort'])
    }
    expect(sorts).toEqual(['id', '-id', undefined])
  })
  it('searches, and a new search begins at the first page', async () => {
    await list('/endpoint?page=2&after=50')
    await opened.wrapper.find('.app-table-search input').setValue('user-22')
    await settle()
    expect(opened.router.currentRoute.value.query).toEqual({ q: 'user-22' })
    expect(rows()).toHaveLength(10)
  })
  it('says when nothing is found, and what is there when nothing is', async () => {
    await list('/endpoint?q=nobody')
    expect(opened.wrapper.text()).toContain('Ничего не найдено')
    opened.wrapper.unmount()
    await list('/acl')
    expect(opened.wrapper.text()).toContain('Пока пусто')
  })
  it('shows why it could not be loaded, and tries again', async () => {
    await list('/context')
    opened.mock.fail(1)
    await press('Обновить')
    expect(opened.wrapper.find('.app-alert').text()).toContain('Повторите через минуту')
    await press('Обновить')
    expect(opened.wrapper.find('.app-alert').exists()).toBe(false)
  })
  it('deletes after a question and brings back', async () => {
    await list('/musiconhold')
    await press('Удалить: default')
    expect(question.value?.title).toBe('Удалить «default»?')
    answer(true)
    await settle()
    expect(rows()).toEqual([])
    await useToasts().toasts.find((toast) => toast.act)!.act!()
    await settle()
    expect(rows()).toEqual(['default'])
  })
  it('tells who refers to what is to be deleted', async () => {
    await list('/transport')
    await press('Удалить: transport-udp')
    expect(question.value?.list?.[0]).toContain('user-100-office')
    answer(false)
    await settle()
    expect(rows()).toContain('transport-udp')
  })
  it('of a type that is not there is no page', async () => {
    await list('/no_such')
    expect(opened.wrapper.text()).toContain('Страница не найдена')
  })
})

describe('a form', () => {
  const first = (mock: Opened['mock'], type: string): string => mock.rows.get(type)![0]!.uuid
  async function openFirst(type: string): Promise<string> {
    await form(`/${type}/00000000-0000-4000-8000-000000000003`)
    const uuid = first(opened.mock, type)
    await opened.router.push(`/${type}/${uuid}`)
    await settle()
    return uuid
  }

  it('sends what was changed and shows that it is saved', async () => {
    const uuid = await openFirst('context')
    await input('description').setValue('Ночь')
    await save()
    expect(opened.mock.rows.get('context')!.find((i) => i.uuid === uuid)!['description']).toBe('Ночь')
    expect(useToasts().toasts.map((toast) => toast.text)).toContain('Сохранено')
  })
  it('shows errors at their fields, also at those that were not open', async () => {
    await form('/endpoint/new')
    await input('id').setValue('user-100-office')
    await save()
    expect(opened.wrapper.find('[data-field="id"]').text()).toContain('Такое имя уже есть')
    expect(opened.wrapper.find('[data-field="timers_min_se"]').exists()).toBe(false)
    const all = opened.wrapper.findAll('button').find((b) => b.text().startsWith('Все поля'))!
    await all.trigger('click')
    await input('timers_min_se').setValue('5')
    await all.trigger('click')
    await save()
    expect(opened.wrapper.find('[data-field="timers_min_se"]').text()).toContain('число от 90')
  })
  it('asks when somebody else has changed the object, and can write over it', async () => {
    const uuid = await openFirst('context')
    await input('description').setValue('Мой')
    opened.mock.touch(uuid)
    await save()
    expect(question.value?.title).toBe('Запись изменил кто-то другой')
    answer(true)
    await settle()
    expect(opened.mock.rows.get('context')!.find((i) => i.uuid === uuid)!['description']).toBe('Мой')
  })
  it('guards what is not saved', async () => {
    await openFirst('context')
    await input('description').setValue('Не сохранено')
    const leaving = opened.router.push('/elsewhere')
    await settle()
    expect(question.value?.title).toBe('Есть несохранённые изменения')
    answer(false)
    await leaving
    expect(opened.router.currentRoute.value.path).toContain('/context/')
  })
  it('gives a field back its default', async () => {
    const uuid = await openFirst('endpoint')
    await opened.wrapper.find('[data-field="dtmf_mode"] [aria-label^="Вернуть"]').trigger('click')
    await save()
    expect(opened.mock.rows.get('endpoint')!.find((i) => i.uuid === uuid)!['dtmf_mode']).toBeNull()
  })
  it('never shows a secret, and leaves it alone', async () => {
    const uuid = await openFirst('auth')
    expect(input('password').attributes('type')).toBe('password')
    await input('name').setValue('other')
    await save()
    expect(opened.mock.rows.get('auth')!.find((i) => i.uuid === uuid)).toMatchObject({ name: 'other', password: '***' })
  })
})
