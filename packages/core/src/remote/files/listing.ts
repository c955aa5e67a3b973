import { quote, quotePath } from '../command/quote.ts'
import { digestPrograms, plainly, realDirectory } from './file-commands.ts'
import { mountTable } from './mount-table.ts'
import { bytesOf, nameOf } from './names.ts'
import { parseStamps, sayStamps, stampProgram } from './stamps.ts'
import { modesOf, type Tree, type TreeEntry } from './tree.ts'

/** What a host says of one thing in a remote tree. */
export interface Listed {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** Permission bits; undefined: some that the local tree does not have. */
  readonly mode?: number
  readonly target?: string
}

/** A remote tree, by path. */
export interface Listing {
  readonly entries: ReadonlyMap<string, Listed>
  /** The SHA-256 of its files, as far as the host could tell. */
  readonly digests: ReadonlyMap<string, string>
  /** What is not the owner's who was asked for. */
  readonly foreign: ReadonlySet<string>
  /** Directories that the user may not look into. */
  readonly unreadable: readonly string[]
  /** Where something is mounted; `.` for the top. */
  readonly mounts: readonly string[]
  /** Of its directories, by path: of before anything else was looked at. */
  readonly stamps: ReadonlyMap<string, string>
}

/**
 * Lists what a remote directory holds, for `parseListing`; says nothing when there is none. Modes are told by those that
 * the local tree has: all that find can be asked in any of its makes.
 *
 * @param owner - whose everything is to be
 */
export function listTree(path: string, tree: Tree, owner?: string): string {
  const by = (letter: string, kind: TreeEntry['kind']) =>
    modesOf(tree.entries, kind).map((mode) => `-type ${letter} -perm ${mode} ${says(`${letter}${mode}`)}`)
  const links = `-type l -exec sh -c 'for f; do printf "l %s\\0%s\\0" "$f" "$(readlink "$f"; echo .)"; done' sh {} +`
  const rest = ['d', 'f'].map((letter) => `-type ${letter} ${says(letter)}`)
  const tests = [...by('f', 'file'), ...by('d', 'directory'), links, ...rest, says('o')]
  const unreadable = `-type d -exec sh -c 'for d; do { [ -r "$d" ] && [ -x "$d" ]; } || printf "u %s\\0" "$d"; done' sh {} +`
  const foreign = owner === undefined ? undefined : isForeign(owner)
  // What is larger than any local file is not looked into.
  const sizes = tree.entries.map(({ size }) => size)
  const alike = `-type f ! -size +${sizes.reduce((most, size) => Math.max(most, size), 0)}c`
  const isHome = `${path} is the root or the home directory of the host: it is not exchanged as a whole`
  return [
    plainly,
    'home=$(cd && pwd -P)',
    `t=${quotePath(path)}`,
    realDirectory,
    'cd "$t" 2>/dev/null || { [ -d "$t" ] || exit 0; cd "$t" || exit; }',
    `case "$t" in /|"$home") echo ${quote(isHome)} >&2; exit 1;; esac`,
    stampProgram,
    sayStamps,
    "printf '\\0'",
    // It may fail for what went away meanwhile, and for directories that it cannot read, but not to say anything.
    `find . ${tests.join(' -o ')} || { find . -prune ${says('')} >/dev/null || exit; find . ${unreadable} || :; }`,
    // For a user that the host does not know, it fails at once.
    ...(foreign
      ? [`find . -prune ${foreign} >/dev/null || exit`, `find . ${foreign} ${says('w')} || :`]
      : []),
    // All that Linux has mounted where the path, as far as it is spelled the same there, leads.
    `q=\${t%%[!A-Za-z0-9/_-]*}; [ ! -r ${mountTable} ] || ${sayMounts}`,
    "printf '\\0'",
    digestPrograms(sizes.reduce((sum, size) => sum + size, 0)),
    `find . ${alike} -path '*[[:cntrl:]]*' -exec $d {} + -o ${alike} -exec $f {} + || :`,
  ].join('; ')
}

const says = (letters: string): string => `-exec printf '${letters} %s\\0' {} +`

const sayMounts = `printf 'm %s\\0%s\\0' "$t" "$(sed -n "s|^[^ ]* \\($q[^ ]*\\) .*|\\1|p" ${mountTable})"`

/** A test of find's: what is not the owner's, who is named as chown has it. */
export function isForeign(owner: string): string {
  const [user = '', group = ''] = owner.split(':')
  const tests = [user && `! -user ${quote(user)}`, group && `! -group ${quote(group)}`]
  return `\\( ${tests.filter((test) => test !== '').join(' -o ')} \\)`
}

/**
 * Reads the answer to `listTree`: stamps, records that end in NUL, an empty one, and then the lines of a digest program.
 * None at all: nothing is there.
 * Undefined for an answer that is not whole.
 */
export function parseListing(answer: Buffer): Listing | undefined {
  if (answer.length === 0) return nothing
  const entries = new Map<string, Listed>()
  const foreign = new Set<string>()
  const unreadable: string[] = []
  const mounts: string[] = []
  let at = 0
  const next = (): string | undefined => {
    const end = answer.indexOf(0, at)
    if (end < 0) return undefined
    const record = nameOf(answer.subarray(at, end))
    at = end + 1
    return record
  }
  const stamps = parseStamps(next() ?? '')
  for (let record = next(); record !== ''; record = next()) {
    if (record === undefined) return undefined
    const [, letter = '', mode = '', name = ''] = /^([a-z])([0-7]*) (.*)$/s.exec(record) ?? []
    const path = name === '.' ? name : name.replace(/^\.\//, '')
    if (letter === 'w') foreign.add(path)
    else if (letter === 'u') unreadable.push(path)
    else if (letter === 'm') mounts.push(...mountsAt(name, next() ?? ''))
    else if (letter === 'l') entries.set(path, { kind: 'link', target: targetOf(next() ?? '') })
    else {
      const kind = kinds[letter]
      if (kind !== undefined) entries.set(path, { kind, ...(mode && { mode: Number.parseInt(mode, 8) }) })
    }
  }
  if (!entries.has('.')) return undefined
  return { entries, digests: parseDigests(answer.toString('utf8', at)), foreign, unreadable, mounts, stamps }
}

const nothing: Listing = {
  entries: new Map(),
  digests: new Map(),
  foreign: new Set(),
  unreadable: [],
  mounts: [],
  stamps: new Map(),
}

const kinds: Readonly<Record<string, Listed['kind']>> = { d: 'directory', f: 'file', o: 'other' }

// A target comes with a full stop behind it and its line's end, which shells would take away.
const targetOf = (record: string): string => record.replace(/\n\.$/, '')

/** Of the mount table's paths, which spell some characters in octal, those at and below the top, from there. */
function mountsAt(top: string, table: string): string[] {
  const paths = table.split('\n').map((line) => nameOf(unescapedOctal(line)))
  return paths.flatMap((path) =>
    path === top ? ['.'] : path.startsWith(`${top}/`) ? [path.slice(top.length + 1)] : [],
  )
}

const unescapedOctal = (text: string): Buffer =>
  Buffer.concat(
    text.split(/\\(?=[0-7]{3})/).map((part, index) => {
      if (index === 0) return bytesOf(part)
      return Buffer.concat([Buffer.from([Number.parseInt(part.slice(0, 3), 8)]), bytesOf(part.slice(3))])
    }),
  )

function parseDigests(text: string): ReadonlyMap<string, string> {
  const digests = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, escaped, digest = '', name = ''] = /^(\\?)([0-9a-f]{64}) [ *]?\.\/(.*)$/s.exec(line) ?? []
    if (name !== '') digests.set(escaped ? unescaped(name) : name, digest)
  }
  return digests
}

const characters: Readonly<Record<string, string>> = { n: '\n', r: '\r' }

const unescaped = (name: string): string =>
  name.replaceAll(/\\(.)/g, (_, character: string) => characters[character] ?? character)
