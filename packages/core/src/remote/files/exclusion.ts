import { ViridianError } from '../../error.ts'

/** Tells whether a path of a tree is left out of it: by one of its own names, or by that of a directory above it. */
export type Exclusion = (path: string) => boolean

/**
 * @param globs `*` and `?` stand for all but a slash, `**` for any directories, `[a-c]` for one character of several
 * @throws ViridianError `E_PUT_OPTIONS`
 */
export function exclusionOf(globs: readonly string[]): Exclusion {
  if (globs.length === 0) return () => false
  const patterns = globs.map(patternOf)
  const verdicts = new Map<string, boolean>()
  const excluded = (path: string): boolean => {
    const known = verdicts.get(path)
    if (known !== undefined) return known
    const above = path.lastIndexOf('/')
    const verdict =
      patterns.some((pattern) => pattern.test(path)) || (above > 0 && excluded(path.slice(0, above)))
    verdicts.set(path, verdict)
    return verdict
  }
  return excluded
}

function patternOf(glob: string): RegExp {
  try {
    return new RegExp(`^${expressionOf(glob)}$`, 'su')
  } catch (cause) {
    throw new ViridianError('E_PUT_OPTIONS', `exclude: "${glob}" is no glob`, {
      hint: 'a range in [] goes upwards: [a-z]',
      cause,
    })
  }
}

function expressionOf(glob: string): string {
  const path = glob.replace(/^\.?\//, '').replace(/\/+$/, '')
  const anywhere = path === glob.replace(/\/+$/, '') && !path.includes('/')
  const tokens = path.match(/\*\*\/|\/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|[^*?[/]+|./gsu) ?? []
  return `${anywhere ? '(?:.*/)?' : ''}${tokens.map(tokenExpression).join('')}`
}

function tokenExpression(token: string): string {
  if (token === '**/') return '(?:.*/)?'
  if (token === '/**') return '/.*'
  if (token === '**') return '.*'
  if (token.startsWith('*')) return '[^/]*'
  if (token === '?') return '[^/]'
  if (token.length > 2 && token.startsWith('[')) {
    const set = token.slice(1, -1).replaceAll(/[\\\][^&]/g, '\\$&')
    return set.startsWith('!') ? `[^/${set.slice(1)}]` : `[${set}]`
  }
  return token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
