import type { TreeEntry } from './tree.ts'

/** What is to have some permission bits, by a name for the list. */
export interface ModeList {
  readonly name: string
  /** In octal. */
  readonly mode: string
  readonly paths: readonly string[]
}

/**
 * Lists what cannot have its mode once it is unpacked: directories, since some tars, and whatever is moved into them, would
 * be locked out; and files with setuid or setgid bits, which go when they are given away, or when the user is not root.
 */
export function modeLists(entries: readonly TreeEntry[]): { directories: ModeList[]; files: ModeList[] } {
  const isSpecial = ({ kind, mode }: TreeEntry): boolean => kind === 'file' && (mode & 0o6000) !== 0
  return {
    directories: listsOf(
      'd',
      entries.filter(({ kind }) => kind === 'directory'),
    ),
    files: listsOf('f', entries.filter(isSpecial)),
  }
}

function listsOf(letter: string, entries: readonly TreeEntry[]): ModeList[] {
  const lists = new Map<string, string[]>()
  for (const { path, mode } of entries) {
    const octal = mode.toString(8)
    const paths = lists.get(octal) ?? []
    lists.set(octal, paths)
    paths.push(path)
  }
  return [...lists].map(([mode, paths]) => ({ name: `${letter}${mode}`, mode, paths }))
}
