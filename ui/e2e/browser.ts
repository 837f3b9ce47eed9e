// A browser for tests: Debian's Chromium, what the console and the policy said, faults of accessibility.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Watched {
  page: Page
  /** answers of the API and addresses, in their order: what a check that failed had seen */
  seen: string[]
  /** console errors, exceptions, reports of the security policy */
  faults: string[]
}

/** The page opened last: what a check that fails was looking at. */
export let latest: Watched | null = null

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', headless: true, args: FLAGS })

export async function openPage(browser: Browser, width: number, options: { dark?: boolean; language?: string } = {}): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    locale: options.language ?? 'ru-RU',
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: true,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30000) // the machine may be busy with other tests
  const faults: string[] = []
  const seen: string[] = []
  page.on('framenavigated', (frame) => seen.push(frame.url()))
  page.on('request', (request) => request.url().includes('/api/') && seen.push(`${request.method()} ${request.url()}`))
  page.on('response', (answer) => answer.url().includes('/api/') && seen.push(`${answer.status()} ${answer.url()}`))
  page.on('console', (message) => {
    // A refused request is an answer, not a fault: the page shows it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  return (latest = { page, faults, seen })
}

interface Fault {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

/** Serious and critical faults; runs in the debugger's world, where the page's policy does not reach. */
export async function accessibility(page: Page): Promise<string[]> {
  const client = await page.context().newCDPSession(page)
  await client.send('Runtime.evaluate', { expression: axe })
  const { result } = await client.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await client.detach()
  const found = JSON.parse(String(result.value)) as Fault[]
  return found
    .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
    .flatMap((fault) => fault.nodes.slice(0, 3).map((node) => `${fault.id}: ${node.html.slice(0, 200)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`))
}
