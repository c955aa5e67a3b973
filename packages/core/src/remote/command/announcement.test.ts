import { describe, expect, test } from 'vitest'
import { holdCommand } from '../testing/held-command.ts'
import { Announced, announce, mark, quoteForLogin, shellWords, stderrMark } from './announcement.ts'

const shells = ['/bin/sh', '/bin/bash', '/bin/zsh', '/usr/bin/fish', '/bin/tcsh']

describe('an announced command', () => {
  test.each(shells)('says the mark on both outputs first, under %s', async (shell) => {
    const words = ['sh', '-c', `printf '%s|' "$@"; echo oops >&2; exit 3`, 'sh', `it's`, 'a\\b', '!!', '']
    const line = `exec ${announce} ${words.map(quoteForLogin).join(' ')}`
    expect(await holdCommand(shell, line).ended).toEqual({
      code: 3,
      signal: null,
      stdout: `${mark}it's|a\\b|!!||`,
      stderr: `${stderrMark}oops\n`,
    })
  })

  test.each(shells)('may be a script of several lines, under %s', async (shell) => {
    const script = `printf '%s|' 'it'\\''s' 'a\\nb!\n' "$0"\n# 50 %\ncat <<'E'\n\\é !#:0\nE\n`
    const { stdout } = await holdCommand(shell, `exec ${shellWords(script)}`).ended
    expect(stdout).toBe(`it's|a\\nb!\n|sh|\\é !#:0\n`)
  })

  test.each(['echo "$0"', 'printf %s "$0"', 'printf "$0"'])(
    'is none when a server repeats it by %s',
    async (by) => {
      for (const shell of shells.slice(0, 2)) {
        const { stdout } = await holdCommand('/bin/sh', `exec ${shell} -c '${by}' ${quoteForLogin(announce)}`)
          .ended
        expect(stdout).toContain('viridian')
        expect(stdout).not.toContain(mark)
      }
    },
  )
})

describe('an output', () => {
  const given = (...chunks: (string | Buffer)[]) => {
    const output = new Announced('stdout')
    const own = Buffer.concat(chunks.map((chunk) => output.take(Buffer.from(chunk)))).toString('latin1')
    const rest = output.end().toString('latin1')
    return { own: `${own}${rest}`, begun: output.begun, before: output.before }
  }

  test('is what comes behind the first mark', () => {
    expect(given(mark, 'a\n', mark)).toEqual({ own: `a\n${mark}`, begun: true, before: '' })
    expect(given(`welcome\n${mark}a`, '\xff')).toMatchObject({ own: 'a\xc3\xbf', before: 'welcome\n' })
    expect(given(Buffer.concat([Buffer.from([255, 0]), Buffer.from(mark), Buffer.from([255, 0])])).own).toBe(
      '\xff\x00',
    )
  })

  test('may have its mark cut anywhere', () => {
    for (let at = 1; at < mark.length; at += 1) {
      expect(given('hello ', mark.slice(0, at), `${mark.slice(at)}own`)).toEqual({
        own: 'own',
        begun: true,
        before: 'hello ',
      })
    }
  })

  test('is without the mark of the other one, where the login has made one of both', () => {
    const both = `${mark}${stderrMark}`
    for (let at = 1; at < both.length; at += 1)
      expect(given('hello ', both.slice(0, at), `${both.slice(at)}own`)).toMatchObject({ own: 'own' })
    expect(given(mark, stderrMark.slice(0, 5))).toMatchObject({ own: stderrMark.slice(0, 5) })
    expect(given(mark, stderrMark.slice(0, 5), 'own')).toMatchObject({ own: `${stderrMark.slice(0, 5)}own` })
    expect(given(mark, `a${stderrMark}`)).toMatchObject({ own: `a${stderrMark}` })
    const joined = new Announced('stdout')
    joined.take(Buffer.from(`${stderrMark}sudo: no\n`))
    expect(joined).toMatchObject({ begun: false, isJoined: true, before: 'sudo: no\n' })
  })

  test('has not begun without its mark, and keeps the last of what came', () => {
    expect(given('no ', 'shell')).toEqual({ own: '', begun: false, before: 'no shell' })
    const { before } = given(...Array.from({ length: 100 }, () => 'x'.repeat(1_000)), 'end')
    expect(before).toHaveLength(8 * 1024)
    expect(before.endsWith('xend')).toBe(true)
  })
})
