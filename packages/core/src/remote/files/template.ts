import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ViridianError } from '../../error.ts'
import { onLocalFile } from '../local-file-error.ts'

/** A template: a local path, or its text. */
export type Template = string | { readonly text: string }

/** What fills a template in; the template calls it `it`. */
export type TemplateData = Readonly<Record<string, unknown>>

/**
 * Fills a template in, as Eta does: `<%= it.port %>` stands for a value as it is, `<% for (const s of it.servers) { -%>` for
 * JavaScript; `-%>` takes the line's end away. Other templates beside it are included by `<%~ include('./other.eta') %>`.
 *
 * @param resolve - makes a local path absolute
 * @throws ViridianError `E_TEMPLATE` for what the data does not have, and for what is no JavaScript; `E_LOCAL_FILE`
 */
export async function render(
  template: Template,
  data: TemplateData,
  resolve: (path: string) => string,
): Promise<string> {
  const file = typeof template === 'string' ? resolve(template) : undefined
  const text =
    typeof template === 'string'
      ? await onLocalFile(resolve(template), 'read', () => readFile(resolve(template), 'utf8'))
      : template.text
  // Imported on first use: most runs fill in no template.
  const { Eta } = await import('eta')
  const eta = new Eta({
    autoEscape: false,
    autoTrim: false,
    // Tells the line of an error.
    debug: true,
    autoFilter: true,
    filterFunction: written,
    ...(file !== undefined && { views: dirname(file) }),
  })
  const name = typeof template === 'string' ? template : 'the template'
  try {
    return eta.renderString(text, strict(data, 'it'))
  } catch (cause) {
    throw templateError(name, file, cause)
  }
}

function written(value: unknown): string {
  if (value === undefined || value === null) throw new TypeError(`a value is ${value}`)
  return String(value)
}

/** The data, with an error for whatever it does not have: a misspelt name would leave a hole in a configuration. */
function strict(value: object, name: string, known = new WeakMap<object, object>()): object {
  const stricter = known.get(value)
  if (stricter) return stricter
  const made = new Proxy(Object.isFrozen(value) ? copied(value) : value, {
    get(target, key) {
      const inside: unknown = Reflect.get(target, key)
      const path = `${name}${/^\d+$/.test(String(key)) ? `[${String(key)}]` : `.${String(key)}`}`
      const asked = typeof key === 'string' && !key.startsWith('__') && key !== 'toJSON'
      if (inside === undefined && asked) throw new ReferenceError(`${path} is undefined`)
      return isPlain(inside) ? strict(inside, path, known) : inside
    },
  })
  // The same one each time: templates compare what they are given.
  known.set(value, made)
  return made
}

// Of what is frozen, a proxy must give exactly what it holds.
const copied = (value: object): object =>
  Array.isArray(value) ? [...value] : Object.assign(Object.create(Object.getPrototypeOf(value)), value)

// Dates, maps and the like do not bear to be stood in for.
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

function templateError(name: string, file: string | undefined, cause: unknown): ViridianError {
  const message = cause instanceof Error ? cause.message : String(cause)
  // Eta tells the line first, then its surroundings, and last what is wrong.
  const [, number] = /line (\d+)$/m.exec(message) ?? []
  const isSyntax = message.startsWith('Bad template syntax')
  const said = message.split('\n').filter((line) => line.trim() !== '')
  const what = isSyntax ? `what stands in its tags is no JavaScript: ${said[1]}` : (said.at(-1) ?? message)
  const line = number === undefined ? undefined : Number(number)
  return new ViridianError('E_TEMPLATE', `${name}${line === undefined ? '' : `, line ${line}`}: ${what}`, {
    hint: isSyntax ? 'see that every { in the template has its }' : hintFor(what),
    place: { file, line },
  })
}

const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [/Views directory is not defined/, 'a template that is a text includes no others: make it a file'],
  [
    /Could not find template|is not in the views directory/,
    'an include stands in the directory of the template, or below it: see its path, with its ending',
  ],
  [
    /\b(?:undefined|null|not defined)\b/,
    "give it in the data; what may be missing is asked for by <% if ('name' in it) { %>",
  ],
]

const hintFor = (what: string): string =>
  hints.find(([words]) => words.test(what))?.[1] ?? 'see the JavaScript in its tags'
