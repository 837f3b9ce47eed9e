// Calls in a browser: the card of one, those under way.
import assert from 'node:assert/strict'
import type { Check, Screen } from './checks.ts'
import { login, look, WIDTHS } from './checks.ts'
import { openPage } from './browser.ts'

export const calls = (screen: Screen): Record<string, Check> => ({
  'call-card': {
    needsMock: true,
    run: screen('call-card', 'cdr/7', async (page) => {
      await page.getByRole('heading', { name: /^Звонок \+7 \(495\) 123-45-67/ }).waitFor()
      await page.getByRole('button', { name: 'Слушать' }).waitFor()
      const mp3 = await page.getByRole('link', { name: 'Скачать MP3' }).getAttribute('href')
      assert.match(mp3 ?? '', /\/recording\/r-1\/audio\?format=mp3&download=1$/)
      await page.getByText('конец: обычное завершение').waitFor()
      await page.getByText('3 (0.1 %)').waitFor()
    }),
  },
  'calls-now': {
    needsMock: true,
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        const { page } = watched
        place.mock!.loginAs(false)
        await login(page, place, 'calls')
        const list = page.getByRole('list', { name: 'Активные звонки' })
        await list.getByRole('listitem').nth(width === 1440 ? 1 : 0).waitFor()
        await look(watched, place, 'calls-now')
        await list.getByRole('button', { name: /^Перевести: / }).first().click()
        await page.getByLabel('Расширение (номер)').fill('200')
        await look(watched, place, 'calls-redirect')
        await page.getByRole('button', { name: 'Перевести', exact: true }).click()
        await page.getByText('Вызов переведён').waitFor()
        const before = await list.getByRole('listitem').count()
        await list.getByRole('button', { name: /^Завершить: / }).first().click()
        await page.getByRole('button', { name: 'Завершить', exact: true }).click()
        await page.getByText('Вызов завершён').waitFor()
        await page.waitForFunction((n) => document.querySelectorAll('.active-calls li').length < n, before)
        assert.deepEqual(watched.faults, [])
        await page.context().close()
      }
    },
  },
})
