// The routing editor in a browser: edited, checked, tried, saved. STATION_ROUTING names another context.
import assert from 'node:assert/strict'
import type { Check } from './checks.ts'
import { login, look, WIDTHS } from './checks.ts'
import { openPage } from './browser.ts'

const context = process.env['STATION_ROUTING'] ?? 'local-office'
const dialled = process.env['STATION_ROUTING_EXTEN'] ?? '100'

export const routing: Record<string, Check> = {
  routing: {
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        const { page } = watched
        place.mock?.loginAs(false)
        await login(page, place, `routing/${context}`)
        await page.getByRole('listitem').filter({ hasText: 'Dial(' }).first().getByRole('button', { name: /^Изменить: / }).click()
        await page.getByLabel('timeout').first().waitFor()
        await page.getByLabel('Набранный номер').fill(dialled)
        await page.getByRole('button', { name: 'Проверить' }).click()
        await page.getByText('пройден').first().waitFor()
        await page.getByText('DIALSTATUS=').first().waitFor() // what is said of a step
        await look(watched, place, 'routing')
        await page.context().close()
      }
    },
  },
  'routing-graph': {
    async run(browser, place) {
      for (const width of WIDTHS) {
        const watched = await openPage(browser, width)
        const { page } = watched
        place.mock?.loginAs(false)
        await login(page, place, `routing/${context}`)
        await page.getByRole('tab', { name: 'Схема' }).click()
        const graph = page.getByRole('group', { name: 'Схема маршрутизации' })
        await graph.locator('path.graph-way').first().waitFor({ state: 'attached' }) // the station has been asked
        const boxes = await Promise.all((await graph.getByRole('button').all()).map((b) => b.boundingBox()))
        for (const [i, a] of boxes.entries())
          for (const b of boxes.slice(i + 1))
            assert.ok(!a || !b || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y, 'two steps lie over one another')
        await look(watched, place, 'routing-graph')
        await graph.getByRole('button', { name: /Dial\(/ }).first().click()
        await page.getByLabel('timeout').first().waitFor() // its form is open
        assert.deepEqual(watched.faults, [])
        await page.context().close()
      }
    },
  },
  'routing-save': {
    async run(browser, place) {
      const watched = await openPage(browser, 1440)
      const { page } = watched
      place.mock?.loginAs(false)
      await login(page, place, `routing/${context}`)
      const first = page.getByRole('list', { name: /^Шаги маршрутизации/ }).first()
      await first.getByRole('button', { name: /^Повторить: .*шаг 1$/ }).click()
      await page.getByText('Есть несохранённые изменения').or(page.getByText(/[Нн]есохран/)).first().waitFor()
      await first.getByRole('button', { name: /^Ниже: .*шаг 1$/ }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: 'Главная страница' }).click() // the guard asks
      await page.getByRole('button', { name: 'Остаться' }).click()
      await page.getByRole('button', { name: 'Сохранить' }).click()
      await page.getByText('Маршрутизация сохранена').waitFor()
      await first.getByRole('button', { name: /^Удалить: .*шаг 2$/ }).click()
      await page.getByRole('button', { name: 'Сохранить' }).click()
      await page.getByRole('button', { name: 'Сохранить', disabled: true }).waitFor()
      await page.getByRole('tab', { name: 'Текст' }).click()
      await page.getByLabel(/^Маршрутизация текстом/).fill('exten => 100,1,Dail(PJSIP/100)\nwhat')
      await page.getByText('Строка 2 не понята').waitFor()
      await page.getByLabel(/^Маршрутизация текстом/).fill('exten => 100,1,Dail(PJSIP/100)')
      await page.getByRole('tab', { name: 'Шаги' }).click()
      await page.getByText('Нет такого приложения').first().waitFor()
      await look(watched, place, 'routing-check')
      assert.deepEqual(watched.faults, [])
      await page.context().close()
    },
  },
}
