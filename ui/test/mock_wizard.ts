// The mock's part of the wizards.
import type { MockAnswer, MockRequest } from './mock.ts'

const OPERATORS = [
  { name: 'zadarma', label: 'Zadarma', server: 'sip.zadarma.com', port: 5060, by_address: false, dtmf_mode: 'rfc4733', login: 'Логин SIP: цифры', help: 'Пароль SIP - не пароль личного кабинета.' },
  { name: 'address', label: 'Другой оператор: по IP', server: null, by_address: true, dtmf_mode: 'rfc4733', login: 'Имя (если нужно)', help: 'Сообщите оператору адрес станции.' },
]
const invalid = (pointer: string, detail: string): MockAnswer => ({
  status: 422,
  headers: { 'Content-Type': 'application/problem+json' },
  body: { type: '/pbx/docs/problems#invalid', code: 'invalid', title: 'Значение не подходит', status: 422, errors: [{ pointer, detail }] },
})

/** null: not a wizard's request. */
export function wizard(r: MockRequest): MockAnswer | null {
  const body = (r.body ?? {}) as Record<string, string>
  const phone = (number: string) => ({ number, password: `kL7-mock-${number}`, uuid: `00000000-0000-4000-9000-${number.padStart(12, '0')}` })
  if (r.path === '/wizard/operators') return { status: 200, body: { items: OPERATORS } }
  if (r.path === '/wizard/phone') {
    if (!/^\d{1,15}$/.test(body['number'] ?? '')) return invalid('/number', 'Нужен номер из цифр, не длиннее 15.')
    return { status: 201, body: { items: [phone(body['number']!)], count: 1, revision: 1 } }
  }
  if (r.path === '/wizard/phones') {
    const [from, to] = [Number(body['from']), Number(body['to'])]
    if (!(to >= from) || to - from >= 1000) return invalid('/to', 'От и до: не больше 1000 номеров.')
    const items = Array.from({ length: to - from + 1 }, (_, i) => phone(String(from + i)))
    return { status: 201, body: { items, count: items.length, revision: 1 } }
  }
  if (r.path === '/wizard/trunk') {
    if (!body['context'] && !body['ring']) return invalid('/context', 'Укажите маршрутизацию входящих (context) или кому звонить (ring).')
    return { status: 201, body: { items: [], name: `peer-${body['number']}-office`, registration: body['operator'] === 'address' ? null : 'r-1', revision: 1 } }
  }
  if (r.path === '/registration/r-1/check')
    return { status: 200, body: { is_registered: false, code: 'wrong-password', says: 'Оператор не принял имя или пароль.', next: 'Проверьте имя и пароль.' } }
  return null
}
