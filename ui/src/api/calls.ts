// Calls: those under way, the card of one that was.
import { address, get, post } from './http.ts'

export interface Leg {
  channel: string
  number: string
  name: string
  connected: string
  context: string
  exten: string
}
export interface Call {
  linkedid: string
  from: string
  name: string
  to: string
  context: string
  state: 'talking' | 'ringing'
  began: string
  answered: string | null
  is_recorded: boolean
  legs: Leg[]
}
/** Values of a card are texts, as they stand in the tables. */
type Row<Names extends string> = Record<Names, string | null>
export type Record_ = Row<'sequence' | 'start' | 'answer' | 'end' | 'src' | 'dst' | 'clid' | 'channel' | 'dstchannel' | 'lastapp' | 'lastdata' | 'duration' | 'billsec' | 'disposition' | 'direction' | 'dcontext' | 'accountcode' | 'userfield' | 'uniqueid'>
export type Recording = Row<'uuid' | 'channel' | 'caller' | 'connected' | 'exten' | 'begun' | 'ms' | 'state' | 'error' | 'wav' | 'mp3' | 'peaks'>
export type Quality = Row<'channel' | 'remote' | 'rx_packets' | 'rx_lost' | 'rx_jitter_us' | 'tx_packets' | 'tx_lost' | 'tx_jitter_us' | 'rtt_us'>
export interface Card {
  linkedid: string
  records: Record_[]
  recordings: Recording[]
  quality: Quality[]
  story: { story: string }[]
}

export const readCalls = async (): Promise<Call[]> => (await get<{ items: Call[] }>('/calls')).items
export const hangUp = (channel: string): Promise<unknown> => post(`/calls/${encodeURIComponent(channel)}/hangup`)
export const redirect = (channel: string, context: string, exten: string): Promise<unknown> =>
  post(`/calls/${encodeURIComponent(channel)}/redirect`, { context, exten })
export const readCard = (sequence: string): Promise<Card> => get<Card>(`/cdr/${encodeURIComponent(sequence)}/call`)
export const audioOf = (uuid: string, query: Record<string, string> = {}): string => address(`/recording/${uuid}/audio`, query)

/** Least and greatest sample, -1 to 1, of each step, by channel. */
export interface Peaks {
  step_ms: number
  channels: { least: number; greatest: number }[][]
}

/** archive/peaks.h: "SPK1", u8 channels, u8, u16 ms of a step, u32 steps, then i8 pairs. Null: it is something else. */
export function parsePeaks(bytes: ArrayBuffer): Peaks | null {
  const view = new DataView(bytes)
  const HEAD = 12
  if (bytes.byteLength < HEAD || view.getUint32(0) !== 0x53504b31) return null
  const count = view.getUint8(4)
  const step_ms = view.getUint16(6, true)
  const steps = Math.min(view.getUint32(8, true), count ? Math.floor((bytes.byteLength - HEAD) / (2 * count)) : 0)
  if (!count || !step_ms) return null
  const channels = Array.from({ length: count }, (_, c) =>
    Array.from({ length: steps }, (_step, i) => {
      const at = HEAD + 2 * (i * count + c)
      return { least: view.getInt8(at) / 128, greatest: view.getInt8(at + 1) / 128 }
    }),
  )
  return { step_ms, channels }
}

/** Null: there is none to be shown. */
export async function readPeaks(uuid: string): Promise<Peaks | null> {
  const answer = await fetch(address(`/recording/${uuid}/peaks`), { credentials: 'same-origin' })
  return answer.ok ? parsePeaks(await answer.arrayBuffer()) : null
}
