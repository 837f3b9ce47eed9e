// The mock's routing: one context with steps, applications, doubts, a call without a call.
import type { MockAnswer, MockRequest } from './mock.ts'

interface Step {
  priority: number
  label: string
  app: string
  appdata: string
}
interface Extension {
  exten: string
  steps: Step[]
}
const APPLICATIONS = [
  { name: 'Answer', syntax: 'Answer([delay])', synopsis: 'Отвечает на вызов', help: '' },
  { name: 'Dial', syntax: 'Dial(Technology/Resource[&...],[timeout,[options]])', synopsis: 'Вызывает устройства и соединяет с тем, кто ответит первым', help: 'timeout - секунды.\nDIALSTATUS: чем кончилось.' },
  { name: 'GotoIf', syntax: 'GotoIf(condition?[yes]:[no])', synopsis: 'Переходит по условию', help: '' },
  { name: 'Hangup', syntax: 'Hangup([cause])', synopsis: 'Завершает вызов', help: '' },
  { name: 'NoOp', syntax: 'NoOp([text])', synopsis: 'Ничего не делает', help: '' },
]
const step = (priority: number, app: string, appdata = '', label = ''): Step => ({ priority, label, app, appdata })

/** The next step; of a GotoIf, its branches: one that is there, one in another context. */
function waysOf(e: Extension, i: number): Record<string, string | null>[] {
  const way = (j: number, to: number | null, place: string, kind: string, when: string, context: string | null = null) => ({
    from: `/extensions/${i}/steps/${j}`,
    to: to === null ? null : `/extensions/${i}/steps/${to}`,
    place, kind, when, context, exten: context ? 's' : null, priority: context ? '1' : null,
  })
  return e.steps.flatMap((s, j) => [
    ...(s.app === 'GotoIf' ? [way(j, e.steps.length - 1, 'here', 'go', 'yes'), way(j, null, 'elsewhere', 'go', 'no', 'night')] : []),
    ...(j + 1 < e.steps.length && s.app !== 'GotoIf' ? [way(j, j + 1, 'here', 'next', '')] : []),
  ])
}

export function createRouting() {
  let extensions: Extension[] = [
    { exten: '100', steps: [step(1, 'NoOp', 'Приёмная'), step(2, 'Dial', 'PJSIP/user-100-office,20,tT', 'call'), step(3, 'Hangup')] },
    { exten: '_1XX', steps: [step(1, 'Dial', 'PJSIP/user-${EXTEN}-office'), step(2, 'Hangup')] },
    { exten: 's', steps: [step(1, 'GotoIf', '${DAY}?end:night,s,1'), step(2, 'Hangup', '', 'end')] },
  ]
  let version = 1
  const problem = (status: number, code: string, title: string): MockAnswer => ({ status, headers: { 'Content-Type': 'application/problem+json' }, body: { code, title, status } })
  const body = () => ({ uuid: 'c-1', name: 'local-office', group_uuid: null, extensions })

  function check(wanted: Extension[]): MockAnswer {
    const known = APPLICATIONS.map((a) => a.name)
    const warnings = wanted.flatMap((e, i) =>
      e.steps.flatMap((s, j) => (s.app && !known.includes(s.app) ? [{ pointer: `/extensions/${i}/steps/${j}/app`, detail: `Нет такого приложения, вызов здесь кончится: проверьте имя (${s.app}).` }] : [])),
    )
    return { status: 200, body: { warnings, ways: wanted.flatMap(waysOf) } }
  }
  function dry(exten: string): MockAnswer {
    const found = extensions.find((e) => e.exten === exten)
    const steps = (found?.steps ?? []).map((s) => ({ context: 'local-office', exten, priority: s.priority, text: `${s.app}(${s.appdata})`, says: s.app === 'Dial' ? ['считаем, что DIALSTATUS=NOANSWER'] : [] }))
    return { status: 200, body: { steps, outcome: found ? 'конец вызова, причина 16 (обычное завершение), шагов: 3' : 'конец вызова, причина 1 (номер не существует), шагов: 0' } }
  }
  function put(r: MockRequest): MockAnswer {
    if (r.headers['if-match'] !== `"${version}"`) return problem(412, 'changed-meanwhile', 'Запись изменена другим')
    extensions = structuredClone((r.body as { extensions: Extension[] }).extensions)
    version++
    return { status: 200, headers: { ETag: `"${version}"`, 'X-Revision': '1' }, body: body() }
  }

  /** null: none of its paths. */
  function answer(r: MockRequest): MockAnswer | null {
    if (r.path === '/applications') return { status: 200, body: { applications: APPLICATIONS, functions: [] } }
    if (r.path === '/routing/check') return check((r.body as { extensions: Extension[] }).extensions)
    if (r.path === '/routing/dry') return dry((r.body as { exten: string }).exten)
    if (!r.path.startsWith('/routing/')) return null
    if (r.path !== '/routing/local-office') return problem(404, 'not-found', 'Не найдено')
    return r.method === 'PUT' ? put(r) : { status: 200, headers: { ETag: `"${version}"` }, body: structuredClone(body()) }
  }
  return { answer }
}
