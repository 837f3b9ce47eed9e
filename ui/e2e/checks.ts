// What the interface must do in a browser. Each check opens pages of its own; faults of console, policy and
// accessibility on any of them fail it. Pictures at 1440 and 390 px are left in the folder of shots.
import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import type { Mock } from '../test/mock.ts'
import { accessibility, openPage, type Watched } from './browser.ts'

export interface Place {
  url: string
  user: string
  password: string
  mock: Mock | null
  shots: string
}
export interface Check {
  needsMock?: boolean
  run: (browser: Browser, place: Place) => Promise<void>
}

export const WIDTHS = [1440, 390]

export async function login(page: Page, place: Place, path = ''): Promise<void> {
  await page.goto(place.url + path)
  await page.getByLabel('Логин').fill(place.user)
  await page.getByLabel('Пароль', { exact: true }).fill(place.password)
  await page.getByRole('button', { name: 'Войти' }).click()
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForURL((url) => !url.pathname.endsWith('/login'), { waitUntil: 'commit' })
}

/** Nothing is wider than the page, no fault, a picture. */
export async function look(watched: Watched, place: Place, name: string): Promise<void> {
  const { page, faults } = watched
  await page.waitForTimeout(300) // the last transition; pictures only
  const width = page.viewportSize()!.width
  await page.screenshot({ path: `${place.shots}/${name}-${width}.png` })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(over <= 0, `${name} at ${width} px is ${over} px too wide`)
  assert.deepEqual(await accessibility(page), [], `${name} at ${width} px: accessibility`)
  assert.deepEqual(faults, [], `${name} at ${width} px: console`)
}

/** One screen at both widths, logged in. */
export const screen =
  (name: string, path: string, act: (page: Page) => Promise<unknown> = (page) => page.locator('h1').first().waitFor(), options = {}) =>
  async (browser: Browser, place: Place): Promise<void> => {
    for (const width of WIDTHS) {
      const watched = await openPage(browser, width, options)
      place.mock?.loginAs(false)
      await login(watched.page, place, path)
      await act(watched.page)
      await look(watched, place, name)
      await watched.page.context().close()
    }
  }

export type Screen = typeof screen

const firstRow = (page: Page) => page.locator('tbody tr').first()
const rows = (page: Page): Promise<unknown> => firstRow(page).waitFor()

async function openFirst(page: Page): Promise<void> {
  await firstRow(page).locator('a').first().click()
  await page.locator('form.app-form').waitFor()
}

export const checks: Record<string, Check> = {
  login: {
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        place.mock?.loginAs(false)
        await watched.page.goto(`${place.url}endpoint?q=user-1`)
        await watched.page.getByLabel('Логин').fill(place.user)
        await watched.page.getByLabel('Пароль', { exact: true }).fill('wrong')
        await watched.page.getByRole('button', { name: 'Войти' }).click()
        await watched.page.getByRole('alert').waitFor()
        await look(watched, place, 'login')
        await watched.page.getByLabel('Пароль', { exact: true }).fill(place.password)
        await watched.page.getByRole('button', { name: 'Войти' }).click()
        await watched.page.waitForURL(/endpoint\?q=user-1/) // the address is kept
        await watched.page.context().close()
      }
    },
  },
  'login-totp': {
    needsMock: true,
    async run(browser, place) {
      place.mock!.reset({ isIn: false, totp: true })
      const watched = await openPage(browser, 1440)
      try {
        await watched.page.goto(place.url)
        await watched.page.getByLabel('Логин').fill(place.user)
        await watched.page.getByLabel('Пароль', { exact: true }).fill(place.password)
        await watched.page.keyboard.press('Enter')
        await watched.page.getByLabel('Код из приложения').fill('123 456')
        await look(watched, place, 'login-totp')
        await watched.page.keyboard.press('Enter')
        await watched.page.getByRole('heading', { name: 'Главная страница' }).waitFor()
      } finally {
        place.mock!.reset({ totp: false })
      }
      await watched.page.context().close()
    },
  },
  recovery: {
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        place.mock?.loginAs(false)
        await watched.page.goto(place.url)
        await watched.page.getByRole('link', { name: 'Забыли пароль?' }).click()
        await watched.page.getByLabel('Логин или адрес почты').fill('nobody')
        await look(watched, place, 'recovery')
        await watched.page.getByRole('button', { name: 'Сбросить пароль' }).click()
        await watched.page.getByText('письмо отправлено').waitFor()
        await watched.page.context().close()
      }
    },
  },
  setup: {
    needsMock: true,
    async run(browser, place) {
      for (const width of WIDTHS) {
        place.mock!.reset({ isNew: true, isIn: false })
        const watched = await openPage(browser, width)
        const { page } = watched
        const next = (): Promise<void> => page.getByRole('button', { name: 'Далее' }).click()
        await page.goto(place.url)
        await next()
        await page.getByLabel('Код установки').fill('1234-5678')
        await page.getByLabel('Пароль администратора').fill('long enough')
        await look(watched, place, 'setup-admin')
        await next()
        await page.getByLabel('Внутренние сети').fill('192.168.0.0/24')
        await next()
        await next()
        await look(watched, place, 'setup-phones')
        await page.getByRole('button', { name: 'Настроить станцию' }).click()
        await page.getByText('kL7-mock-100').waitFor()
        await look(watched, place, 'setup-ready')
        await page.getByRole('button', { name: 'Открыть станцию' }).click()
        await page.getByRole('heading', { name: 'Главная страница' }).waitFor()
        await page.context().close()
      }
    },
  },
  home: { run: screen('home', '', (page) => page.getByText('Активные звонки').first().waitFor()) },
  'home-dark': { run: screen('home-dark', '', (page) => page.getByText('Активные звонки').first().waitFor(), { dark: true }) },
  'home-live': {
    needsMock: true,
    async run(browser, place) {
      const { page } = await openPage(browser, 1440)
      place.mock!.loginAs(false)
      await login(page, place)
      await page.getByText('Активные звонки').first().waitFor()
      while (!place.mock!.listeners.size) await page.waitForTimeout(20)
      place.mock!.setCalls(37)
      await page.getByText('37', { exact: true }).waitFor({ timeout: 1500 })
      place.mock!.setCalls(2)
      await page.context().close()
    },
  },
  list: { run: screen('list', 'endpoint', rows) },
  'list-dark': { run: screen('list-dark', 'endpoint', rows, { dark: true }) },
  'list-filter': {
    run: screen('list-filter', 'endpoint', async (page) => {
      await rows(page)
      await page.getByRole('button', { name: 'Фильтр', exact: true }).click()
      await page.getByLabel('Фильтр: Идентификатор').fill('*-office')
      await page.waitForURL(/id=\*-office/)
      await rows(page)
    }),
  },
  'list-empty': { run: screen('list-empty', 'acl', (page) => page.getByText('Пока пусто').waitFor()) },
  'list-select': {
    needsMock: true,
    run: screen('list-select', 'context', async (page) => {
      await rows(page)
      await firstRow(page).getByRole('checkbox').check()
      await page.getByText('Выбрана 1 строка').waitFor()
      await page.getByRole('button', { name: 'Изменить', exact: true }).click()
      await page.getByRole('dialog').waitFor()
    }),
  },
  'remove-undo': {
    needsMock: true,
    async run(browser, place) {
      const watched = await openPage(browser, 1440)
      const { page } = watched
      place.mock!.loginAs(false)
      await login(page, place, 'transport')
      await rows(page)
      await page.getByRole('button', { name: 'Удалить: transport-udp' }).click()
      await page.getByText('На эту запись ссылаются').waitFor()
      await look(watched, place, 'remove')
      await page.getByRole('button', { name: 'Всё равно удалить' }).click()
      await page.getByText('Удалено: transport-udp').waitFor()
      await page.getByRole('link', { name: 'transport-udp', exact: true }).waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Отменить' }).click()
      await page.getByRole('link', { name: 'transport-udp', exact: true }).waitFor()
      assert.deepEqual(watched.faults, [])
      await page.context().close()
    },
  },
  form: {
    run: screen('form', 'endpoint', async (page) => {
      await rows(page)
      await openFirst(page)
    }),
  },
  'form-all': {
    run: screen('form-all', 'endpoint/new', async (page) => {
      await page.getByRole('button', { name: /Все поля/ }).click()
      await page.getByLabel('Таймеры сессии', { exact: true }).first().waitFor()
    }),
  },
  'form-error': {
    run: screen('form-error', 'aor/new', async (page) => {
      await page.getByLabel('Максимальное количество контактов').fill('-5')
      await page.getByRole('button', { name: 'Сохранить' }).click()
      await page.getByText('Заполните поле').waitFor()
    }),
  },
  'form-guard': {
    async run(browser, place) {
      const { page } = await openPage(browser, 1440)
      place.mock?.loginAs(false)
      await login(page, place, 'context/new')
      await page.getByRole('textbox', { name: 'Описание' }).fill('Ночная')
      await page.getByRole('link', { name: 'Главная страница' }).click()
      await page.getByRole('button', { name: 'Остаться' }).click()
      assert.equal(await page.getByRole('textbox', { name: 'Описание' }).inputValue(), 'Ночная')
      await page.context().close()
    },
  },
  'form-save': {
    needsMock: true,
    async run(browser, place) {
      const watched = await openPage(browser, 1440)
      const { page } = watched
      place.mock!.loginAs(false)
      await login(page, place, 'groups/new')
      await page.getByLabel('Наименование').fill('Ночная смена')
      await page.getByRole('button', { name: 'Сохранить' }).click()
      await page.getByText('Создано').waitFor()
      await page.getByRole('textbox', { name: 'Описание' }).fill('С 20 до 8')
      const uuid = new URL(page.url()).pathname.split('/').at(-1)!
      place.mock!.touch(uuid)
      await page.getByRole('button', { name: 'Сохранить' }).click()
      await page.getByRole('button', { name: 'Записать поверх' }).click()
      await page.getByText('Сохранено').waitFor()
      await page.getByRole('tab', { name: 'История изменений' }).click()
      await page.getByText('С 20 до 8').first().waitFor()
      await look(watched, place, 'revisions')
      await page.context().close()
    },
  },
  references: {
    needsMock: true,
    run: screen('references', 'transport', async (page) => {
      await rows(page)
      await firstRow(page).locator('a').first().click()
      await page.getByRole('tab', { name: 'Где используется' }).click()
      await page.getByRole('link', { name: 'user-100-office' }).waitFor()
    }),
  },
  palette: {
    needsMock: true,
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        const { page } = watched
        place.mock!.loginAs(false)
        await login(page, place)
        await page.keyboard.press('Control+k')
        await page.getByRole('combobox').fill('uhegg') // "групп" in the wrong layout
        await page.getByRole('option', { name: /Группы/ }).waitFor()
        await page.getByRole('combobox').fill('user-104')
        await page.getByRole('option', { name: /user-104-office/ }).first().waitFor()
        await look(watched, place, 'palette')
        await page.keyboard.press('Enter')
        await page.waitForURL(/\/(endpoint|aor)\//)
        await page.context().close()
      }
    },
  },
  calls: { run: screen('calls', 'cdr', rows) },
  profile: { run: screen('profile', 'profile') },
  journal: { run: screen('journal', 'journal') },
  'not-found': { run: screen('not-found', 'no-such-page', (page) => page.getByText('Адрес набран с ошибкой').waitFor()) },
  english: {
    async run(browser, place) {
      const watched = await openPage(browser, 1440)
      const { page } = watched
      place.mock?.loginAs(false)
      await login(page, place, 'endpoint')
      await rows(page)
      await page.getByRole('button', { name: 'Язык' }).click()
      await page.getByText('English').click()
      await page.getByRole('link', { name: 'Main page' }).waitFor()
      await page.getByText('Caller ID').first().waitFor().catch(() => {})
      await look(watched, place, 'english')
      await page.context().close()
    },
  },
  lost: {
    needsMock: true,
    async run(browser, place) {
      const { page } = await openPage(browser, 1440)
      place.mock!.loginAs(false)
      await login(page, place)
      await page.getByText('Активные звонки').first().waitFor()
      await page.context().setOffline(true)
      await page.getByText('Станция не отвечает').or(page.getByText('Проверьте сеть')).first().waitFor()
      await page.screenshot({ path: `${place.shots}/lost-1440.png` })
      await page.context().setOffline(false)
      await page.getByText('Проверьте сеть').first().waitFor({ state: 'detached' })
      await page.context().close()
    },
  },
}
