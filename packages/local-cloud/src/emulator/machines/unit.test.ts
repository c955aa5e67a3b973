import { expect, it } from 'vitest'
import { expandArguments, parseUnit } from './unit.ts'

const parse = (text: string) => parseUnit('web', '/u/web.service', text, '/home/x', 'deploy')

it('reads settings with continuations, comments, quotes, lists and specifiers', () => {
  const unit = parse(`
[Unit]
Description=Web of %u, 100%%
[Service]
; a comment
Environment=A=1 "B=two words"
Environment='C=%h/c'
ExecStart=/bin/app --name "a b" \\
  %n
WorkingDirectory=%h/app
Restart=always
RestartSec=1min 500ms
`)
  expect(unit.description).toBe('Web of deploy, 100%')
  expect(unit.environment).toEqual({ A: '1', B: 'two words', C: '/home/x/c' })
  expect(unit.start).toEqual([['/bin/app', '--name', 'a b', 'web.service']])
  expect(unit.workingDirectory).toBe('/home/x/app')
  expect(unit.restartSeconds).toBe(60.5)
})

it('forgets a list at an empty value', () => {
  expect(parse('[Service]\nExecStart=/a\nExecStart=\nExecStart=/b').start).toEqual([['/b']])
})

it('has defaults', () => {
  const unit = parse('[Service]\nExecStart=/a')
  expect(unit).toMatchObject({
    restart: 'no',
    restartSeconds: 0.1,
    oneshot: false,
    workingDirectory: '/home/x',
  })
})

it('replaces variables in arguments as systemd does', () => {
  const environment = { PORT: '80', FLAGS: '-a -b' }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's syntax, not JavaScript's
  expect(expandArguments(['x', '$FLAGS', '--port=${PORT}', '$$HOME', '$NONE'], environment)).toEqual([
    'x',
    '-a',
    '-b',
    '--port=80',
    '$HOME',
  ])
})
