// What is handed over once: passwords as a file, the port for phones.
import { describe, expect, it } from 'vitest'
import { csvOf, portOf } from '@/parts/phones.ts'

describe('phones', () => {
  it.each([
    ['0.0.0.0:5070', '5070'],
    ['[::]:5060', '5060'],
    ['192.0.2.1', '5060'],
    [undefined, '5060'],
  ])('port of %s', (bind, port) => expect(portOf(bind)).toBe(port))
  it('are a file that spreadsheets open', () => {
    expect(csvOf(['a', 'b'], [['1', 'x;"y']])).toBe('\uFEFFa;b\r\n1;"x;""y"\r\n')
  })
})
