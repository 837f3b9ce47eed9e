// Runs the checks of e2e/checks.ts against the mock, or against a station: STATION_URL, STATION_USER, STATION_PASSWORD.
//   node e2e/run.ts [DIST [SHOTS [NAME...]]]     the last line is "N passed, N failed"
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createMock, PASSWORD } from '../test/mock.ts'
import { serve } from '../test/server.ts'
import { latest, openBrowser } from './browser.ts'
import { checks, screen, type Place } from './checks.ts'
import { calls } from './calls.ts'
import media from './media.ts'
import { routing } from './routing.ts'
import wizard from './wizard.ts'

const [dist = 'dist', shots = '/tmp/ui-shots', ...names] = process.argv.slice(2)
mkdirSync(shots, { recursive: true })

const url = process.env['STATION_URL']
const mock = url ? null : createMock()
const server = mock ? await serve(mock, dist, 0) : null
const place: Place = {
  url: url ?? `http://127.0.0.1:${(server!.address() as AddressInfo).port}/pbx/`,
  user: process.env['STATION_USER'] ?? 'admin',
  password: process.env['STATION_PASSWORD'] ?? PASSWORD,
  mock,
  shots,
}

let passed = 0
let failed = 0
const browser = await openBrowser()
for (const [name, check] of Object.entries({ ...checks, ...routing, ...wizard(screen), ...media(screen), ...calls(screen) })) {
  if (names.length && !names.includes(name)) continue
  if (check.needsMock && !mock) continue
  try {
    await check.run(browser, place)
    passed++
    console.log(`ok      ${name}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`)
    console.log(latest?.seen.slice(-20).join('\n'))
    await latest?.page.screenshot({ path: `${shots}/failed-${name}.png`, timeout: 5000 }).catch(() => {})
  }
}
await browser.close()
server?.closeAllConnections()
server?.close()
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed || !passed ? 1 : 0
