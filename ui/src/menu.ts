// The menu in the manual's words. A type that the station does not have, or the user may not see, is not there.
import {
  mdiBugOutline,
  mdiChartBar,
  mdiCogOutline,
  mdiHomeOutline,
  mdiMusicNote,
  mdiPhoneInTalkOutline,
  mdiPhoneVoip,
  mdiServer,
  mdiSignDirection,
} from '@mdi/js'
import type { TypeRow } from '@/api/types.ts'
import type { Entry } from '@/kit/shell.ts'
import { t, type TextKey } from '@/texts/index.ts'

interface Row {
  key: TextKey
  icon: string
  to?: string
  type?: string
  types?: [type: string, key: TextKey][]
  pages?: [path: string, key: TextKey][]
  /** for administrators and auditors alone */
  closed?: boolean
  /** types of these sections that no row names stand here */
  rest?: boolean
}

const rows: Row[] = [
  { key: 'menu.home', icon: mdiHomeOutline, to: '/' },
  {
    key: 'menu.driver',
    icon: mdiPhoneVoip,
    types: [
      ['endpoint', 'menu.endpoint'],
      ['aor', 'menu.aor'],
      ['auth', 'menu.auth'],
      ['registration', 'menu.registration'],
      ['transport', 'menu.transport'],
      ['contact', 'menu.contact'],
      ['identify', 'menu.identify'],
      ['domain_alias', 'menu.domain_alias'],
      ['global', 'menu.global'],
      ['system', 'menu.system'],
    ],
  },
  { key: 'menu.routing', icon: mdiSignDirection, to: '/context', type: 'context' },
  {
    key: 'menu.media',
    icon: mdiMusicNote,
    types: [
      ['sound', 'menu.sound'],
      ['musiconhold', 'menu.musiconhold'],
      ['tone', 'menu.tone'],
    ],
  },
  { key: 'menu.active', icon: mdiPhoneInTalkOutline, to: '/calls', type: 'cdr' },
  { key: 'menu.statistics', icon: mdiChartBar, to: '/cdr', type: 'cdr' },
  { key: 'menu.debug', icon: mdiBugOutline, types: [['call_story', 'menu.debug']] },
  { key: 'menu.services', icon: mdiServer, to: '/service', closed: true },
  {
    key: 'menu.settings',
    icon: mdiCogOutline,
    types: [
      ['user', 'menu.user'],
      ['groups', 'menu.groups'],
      ['api_user', 'menu.api_user'],
      ['manager', 'menu.manager'],
      ['acl', 'menu.acl'],
      ['settings', 'menu.stationSettings'],
    ],
    pages: [['/journal', 'menu.journal']],
    rest: true,
  },
]

// Seen elsewhere: within the routing editor, the card of a call, the driver's own.
const INSIDE = [
  'realtime_extensions',
  'static_pjsip',
  'static_sorcery',
  'static_extensions',
  'call_quality',
  'astdb',
  'recording_sum',
  'recording_seal',
  'job',
  'import_later',
  'web_session',
  'revision',
  'recording',
]

const named = new Set(rows.flatMap((row) => [row.type, ...(row.types ?? []).map(([type]) => type)]))

export function menuOf(types: Map<string, TypeRow>, mayJournal: boolean): Entry[] {
  return rows.flatMap((row): Entry[] => {
    const entry = { name: row.key, title: t(row.key), icon: row.icon }
    if (row.closed && !mayJournal) return []
    if (row.to) return !row.type || types.has(row.type) ? [{ ...entry, to: row.to }] : []
    const children: Entry[] = (row.types ?? [])
      .filter(([type]) => types.has(type))
      .map(([type, key]) => ({ name: type, title: t(key), to: `/${type}` }))
    if (row.rest)
      for (const type of types.values())
        if (!named.has(type.name) && !INSIDE.includes(type.name))
          children.push({ name: type.name, title: type.label, to: `/${type.name}` })
    if (mayJournal) for (const [path, key] of row.pages ?? []) children.push({ name: path, title: t(key), to: path })
    return children.length ? [{ ...entry, children }] : []
  })
}
