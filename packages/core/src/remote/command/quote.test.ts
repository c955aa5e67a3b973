import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandLine, quote, quotePath } from './quote.ts'
import type { CommandValue } from './run-command.ts'

const line = (strings: TemplateStringsArray, ...values: CommandValue[]) => commandLine(strings, values)

// Each word that the shell sees, ended by NUL.
const wordsSeenBy = (shell: string, command: string): string[] =>
  execFileSync(shell, ['-c', command], { encoding: 'utf8' }).split('\0').slice(0, -1)

const refusal = (hint: RegExp, about: RegExp) =>
  expect.objectContaining({
    code: 'E_COMMAND_VALUE',
    message: expect.stringMatching(about),
    hint: expect.stringMatching(hint),
  })

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\'"`$\\!*?[]{}()<>|&;#~= \t\n\r-ab2é…𝄞'), maxLength: 12 }),
  fc.constantFrom('if', 'done', '~', '-n', '$(id)', 'A=b', '2', '\\', "'"),
)
const word = nasty.filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text)

describe('a template', () => {
  test('quotes values as words, arrays as words one by one', () => {
    expect(line`tar xzf ${'next release.tgz'} -C ${'/srv/web'}`).toBe(
      "tar xzf 'next release.tgz' -C /srv/web",
    )
    expect(line`rm ${['a', 'b c', 3]}`).toBe("rm a 'b c' 3")
    expect(line`rm ${[]} x`).toBe('rm  x')
    expect(line`echo ${''}${true}`).toBe("echo ''true")
    expect(line`echo ${"it's"}`).toBe("echo 'it'\\''s'")
    expect(line`echo ${2}>out`).toBe("echo '2'>out")
    expect(line`${'if'} ${'FOO=1'}`).toBe("'if' 'FOO=1'")
  })

  test('keeps the rest as it is written', () => {
    expect(line`for f in *.log; do gzip "$f"; done | wc -l`).toBe(
      'for f in *.log; do gzip "$f"; done | wc -l',
    )
  })

  test('gives every string back through a real shell', () => {
    const texts = fc.array(word, { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(texts, (words) => {
        expect(wordsSeenBy('/bin/sh', line`printf '%s\\0' ${words}`)).toEqual(words)
      }),
      { numRuns: 60 },
    )
  })

  test('gives every string back wherever it may stand', () => {
    fc.assert(
      fc.property(word, word, (first, second) => {
        const command = line`printf '%s\\0' pre${first}post "$(printf %s. ${second})" # it's a comment
printf '%s\\0' ${first}`
        // The shell strips nothing: the dot protects trailing newlines.
        expect(wordsSeenBy('/bin/sh', command)).toEqual([`pre${first}post`, `${second}.`, first])
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['undefined', undefined, /^value 2 of the command is undefined$/],
    ['null', null, /is null/],
    ['an object', { a: 1 }, /of type object/],
    ['a function', () => 1, /of type function/],
    ['a nested array', [['a']], /an array in an array/],
    ['undefined in an array', ['a', undefined], /is undefined/],
    ['NaN', Number.NaN, /is NaN/],
    ['NUL', 'a\0b', /holds a NUL/],
  ])('refuses %s by its position', (_name, value, about) => {
    // JavaScript callers are not held to the type.
    expect(() => line`mv ${'a'} ${value as string}`).toThrow(refusal(/./, about))
  })

  test('refuses a value where quoting could not protect it', () => {
    expect(() => line`echo "${'a'}"`).toThrow(refusal(/leave the quotes out/, /value 1 .* inside quotes/))
    expect(() => line`echo 'it is ${'a'}'`).toThrow(refusal(/quotes/, /inside quotes/))
    expect(() => line`echo "$(cat ${'f'}) ${'a'}"`).toThrow(refusal(/quotes/, /value 2 .* inside quotes/))
    expect(() => line`echo "\`cat ${'f'}\` ${'a'}"`).toThrow(refusal(/quotes/, /value 2 .* inside quotes/))
    expect(() => line`echo \\${'a'}`).toThrow(refusal(/backslash/, /after a backslash/))
    expect(() => line`true # ${'a'}`).toThrow(refusal(/comment/, /in a comment/))
    expect(() => line`cat <<EOF\n${'a'}\nEOF`).toThrow(refusal(/stdin/, /here-document/))
  })

  test('refuses what no command can hold, and says how it came there', () => {
    const unsendable = (hint: string, message: string) =>
      expect.objectContaining({
        code: 'E_COMMAND_TEMPLATE',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      })
    expect(() => line`tr '\0' ' '`).toThrow(unsendable('write \\\\0', 'holds a NUL character'))
    expect(() => line`echo \ud83d`).toThrow(unsendable('between characters', 'holds half of a character'))
    expect(line`tr '\\0' ' '`).toBe("tr '\\0' ' '")
  })

  test('is not misled by quotes that are none', () => {
    expect(line`echo \\" ${'a b'}`).toBe(`echo \\" 'a b'`)
    expect(line`echo "\\"" ${'a b'}`).toBe(`echo "\\"" 'a b'`)
    expect(line`echo '\\' ${'a b'}`).toBe(`echo '\\' 'a b'`)
    expect(line`echo a#b ${'a b'}`).toBe(`echo a#b 'a b'`)
    expect(line`echo "it's" ${'a b'}`).toBe(`echo "it's" 'a b'`)
    expect(line`(cd /; echo "$(echo ")")" ${'a b'})`).toBe(`(cd /; echo "$(echo ")")" 'a b')`)
    expect(line`cat <<${'EOF'}`).toBe('cat <<EOF')
  })
})

test('a path keeps its leading tilde for the shell', () => {
  expect(['~', '~/a b', '~joe', '/x', 'a b'].map(quotePath)).toEqual([
    '~',
    "~/'a b'",
    "'~joe'",
    '/x',
    "'a b'",
  ])
  expect(quote('')).toBe("''")
})

test.each([['uptime'], [['ls', '-l']], [undefined]])('%j is no template', (given) => {
  expect(() => Reflect.apply(commandLine, undefined, [given, []])).toThrow(
    expect.objectContaining({ code: 'E_COMMAND_TEMPLATE' }),
  )
})
