import { badConfig, type Line, type Place } from './line.ts'

/** A value that holds tokens (`%h`) or variables (`${NAME}`) of which only the end of the reading knows what they stand for. */
export interface Template {
  readonly keyword: string
  readonly text: string
  readonly place: Place
}

export const templateOf = ({ keyword, place }: Line, text: string): Template => ({ keyword, text, place })

/** What the letters behind `%` stand for; a letter that is missing is refused. */
export type Tokens = Readonly<Record<string, string>>

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Fills in tokens, and variables where there are some to fill in.
 *
 * @throws ViridianError `E_SSH_CONFIG` for what has no value
 */
export function fill(template: Template, tokens: Tokens, variables?: Variables): string {
  const { text } = template
  const pattern = variables === undefined ? /%(.?)/gs : /%(.?)|\$\{([^}]*)(\}?)/gs
  return text.replaceAll(pattern, (found, letter?: string, name?: string, close?: string) => {
    if (letter === '%') return '%'
    const value = ownValue(letter === undefined ? variables : tokens, letter ?? name)
    if (value !== undefined && close !== '') return value
    throw refused(template, found, letter === undefined, Object.keys(tokens))
  })
}

// What objects inherit is no value.
function ownValue(values: Variables = {}, name = ''): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function refused({ keyword, text, place }: Template, found: string, isVariable: boolean, known: string[]) {
  if (isVariable)
    return badConfig(`${keyword} ${text}: the variable ${found} is not set`, place, 'set it, or take it out')
  const list = known.map((letter) => `%${letter}`).join(' ')
  return badConfig(`${keyword} ${text}: there is no token ${found} here`, place, `it may hold ${list} %%`)
}
