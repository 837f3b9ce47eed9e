// Wizards and books in a browser.
import type { Browser, Page } from 'playwright-core'
import type { Check, Place, Screen } from './checks.ts'

const wizard = (screen: Screen): Record<string, Check> => ({
  'wizard-phone': {
    needsMock: true,
    run: screen('wizard-phone', 'wizard/phone', async (page: Page) => {
      await page.getByLabel('Номер *').fill('x')
      await page.getByRole('button', { name: 'Создать' }).click()
      await page.getByText('Нужен номер из цифр').waitFor()
      await page.getByLabel('Номер *').fill('205')
      await page.getByLabel('Имя абонента').fill('Иванов')
      await page.getByLabel('Маршрутизация').fill('local-office')
      await page.getByRole('button', { name: 'Создать' }).click()
      await page.getByText('kL7-mock-205').waitFor()
    }),
  },
  'wizard-phones': {
    needsMock: true,
    run: screen('wizard-phones', 'wizard/phones', async (page: Page) => {
      await page.getByLabel('С номера').fill('300')
      await page.getByLabel('По номер').fill('304')
      await page.getByRole('button', { name: 'Создать' }).click()
      await page.getByText('kL7-mock-304').waitFor()
    }),
  },
  'wizard-trunk-form': {
    needsMock: true,
    run: screen('wizard-trunk-form', 'wizard/trunk', async (page: Page) => {
      await page.locator('.v-select .v-field').first().click()
      await page.getByRole('option', { name: 'Zadarma' }).click()
      await page.getByLabel('Номер телефона').fill('74951234567')
    }),
  },
  'wizard-trunk': {
    needsMock: true,
    run: screen('wizard-trunk', 'wizard/trunk', async (page: Page) => {
      await page.locator('.v-select .v-field').first().click()
      await page.getByRole('option', { name: 'Zadarma' }).click()
      await page.getByLabel('Номер телефона').fill('74951234567')
      await page.getByLabel('Кому звонить').fill('101')
      await page.getByRole('button', { name: 'Создать' }).click()
      await page.getByText('Оператор не принял имя или пароль').waitFor()
    }),
  },
  docs: {
    run: screen('docs', 'docs/user', async (page: Page) => {
      await page.getByRole('heading', { name: 'Канальный драйвер' }).waitFor()
    }),
  },
  'docs-dark': {
    run: screen('docs-dark', 'docs/problems#in-use', (page: Page) => page.getByRole('heading', { name: 'in-use' }).waitFor(), { dark: true }),
  },
  'docs-search': {
    run: screen('docs-search', 'docs/', async (page: Page) => {
      await page.getByRole('searchbox', { name: 'Поиск по книгам' }).fill('диапазон')
      await page.getByRole('heading', { name: 'Найдено' }).waitFor()
      await page.getByRole('link', { name: 'Добавить абонента' }).first().waitFor()
    }),
  },
  'docs-help': {
    async run(browser: Browser, place: Place) {
      await screen('docs-help', 'journal', async (page: Page) => {
        await page.getByRole('link', { name: 'Справка' }).click()
        await page.waitForURL(/docs\/user#/)
        await page.getByRole('heading', { name: 'Журнал изменений' }).waitFor()
      })(browser, place)
    },
  },
})

export default wizard
