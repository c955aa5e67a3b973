import { quote, quotePath } from '../command/quote.ts'
import { digestProgram } from './file-commands.ts'
import type { Tree } from './tree.ts'

/**
 * Lists what a remote directory holds, for `parseListing`; says nothing when there is none. Modes are told by those that
 * the local tree has: all that find can be asked in any of its makes.
 */
export function listTree(path: string, tree: Tree): string {
  const modesOf = (kind: string): number[] => [
    ...new Set(tree.entries.filter((entry) => entry.kind === kind).map(({ mode }) => mode)),
  ]
  const by = (letter: string, kind: string) =>
    modesOf(kind).map((mode) => {
      const bits = mode.toString(8)
      return `-type ${letter} -perm ${bits} -exec printf '${letter}${bits} %s\\0' {} +`
    })
  const links = `-type l -exec sh -c 'for f; do printf "l %s\\0%s\\0" "$f" "$(readlink "$f"; echo .)"; done' sh {} +`
  const rest = ['d', 'f'].map((letter) => `-type ${letter} -exec printf '${letter} %s\\0' {} +`)
  const others = "-exec printf 'o %s\\0' {} +"
  const tests = [...by('f', 'file'), ...by('d', 'directory'), links, ...rest, others]
  // What is larger than any local file is not looked into.
  const largest = Math.max(0, ...tree.entries.map(({ size }) => size))
  const isHome = `${path} is the root or the home directory of the host: it is not exchanged as a whole`
  return [
    'export LC_ALL=C',
    'home=$(cd && pwd -P)',
    `cd ${quotePath(path)} 2>/dev/null || exit 0`,
    `case "$(pwd -P)" in /|"$home") echo ${quote(isHome)} >&2; exit 1;; esac`,
    `find . ${tests.join(' -o ')}`,
    "printf '\\0'",
    digestProgram,
    `find . -type f ! -size +${largest}c -exec $d {} +`,
    'true',
  ].join('; ')
}

export interface StoredTree {
  /** Without a slash at its end. */
  readonly path: string
  readonly token: string
  /**
   * Set: the archive holds only what has changed, and, under this name, a list of what has to go before: paths, each with a
   * NUL behind it.
   */
  readonly list?: string | undefined
  readonly compressed?: boolean | undefined
  readonly owner?: string | undefined
}

// A copy that shares its files with the original, where cp can make one.
const copy = (from: string, to: string, cleanUp: string): string =>
  `${['-al', '-a']
    .map((how) => `{ cp ${how} ${from} ${to} 2>/dev/null || { ${cleanUp}; false; }; }`)
    .join(' || ')} || cp -Rp ${from} ${to}`

/**
 * Unpacks a tar archive from standard input beside the directory, completes it with what stays of the old one, and
 * exchanges the two.
 */
export function storeTree({ path, token, list, compressed, owner }: StoredTree): string {
  const unpack = `tar -xpof - -C "$s/new"`
  const complete = [
    `mv "$s/new/${list}" "$s/gone" || quit`,
    `{ ${copy('"$t"', '"$s/tree"', 'rm -rf "$s/tree"')}; } || quit`,
    '(cd "$s/tree" && xargs -0 rm -rf -- <"$s/gone") || quit',
    `{ ${copy('"$s/new/."', '"$s/tree/"', ':')}; } || quit`,
    'n="$s/tree"',
  ]
  return [
    'export LC_ALL=C',
    `t=${quotePath(path)}`,
    // A link to a directory stays; what it points to is exchanged.
    '[ ! -d "$t" ] || t=$(cd "$t" && pwd -P) || exit',
    `[ -d "$t" ] || [ ! -e "$t" ] || { echo ${quote(`${path} is no directory`)} >&2; exit 1; }`,
    `s="$t.${token}"`,
    'umask 077',
    'clean() { rm -rf "$s" 2>/dev/null || { find "$s" -type d -exec chmod u+rwx {} +; rm -rf "$s"; }; }',
    'quit() { c=$?; [ -e "$t" ] || [ ! -e "$s/old" ] || mv "$s/old" "$t"; clean; exit $c; }',
    '{ mkdir "$s" && mkdir "$s/new"; } || quit',
    `${compressed ? `gzip -dc | ${unpack}` : unpack} || quit`,
    'n="$s/new"',
    ...(list === undefined ? [] : complete),
    ...(owner === undefined ? [] : [`chown -Rh ${quote(owner)} "$n" || quit`]),
    `if [ -e "$t" ]; then mv --exchange -T "$n" "$t" 2>/dev/null || { mv "$t" "$s/old" && mv "$n" "$t"; } || quit`,
    'else mv "$n" "$t" || quit; fi',
    'clean',
  ].join('; ')
}
