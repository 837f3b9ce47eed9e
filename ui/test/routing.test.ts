// What the routing editor makes of steps, arguments and text.
import { describe, expect, it } from 'vitest'
import { fromText, joinArguments, parameters, renumber, splitArguments, toText, warningsByStep } from '@/parts/routing.ts'

describe('arguments of an application', () => {
  it('come from its syntax', () => {
    expect(parameters('Dial(Technology/Resource[&...],[timeout,[options]])')).toEqual(['Technology/Resource&...', 'timeout', 'options'])
    expect(parameters('EndIf()')).toEqual([])
    expect(parameters('EndIf')).toEqual([])
  })
  it.each([
    ['PJSIP/1,20,tT', 3, ['PJSIP/1', '20', 'tT']],
    ['${CUT(X,-,1)},20', 3, ['${CUT(X,-,1)}', '20', '']],
    ['a,b,c', 2, ['a', 'b,c']],
    ['"a,b",c', 2, ['"a,b"', 'c']],
    ['', 2, ['', '']],
    ['a,b', 0, ['a,b']],
  ])('%s is cut into %i and joined again', (data, count, values) => {
    expect(splitArguments(data, count)).toEqual(values)
    expect(joinArguments(splitArguments(data, count))).toBe(data)
  })
})

describe('text', () => {
  const extensions = [
    { exten: '100', steps: [{ priority: -1, label: '', app: 'PJSIP/100', appdata: '' }, { priority: 1, label: 'in', app: 'Dial', appdata: 'PJSIP/100,20,g(x)' }] },
    { exten: '_1XX', steps: [{ priority: 1, label: '', app: 'Hangup', appdata: '' }] },
  ]
  it('says the same when it is read again', () => expect(fromText(toText(extensions))).toEqual({ extensions, line: null }))
  it('takes same => n and comments', () => {
    const { extensions: read } = fromText('; a comment\nexten => s,1,Answer()\n same => n(end),Hangup(16)')
    expect(read).toEqual([{ exten: 's', steps: [{ priority: 1, label: '', app: 'Answer', appdata: '' }, { priority: 2, label: 'end', app: 'Hangup', appdata: '16' }] }])
  })
  it('names the line that is not understood', () => expect(fromText('exten => s,1,Answer()\nwhat').line).toBe(2))
})

it('priorities count on, a hint keeps its own', () => {
  const step = (priority: number) => ({ priority, label: '', app: 'NoOp', appdata: '' })
  const extension = { exten: '1', steps: [step(-1), step(7), step(3)] }
  renumber(extension)
  expect(extension.steps.map((s) => s.priority)).toEqual([-1, 1, 2])
})

it('doubts stand at their step', () =>
  expect([...warningsByStep([{ pointer: '/extensions/0/steps/2/app', detail: 'a' }, { pointer: '/extensions', detail: 'b' }])]).toEqual([['0/2', ['a']], ['', ['b']]]))
