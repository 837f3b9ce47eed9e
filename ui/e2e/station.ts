// The pages' half of tests/e2e/ui.sh: one administrator from the first start on, at a real station with real phones.
// What it sees stands in FOLDER/facts, what was done outside in FOLDER/orders.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { accessibility, openBrowser, openPage, type Watched } from './browser.ts'

const url = process.env['STATION_URL']!
const folder = process.env['FOLDER']!
const shots = process.env['SHOTS'] ?? '/tmp/ui-shots'
const PASSWORD = 'correct horse'
const ANOTHER = 'another battery'
mkdirSync(shots, { recursive: true })

const tell = (fact: string): void => appendFileSync(`${folder}/facts`, `${fact}\n`)
async function ordered(word: string): Promise<string> {
  for (;;) {
    const line = readFileSync(`${folder}/orders`, 'utf8').split('\n').find((l) => l === word || l.startsWith(`${word} `))
    if (line) return line.slice(word.length + 1)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function look({ page, faults }: Watched, name: string): Promise<void> {
  await page.waitForTimeout(300) // the last transition; pictures only
  await page.screenshot({ path: `${shots}/${name}-${page.viewportSize()!.width}.png` })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(over <= 0, `${name} is ${over} px too wide`)
  assert.deepEqual(await accessibility(page), [], `${name}: accessibility`)
  assert.deepEqual(faults, [], `${name}: console`)
}

async function setUp(watched: Watched): Promise<void> {
  const { page } = watched
  const next = (): Promise<void> => page.getByRole('button', { name: 'Далее' }).click()
  await page.goto(url)
  await next()
  await page.getByLabel('Код установки').fill('aaaaa-bbbbb-cc')
  await page.getByLabel('Пароль администратора').fill(PASSWORD)
  await page.getByLabel('Почта').fill('admin@example.com')
  await next()
  await page.getByLabel('Внутренние сети').fill('127.0.0.0/8')
  await next()
  await page.getByLabel('Сервер оператора').fill('127.0.0.2')
  await page.getByLabel('Номер', { exact: true }).fill('74951234567')
  await page.getByLabel('Пароль', { exact: true }).fill('secret of the carrier')
  await next()
  await page.getByLabel('Последний номер').fill('103')
  await page.getByRole('button', { name: 'Настроить станцию' }).click()
  await page.getByText('Код неверен').first().waitFor() // and the page goes back to where it stands
  await page.getByLabel('Код установки').fill(process.env['CODE']!)
  for (let n = 0; n < 3; n++) await next()
  await page.getByRole('button', { name: 'Настроить станцию' }).click()
  await page.getByText('В город').waitFor()
  await look(watched, 'real-ready')
  for (const row of await page.locator('tbody tr').all()) {
    const [number, password] = await row.locator('td').allInnerTexts()
    tell(`phone ${number} ${password}`)
  }
  await page.getByRole('button', { name: 'Открыть станцию' }).click()
  await page.getByText('Активные звонки').first().waitFor()
  tell('ready')
}

const tile = (page: Page, title: string) => page.locator('.home-tiles > *').filter({ hasText: title })

/** What streams of events say of the engine, from now on; the answer waits until it was said. */
async function hearEngine(page: Page): Promise<(isThere: boolean) => Promise<unknown>> {
  await page.evaluate(async (address) => {
    const heard: boolean[] = []
    Object.assign(window, { heard })
    const source = new EventSource(address)
    source.addEventListener('engine', (event) => heard.push((JSON.parse(event.data as string) as { is_there: boolean }).is_there))
    await new Promise((resolve) => (source.onopen = resolve))
  }, `${url}api/v1/events?topics=call`)
  return (isThere) => page.waitForFunction((word) => (window as unknown as { heard: boolean[] }).heard.includes(word), isThere)
}

async function home(watched: Watched): Promise<void> {
  const { page } = watched
  await ordered('registered')
  await tile(page, 'Контакты').getByText('2', { exact: true }).waitFor()
  tell('online 2')
  await tile(page, 'Активные звонки').getByText('1', { exact: true }).waitFor()
  const engine = await hearEngine(page)
  tell('call-seen')
  await look(watched, 'real-home')
  await engine(false)
  tell('engine-lost')
  await engine(true) // in some 20 ms: the strip may be too short for an eye, what counts is that the page goes on
  await tile(page, 'Активные звонки').getByText('1', { exact: true }).waitFor()
  tell('engine-back')
  await ordered('recorded')
  await page.goto(`${url}calls`)
  const rows = page.getByRole('list', { name: 'Активные звонки' }).getByRole('listitem')
  await rows.getByText('записывается').waitFor()
  await look(watched, 'real-calls')
  tell('listed')
  await ordered('ended')
  await page.getByText('Сейчас никто не звонит').waitFor()
  await card(watched)
  await page.goto(url)
  await tile(page, 'Активные звонки').getByText('0', { exact: true }).waitFor()
}

/** The call that has just ended, found in the statistics, its recording played. */
async function card(watched: Watched): Promise<void> {
  const { page } = watched
  await page.goto(`${url}cdr`)
  await page.locator('tbody tr').first().getByRole('link').first().click()
  await page.getByRole('heading', { name: /^Звонок/ }).waitFor()
  await page.locator('canvas').first().waitFor()
  await page.getByRole('button', { name: 'Слушать' }).first().click()
  await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 0.5)
  await page.getByRole('button', { name: 'Пауза' }).first().click()
  const wav = await page.request.get(new URL((await page.getByRole('link', { name: 'Скачать WAV' }).getAttribute('href'))!, url).href)
  assert.ok(wav.ok() && (await wav.body()).subarray(0, 4).toString() === 'RIFF')
  assert.ok(/attachment/.test(wav.headers()['content-disposition'] ?? ''))
  await look(watched, 'real-card')
  tell('played')
}

/** RFC 6238: the code of now, or of the step after. */
function codeOf(secret: string, step: number): string {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((b) => Number.parseInt(b, 2)))
  const count = Buffer.alloc(8)
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + step))
  const sum = createHmac('sha1', key).update(count).digest()
  const at = sum[19]! & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0')
}

async function enter(page: Page, password: string): Promise<void> {
  await page.getByLabel('Логин').fill('admin')
  await page.getByLabel('Пароль', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Войти' }).click()
}

async function codes(watched: Watched): Promise<void> {
  const { page } = watched
  await page.goto(`${url}profile`)
  await page.getByLabel('Ваш пароль', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Включить' }).click()
  await page.getByRole('img', { name: 'QR-код ключа' }).waitFor()
  await look(watched, 'real-totp')
  const secret = await page.locator('code').first().innerText()
  await page.getByLabel('Код из приложения').fill(codeOf(secret, 0))
  await page.getByRole('button', { name: 'Подтвердить' }).click()
  await page.getByRole('button', { name: 'Выключить' }).waitFor()
  await page.context().clearCookies()
  await page.goto(url)
  await enter(page, PASSWORD)
  await page.getByLabel('Код из приложения').fill(codeOf(secret, 1)) // each code once
  await page.keyboard.press('Enter')
  await page.getByText('Активные звонки').first().waitFor()
  await page.goto(`${url}profile`)
  await page.getByLabel('Ваш пароль', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Выключить' }).click()
  await page.getByRole('button', { name: 'Включить' }).waitFor()
  tell('totp-works')
}

async function recovery(watched: Watched): Promise<void> {
  const { page } = watched
  await page.context().clearCookies()
  await page.goto(`${url}recovery`)
  await page.getByLabel('Логин или адрес почты').fill('admin')
  await page.getByRole('button', { name: 'Сбросить пароль' }).click()
  await page.getByText('письмо отправлено').waitFor()
  tell('letter')
  const token = await ordered('link')
  await page.goto('about:blank')
  await page.goto(`${url}recovery#${token}`)
  await page.locator('input[type=password]').nth(0).fill(ANOTHER)
  await page.locator('input[type=password]').nth(1).fill(ANOTHER)
  await look(watched, 'real-recovery')
  await page.locator('button[type=submit]').click()
  await page.waitForURL(/\/login/, { waitUntil: 'commit' })
  await enter(page, ANOTHER)
  await page.getByText('Активные звонки').first().waitFor()
  tell('recovered')
}

/** Every page of the menu, at both widths and in both languages. */
async function screens(watched: Watched): Promise<void> {
  const { page } = watched
  const { types } = (await (await page.request.get(`${url}api/v1/schema`)).json()) as { types: { name: string; may_write: boolean; is_single: boolean }[] }
  const paths = ['', 'profile', 'journal', ...types.filter((type) => !type.is_single).map((type) => type.name)]
  for (const language of ['ru', 'en']) {
    await page.evaluate((l) => localStorage.setItem('station.language', JSON.stringify(l)), language)
    for (const path of paths) {
      await page.setViewportSize(language === 'ru' ? { width: 1440, height: 900 } : { width: 390, height: 844 })
      await page.goto(url + path)
      await page.locator('h1').first().waitFor()
      await look(watched, `real-${path || 'home'}-${language}`)
    }
  }
}

let passed = 0
let failed = 0
const browser = await openBrowser()
const watched = await openPage(browser, 1440)
for (const part of [setUp, home, codes, recovery, screens]) {
  try {
    await part(watched)
    passed++
    console.log(`ok      ${part.name}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${part.name}: ${error instanceof Error ? error.message : String(error)}`)
    await watched.page.screenshot({ path: `${shots}/real-failed-${part.name}.png` }).catch(() => {})
    break // each stands on the one before
  }
}
await browser.close()
tell('done')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
