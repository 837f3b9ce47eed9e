// The mock's part of the first start: routing and phones of the wizard, the carrier's line.
import type { MockAnswer, MockRequest } from './mock.ts'

/** null: not one of these. */
export function answerSetup(r: MockRequest): MockAnswer | null {
  const body = (r.body ?? {}) as Record<string, string>
  if (r.path === '/routing/office')
    return { status: 200, headers: { ETag: '"1"' }, body: { uuid: 'office', name: 'office', group_uuid: null, extensions: r.method === 'PUT' ? (r.body as { extensions: unknown }).extensions : [] } }
  if (r.path === '/wizard/phones') {
    const items = []
    for (let n = Number(body['from']); n <= Number(body['to']); n++) items.push({ number: String(n), password: `kL7-mock-${n}`, uuid: `phone-${n}` })
    return { status: 201, body: { items, count: items.length, revision: 1 } }
  }
  if (r.path === '/wizard/trunk' && body['operator'] === 'registration')
    return { status: 201, body: { items: [], name: `peer-${body['number']}`, registration: 'trunk', revision: 2 } }
  return null
}
