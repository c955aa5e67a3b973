import { expect, it } from 'vitest'
import { contained } from './contained.ts'

const esc = '\u001b'

it.each([
  ['plain, with a\ttab', 'plain, with a\ttab'],
  [`${esc}[31mred${esc}[0m`, 'red'],
  [`${esc}]0;a title\u0007after`, 'after'],
  [`${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\`, 'link'],
  [`${esc}]0;never ended`, ''],
  [`${esc}P1$r0m${esc}\\${esc}[2J${esc}[1;1Hhome`, 'home'],
  ['\u009b2Jcleared', 'cleared'],
  [`${esc}c${esc}(B${esc}=reset`, 'reset'],
  ['bell\u0007back\u0008', 'bell\ufffdback\ufffd'],
  ['\u202egnp.exe', '\ufffdgnp.exe'],
  [`${esc}`, ''],
  [`${esc}[`, ''],
])('shows %j as %j', (text, shown) => {
  expect(contained({ text: [text] })).toEqual({ text: [shown] })
})
