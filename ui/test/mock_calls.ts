// The mock's calls: two under way, the card of any record.
import type { MockAnswer, MockRequest } from './mock.ts'

const leg = (channel: string, number: string) => ({ channel, uniqueid: channel, state: 'Up', number, name: '', connected: '', context: 'local-office', exten: '101', created: null, answered: null, is_outgoing: false, is_recorded: false })

export function createCalls() {
  let calls = [
    { linkedid: '1.1', from: '100', name: 'Анна', to: '101', context: 'local-office', state: 'talking', began: '2026-11-23T15:00:00Z', answered: '2026-11-23T15:00:05Z', is_recorded: true, legs: [leg('PJSIP/100-1', '100'), leg('PJSIP/101-2', '101')] },
    { linkedid: '1.3', from: '74951234567', name: '', to: '100', context: 'incoming', state: 'ringing', began: '2026-11-23T15:00:00Z', answered: null, is_recorded: false, legs: [leg('PJSIP/trunk-3', '74951234567')] },
  ]
  const card = (sequence: string) => ({
    linkedid: '1.1',
    records: [
      { sequence, start: '2026-11-23 15:00:00', answer: '2026-11-23 15:00:05', end: '2026-11-23 15:01:05', src: '74951234567', dst: '100', clid: '"Анна" <74951234567>', channel: 'PJSIP/trunk-1', dstchannel: 'PJSIP/100-2', lastapp: 'Dial', lastdata: 'PJSIP/100,20', duration: '65', billsec: '60', disposition: 'ANSWERED', direction: 'in', dcontext: 'incoming', accountcode: '', userfield: '', uniqueid: '1.1' },
    ],
    recordings: [{ uuid: 'r-1', channel: 'PJSIP/trunk-1', caller: '74951234567', connected: '100', exten: '100', begun: '2026-11-23 15:00:05', ms: '60000', state: 'kept', error: '', wav: '1.1.wav', mp3: '1.1.mp3', peaks: '' }],
    quality: [{ channel: 'PJSIP/100-2', remote: '192.168.1.10:4000', rx_packets: '3000', rx_lost: '3', rx_jitter_us: '1200', tx_packets: '3000', tx_lost: '0', tx_jitter_us: '900', rtt_us: '21000' }],
    story: [{ story: '15:00:00 вызов с 74951234567\n15:00:05 ответил 100\n15:01:05 конец: обычное завершение' }],
  })

  /** null: none of its paths. */
  function answer(r: MockRequest): MockAnswer | null {
    if (r.path === '/calls' && r.method === 'GET') return { status: 200, body: { items: calls, total: calls.length, is_more: false } }
    const done = /^\/calls\/(.+)\/(hangup|redirect)$/.exec(r.path)
    if (done) {
      const channel = decodeURIComponent(done[1]!)
      if (!calls.some((c) => c.legs.some((l) => l.channel === channel))) return { status: 404, body: { code: 'not-found', title: 'Не найдено', status: 404 } }
      if (done[2] === 'hangup') calls = calls.filter((c) => !c.legs.some((l) => l.channel === channel))
      return { status: 204 }
    }
    const asked = /^\/cdr\/([^/]+)\/call$/.exec(r.path)
    return asked ? { status: 200, body: card(asked[1]!) } : null
  }
  return { answer }
}
