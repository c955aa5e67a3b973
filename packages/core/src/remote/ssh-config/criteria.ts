import type { Line, Place } from './line.ts'
import { type LocalSide, tokensOf } from './local-side.ts'
import { type Matches, patternListOf, patternsOf } from './pattern.ts'
import type { Said } from './said.ts'
import { fill, templateOf } from './template.ts'

/** What a block may ask about when it is decided whether it holds. */
export interface Situation {
  readonly said: Said
  readonly local: LocalSide
  /** The name as it was asked for. */
  readonly original: string
  /** The name so far: the same in the first pass, the real or canonical one in the final pass. */
  readonly host: string
  readonly isFinal: boolean
  /** Whether a command succeeds; undefined while that is not known. */
  readonly succeeds: (command: string, place: Place) => boolean | undefined
}

/** Whether a block holds; undefined: a command must be run first. */
export type Criterion = (situation: Situation) => boolean | undefined

export function hostCriterion(line: Line): Criterion {
  const matches = patternsOf(line.words())
  return ({ host }) => matches(host)
}

export interface MatchLine {
  readonly criterion: Criterion
  /** It asks for a final pass by its mere presence. */
  readonly wantsFinalPass: boolean
}

/** Reads the criteria of a Match line: all must be met. */
export function matchLine(line: Line): MatchLine {
  line.skip()
  const criteria: Criterion[] = []
  let wantsFinalPass = false
  let { rest } = line
  const take = (): string => {
    const [taken, before = '', quoted = ''] = word.exec(rest) ?? ['']
    rest = rest.slice(taken.length)
    return before + quoted
  }
  for (let attribute = take(); attribute !== '' && !attribute.startsWith('#'); attribute = take()) {
    const isNegated = attribute.startsWith('!')
    const name = attribute.slice(isNegated ? 1 : 0).toLowerCase()
    if (name === 'all') {
      const more = take()
      if (criteria.length > 1 || (more !== '' && !more.startsWith('#')))
        throw line.refused('has other criteria beside all', 'take out all, or the others')
      criteria.push(() => !isNegated)
      return { criterion: every(criteria), wantsFinalPass }
    }
    wantsFinalPass ||= name === 'final'
    criteria.push(negated(isNegated, criterionOf(name, take, line)))
  }
  if (criteria.length === 0) throw line.refused('lacks a criterion', 'write Match all, or Match host NAME')
  return { criterion: every(criteria), wantsFinalPass }
}

// Blanks or an equals sign end a word; a quoted part ends it too.
const word = /^([^ \t\r\n"=]*)(?:"([^"]*)"[ \t]*|[ \t]*=?[ \t]*)/

function criterionOf(name: string, take: () => string, line: Line): Criterion {
  if (name === 'canonical' || name === 'final') return ({ isFinal }) => isFinal
  const value = take()
  if (value === '' || value.startsWith('#'))
    throw line.refused(`lacks what ${name} is to match`, 'give a pattern, or a list of them with commas')
  if (name === 'exec') return exec(line, value)
  const subject = subjects.get(name)
  if (subject === undefined)
    throw line.refused(
      `does not know "${name}"`,
      `it knows all, canonical, final, exec, ${[...subjects.keys()].join(', ')}`,
    )
  const isHost = name.endsWith('host')
  const matches: Matches = patternListOf(isHost ? value.toLowerCase() : value)
  return (situation) => {
    const text = subject(situation)
    return matches(isHost ? text.toLowerCase() : text)
  }
}

const subjects = new Map<string, (situation: Situation) => string>([
  ['host', hostSoFar],
  ['originalhost', ({ original }) => original],
  ['user', userSoFar],
  ['localuser', ({ local }) => local.user],
  ['tagged', ({ said }) => said.tag ?? ''],
])

function hostSoFar({ said, host, isFinal }: Situation): string {
  return isFinal || said.hostName === undefined ? host : fill(said.hostName, { h: host })
}

function userSoFar({ said, local }: Situation): string {
  return said.user ?? local.user
}

function exec(line: Line, command: string): Criterion {
  const template = templateOf(line, command)
  return (situation) => {
    const host = hostSoFar(situation)
    const { said, local, original, succeeds } = situation
    const keyAlias = said.hostKeyAlias ?? host
    const remote = { original, host, port: said.port ?? 22, user: userSoFar(situation), keyAlias }
    return succeeds(fill(template, tokensOf(local, remote)), line.place)
  }
}

function negated(isNegated: boolean, criterion: Criterion): Criterion {
  if (!isNegated) return criterion
  return (situation) => {
    const holds = criterion(situation)
    return holds === undefined ? undefined : !holds
  }
}

/** A command is run only when all criteria before it are met. */
function every(criteria: readonly Criterion[]): Criterion {
  return (situation) => {
    for (const criterion of criteria) {
      const holds = criterion(situation)
      if (holds !== true) return holds
    }
    return true
  }
}
