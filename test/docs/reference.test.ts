import { afterAll, describe, expect, it } from 'vitest'
import {
  blocksOf,
  canRun,
  examplesOfSources,
  givenTo,
  isExcerpt,
  membersNamedBy,
  moduleOf,
  pages,
  resultsOf,
} from './examples.ts'
import { entries, Program } from './program.ts'
import { undocumented } from './undocumented.ts'

const blocks = pages.flatMap((page) => blocksOf(page, 'ts')).filter(({ text }) => !isExcerpt(text))
const shown = [...examplesOfSources(), ...blocks, ...pages.map(membersNamedBy)]

const bare = new Program({})
const publicNames = new Map(
  Object.entries(entries).flatMap(([from, source]) =>
    bare.exportsOf(source).map(([name]): [string, string] => [name, from]),
  ),
)
publicNames.delete('default')
bare.close()

// Where each may import what the packages may.
const examples = shown.map((example, index) => {
  const given = givenTo(example, publicNames)
  return { ...example, given, path: `example-${index}.ts` }
})
const program = new Program(
  Object.fromEntries(examples.map((example) => [example.path, moduleOf(example, example.given)])),
)
afterAll(() => program.close())

const named = examples.map((example) => [example.place, example] as const)

describe('what can be imported', () => {
  it.each(Object.entries(entries))('of %s is explained', (_, source) => {
    expect(undocumented(program, source)).toEqual([])
  })
})

describe('an example', () => {
  it.each(named)('at %s is right', (_, { path }) => {
    expect(program.complaints(path)).toEqual([])
  })

  it.each(named.filter(([, example]) => canRun(example, example.given)))(
    'at %s gives what it says',
    async (_, example) => {
      for (const [given, said] of await resultsOf(example, example.given)) expect(given).toEqual(said)
    },
  )
})
