import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The files that an absolute path with `*`, `?` and `[…]` stands for, in the order of their bytes. */
export async function glob(pattern: string): Promise<string[]> {
  let found = ['/']
  for (const segment of pattern.split('/').filter((part) => part !== '')) {
    const matches = segmentOf(segment)
    const next = await Promise.all(
      found.map(async (directory) =>
        matches === undefined
          ? [join(directory, segment)]
          : (await entriesOf(directory)).filter(matches).map((name) => join(directory, name)),
      ),
    )
    found = next.flat()
  }
  return found.filter((file) => existsSync(file))
}

/** Undefined for a name without wildcards. A leading dot is matched by a dot alone. */
function segmentOf(segment: string): ((name: string) => boolean) | undefined {
  if (!/[*?[]/.test(segment)) return undefined
  const source = segment.replaceAll(
    /\[([!^]?)(\]?[^\]]*)\]|[\s\S]/g,
    (part, negation?: string, set?: string) => {
      if (set !== undefined) return `[${negation ? '^' : ''}${set.replaceAll(/[\\\]^[]/g, '\\$&')}]`
      if (part === '*') return '.*'
      return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}/]/, '\\$&')
    },
  )
  const expression = new RegExp(`^${source}$`, 's')
  const hidden = segment.startsWith('.')
  return (name) => expression.test(name) && (hidden || !name.startsWith('.'))
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory)
    return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(error.code))
    )
      return []
    throw error
  }
}
