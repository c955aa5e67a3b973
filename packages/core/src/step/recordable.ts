import { ViridianError } from '../error.ts'

/**
 * The value itself, when a journal can hold it: what a resumed run is given back must be what the first one had.
 *
 * @param whose - says where it comes from: `web-1: what "restart" returned`
 * @throws ViridianError `E_VALUE_UNRECORDABLE` with the place of what JSON cannot hold
 */
export function recordable<Value>(value: Value, whose: string): Value {
  const stranger = strangerIn(value, '', [])
  if (!stranger) return value
  const at = stranger.path === '' ? 'is' : `has at ${stranger.path}`
  throw new ViridianError(
    'E_VALUE_UNRECORDABLE',
    `${whose} ${at} ${stranger.what}, which no journal can hold`,
    {
      hint: 'return text, numbers, booleans, null, and lists and plain objects of them: a resumed run is given it back',
    },
  )
}

interface Stranger {
  readonly path: string
  readonly what: string
}

function strangerIn(value: unknown, path: string, around: readonly object[]): Stranger | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path, what: String(value) }
  if (typeof value !== 'object') return { path, what: `a ${typeof value}` }
  if (around.includes(value)) return { path, what: 'an object that holds itself' }
  if (!isPlain(value)) return { path, what: `a ${value.constructor.name}` }
  const within = [...around, value]
  for (const [name, member] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    const stranger =
      Array.isArray(value) && member === undefined
        ? { path: at, what: 'undefined' }
        : strangerIn(member, at, within)
    if (stranger) return stranger
  }
  return undefined
}

/** Of no class of its own. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  // The realm of a task file may have an Object of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
