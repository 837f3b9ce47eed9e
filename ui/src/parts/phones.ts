// What a phone must be told, and passwords as a file: they are shown once.
import { listObjects } from '@/api/objects.ts'

export interface MadePhone {
  number: string
  password: string
  uuid: string
}

const SIP_PORT = '5060'

/** The port of "0.0.0.0:5060", "[::]:5060", "192.0.2.1". */
export const portOf = (bind: unknown): string => /:(\d+)$/.exec(String(bind ?? ''))?.[1] ?? SIP_PORT

/** Where phones register: this station, as the browser knows it. */
export async function phoneServer(): Promise<{ server: string; port: string }> {
  const server = location.hostname
  try {
    const page = await listObjects('transport', { limit: 20 })
    return { server, port: portOf(page.items.find((item) => item['protocol'] === 'udp')?.['bind']) }
  } catch {
    return { server, port: SIP_PORT } // whoever may not see transports
  }
}

const cell = (text: string): string => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** As a spreadsheet of this country opens it: semicolons, a mark of the encoding. */
export const csvOf = (head: string[], rows: string[][]): string =>
  '\uFEFF' + [head, ...rows].map((row) => row.map(cell).join(';')).join('\r\n') + '\r\n'

export function download(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
