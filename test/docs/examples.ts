import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './program.ts'

/** A piece of code that a reader is shown. */
export interface Example {
  /** File and line of its first line. */
  readonly place: string
  readonly text: string
  /** The source that it explains; none for a page's. */
  readonly source?: string
}

const prelude = 'test/docs/prelude.ts'

const read = (path: string): string => readFileSync(`${repository}${path}`, 'utf8')

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** The examples in doc comments of the packages' sources; one that is not marked as code is none that compiles. */
export const examplesOfSources = (): Example[] =>
  sources().flatMap((source) => {
    const text = read(source)
    return [...text.matchAll(/^( *)\* @example(?:\n\1\* ```ts)?\n(.*?)^\1\*(?: ```$|\/)/gms)].map(
      ({ index, 1: margin = '', 2: lines = '' }) => ({
        place: `${source}:${lineOf(text, index) + 2}`,
        text: lines.replaceAll(new RegExp(`^${margin}\\* ?`, 'gm'), ''),
        source,
      }),
    )
  })

const sources = (): string[] =>
  readdirSync(`${repository}packages`).flatMap((name) =>
    readdirSync(`${repository}packages/${name}/src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => `packages/${name}/src/${file}`)
      .sort(),
  )

const namesIn = (directory: string): string[] => readdirSync(`${repository}${directory}`).sort()

/** What users read: the way in, the pages of docs/, and what each package says of itself. */
export const pages: readonly string[] = [
  'README.md',
  ...namesIn('docs').map((name) => `docs/${name}`),
  ...namesIn('packages').map((name) => `packages/${name}/README.md`),
]

/** The blocks of a page that are marked as of this language; without one, those that are not marked. */
export function blocksOf(page: string, language = ''): Example[] {
  const text = read(page)
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, marked]) => marked === language)
    .map(({ index, 2: lines = '' }) => ({ place: `${page}:${lineOf(text, index) + 1}`, text: lines }))
}

/** The members of what tasks have at hand that a page names in its prose, as code that reads each of them. */
export function membersNamedBy(page: string): Example {
  const named = read(page).matchAll(/`(?:await )?((?:t|host|fleets|instances|traffic|names|alarms)\.[\w$]+)/g)
  const lines = [...new Set([...named].map(([, member]) => `void ${member}`))]
  return { place: `${page}:1`, text: lines.join('\n') }
}

/** Where the links of a page lead that stay within the repository. */
export const linksOf = (page: string): string[] =>
  [...read(page).matchAll(/\]\((?![a-z]+:)([^)#]+)/g)].map(([, to = '']) => join(page, '..', to))

/** True for a part of a file that the page has named before. */
export const isExcerpt = (text: string): boolean => text.startsWith('async (')

/** Where what an example takes for given is from, by name: what it mentions, and neither declares nor imports itself. */
export function givenTo(
  { text, source }: Example,
  publicNames: ReadonlyMap<string, string>,
): Map<string, string> {
  const known = new Map([
    ...publicNames,
    ...(source === undefined ? [] : exportedBy(source)),
    ...exportedBy(prelude),
  ])
  const own = wordsIn(text, /\b(?:const|let|function|class|interface|type) (\{[^}]*\}|\[[^\]]*\]|\w+)/g)
  const imported = wordsIn(text, /^import (.*?) from/gm)
  const mentioned = wordsIn(text.replaceAll(/ \/\/ .*/g, ''), /(?<![.'"`])\b(\w+)/g)
  return new Map([...known].filter(([name]) => mentioned.has(name) && !own.has(name) && !imported.has(name)))
}

/** The example as a module that is given that; its first line stands on the second one. */
export const moduleOf = ({ text }: Example, given: ReadonlyMap<string, string>): string =>
  `export {}; ${[...given].map(([name, from]) => `import { ${name} } from '${from}'`).join('; ')}\n${text}`

const exported = /^export (?:declare |abstract |async )*(?:const|function|class|interface|type) (\w+)/gm

const exportedBy = (path: string): [name: string, from: string][] =>
  [...wordsIn(read(path), exported)].map((name) => [name, `${repository}${path}`])

function wordsIn(text: string, expression: RegExp): Set<string> {
  return new Set([...text.matchAll(expression)].flatMap(([, caught = '']) => caught.match(/\w+/g) ?? []))
}

// What has an ellipsis in it is not to be compared.
const result = /^((?:await )?\w+\(.*\)(?:\.\w+)*) \/\/ ([^…\n]+)$/gm

/** True when it says what comes of it, and needs nothing but our own functions for that. */
export const canRun = ({ text }: Example, given: ReadonlyMap<string, string>): boolean =>
  new RegExp(result, 'm').test(text) &&
  !/^(?:im|ex)port /m.test(text) &&
  ![...given.values()].some((from) => from.endsWith(prelude))

/** Runs an example: what each of its lines gives that says so, and what it says. */
export async function resultsOf(
  { text }: Example,
  given: ReadonlyMap<string, string>,
): Promise<(readonly [given: unknown, shown: unknown])[]> {
  const values = await Promise.all(
    [...given].map(async ([name, from]) => ((await import(from)) as Record<string, unknown>)[name]),
  )
  const body = text.replaceAll(result, 'results.push([$1, $2])')
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor
  return new AsyncFunction(...given.keys(), `const results = []\n${body}\nreturn results`)(...values)
}
