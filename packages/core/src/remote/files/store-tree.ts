import { quote, quotePath } from '../command/quote.ts'
import { dropped, finished, plainly, realDirectory, temporaryName } from './file-commands.ts'
import { removeLeftovers, replaced } from './leftovers.ts'
import { isForeign } from './listing.ts'
import { type ModeList, modeLists } from './mode-lists.ts'
import { mountTable } from './mount-table.ts'
import { sayStamps, stampProgram } from './stamps.ts'
import type { TreeEntry } from './tree.ts'

export interface StoredTree {
  /** Without a slash at its end. */
  readonly path: string
  readonly token: string
  /**
   * What the names of lists begin with, which the archive has beside the tree: `gone`, what has to go before, each path with
   * a NUL behind it; `seen`, the stamps that the directory is to have, each in a line; those of modes; and `last`, the
   * empty file that it ends with.
   */
  readonly own: string
  /** What the archive holds; the top is always among it. */
  readonly entries: readonly TreeEntry[]
  /** Where it goes: by itself in the directory's place, or into a copy of that, which takes its place, or into that itself. */
  readonly into: 'nothing' | 'copy' | 'itself'
  readonly compressed?: boolean | undefined
  readonly owner?: string | undefined
}

/**
 * Unpacks a tar archive from standard input beside the directory, and exchanges the two as a whole, or moves what has
 * changed into the directory, file by file. Until all has come, the directory is left alone; and for good when it has not
 * the stamps that it is to have, which it then says.
 */
export function storeTree({ path, token, own, entries, into, compressed, owner }: StoredTree): string {
  const isOdd = entries.some(({ path, target }) => /[^ -~]/.test(path + target))
  const { directories, files } = modeLists(entries)
  const unpack = `${isOdd ? 'LC_ALL= LANG=C LC_CTYPE=$u ' : ''}tar -xpof - -C "$s/new"`
  return [
    plainly,
    `t=${quotePath(path)}`,
    // A link to a directory stays; what it points to is exchanged.
    realDirectory,
    `[ -d "$t" ] || { [ ! -e "$t" ] && [ ! -L "$t" ]; } || { echo ${quote(`${path} is no directory`)} >&2; exit 1; }`,
    temporaryName('s', token),
    removeLeftovers('s'),
    'umask 077',
    `remove() { ${remove}; }`,
    // What has been mounted since the listing has moved along with the old directory.
    `clean() { ! grep -qsF ${quote(`/${token}/`)} ${mountTable} || { echo "$t is in use: something is mounted in $s" >&2; return 1; }; remove "$s"; }`,
    `quit() { c=$?; ${finished}; [ -e "$t" ] || [ ! -e "$s/old" ] || mv "$s/old" "$t"; clean; exit $c; }`,
    dropped,
    '{ mkdir "$s" && s=$(cd "$s" && pwd -P) && mkdir "$s/new"; } || quit',
    stampProgram,
    ...(isOdd ? [findUtf8] : []),
    // For a user who is not root, busybox leaves the modes to the umask, and those of what is there as they are.
    `(umask 0; ${compressed ? `gzip -dc | ${unpack}` : unpack}) || quit`,
    `[ -e "$s/new/${own}.last" ] || quit`,
    finished,
    `rm "$s/new/${own}.last" && mv "$s/new/${own}".* "$s/" && l=$s/${own} || quit`,
    ...given(owner),
    ...files.map((list) => giveModes(list, '"$s/new"')),
    `hold() { ${holdOthersOff}; }; hold`,
    `same() { [ ! -s "$l.seen" ] || { (cd "$t" && { ${sayStamps}; }) >"$l.now" && ! grep -vxFf "$l.now" "$l.seen" >/dev/null; }; }`,
    `stale() { clean || exit; echo ${staleAnswer}; exit 0; }`,
    ...(into === 'copy'
      ? [`{ ${copy('"$t"', '"$s/tree"')}; } || { c=$?; same || stale; (exit $c); } || quit`]
      : []),
    'same || stale',
    `n=${{ nothing: '$s/new', copy: '$s/tree', itself: '$t' }[into]}`,
    ...(into === 'nothing' ? [] : updated(owner)),
    ...directories.map((list) => giveModes(list, '"$n"')),
    ...(into === 'itself' ? [] : exchanged(entries)),
    'clean',
  ].join('; ')
}

/** What the script says when the directory is not what it was. */
export const staleAnswer = 'stale'

// One after the other, those who put to a directory find it as it was, or as the one before has left it. The lock goes with
// whoever holds it; where there is no flock, what two do at the same moment is seen only if one sees it in time.
const holdOthersOff = [
  'if { command -v flock && command exec 9<"$t"; } >/dev/null 2>&1; then j=0',
  'while flock -n 3 3<&9; [ $? = 1 ] && [ $((j+=1)) -lt 300 ]; do sleep 0.1 || sleep 1; done 2>/dev/null; fi',
].join('; ')

const remove = `rm -rf -- "$@" 2>/dev/null || { find "$@" -type d ! -perm -700 -exec chmod u+rwx {} \\; 2>/dev/null || :; rm -rf -- "$@"; }`

// bsdtar takes names for the locale's, and hosts name the locale of UTF-8 differently.
const findUtf8 = `u=C; case "$(tar --version 2>/dev/null)" in bsdtar*) u=$(locale -a 2>/dev/null | sed -n '/[Uu][Tt][Ff]-\\{0,1\\}8$/{p;q;}');; esac`

/** Gives what was unpacked its owner: the one stated, or whoever has what it takes the place of, as far as the user may. */
function given(owner: string | undefined): string[] {
  const isWhole = owner !== undefined && /^[^:]+:[^:]+$/.test(owner)
  return [
    ...(isWhole ? [] : inherit),
    ...(owner === undefined ? [] : [`chown -Rh ${quote(owner)} "$s/new" || quit`]),
  ]
}

// Of `ls -ldn`.
const ownersOfLines = 's/^[^ ]\\{10,\\} *[0-9]* *\\([0-9]*\\) *\\([0-9]*\\) .*/\\1:\\2/p'

const ownTheSame =
  'n=$0; o=$1; shift; for f; do shift; { [ ! -e "$n/$f" ] && [ ! -L "$n/$f" ]; } || set -- "$@" "$n/$f"; done; [ $# = 0 ] || chown -h "$o" "$@"'

// Most often all of a directory is the top's owner's; of the others each is gone through.
const inherit = [
  'ownerOf() { set -f; set -- $(ls -ldn "$1"); echo "$3:$4"; }',
  'others() { (cd "$t" && find . "$@" 2>/dev/null); }',
  'if [ -d "$t" ]; then o=$(ownerOf "$t")',
  '[ "$o" = "$(ownerOf "$s/new")" ] || chown -Rh "$o" "$s/new" 2>/dev/null || :',
  `for o in $(others \\( ! -user "\${o%:*}" -o ! -group "\${o#*:}" \\) -exec ls -ldn {} + | sed -n '${ownersOfLines}' | sort -u)`,
  `do others -user "\${o%:*}" -group "\${o#*:}" -exec sh -c '${ownTheSame}' "$s/new" "$o" {} + || :; done; fi`,
]

/** Brings the directory n up to date. */
const updated = (owner: string | undefined): string[] => [
  `(cd "$s/new" && find . -type d -exec printf '%s\\0' {} + >"$l.all") || quit`,
  `${forEach('all', '"$n"', unlock)} || :`,
  `${forEach('gone', '"$n"', removeEach)} || quit`,
  `${forEach('all', '"$s/new"', move, '"$n"')} || quit`,
  // A user need not own the directories in which nothing but their files changes.
  ...(owner === undefined
    ? []
    : [
        `${forEach('all', '"$n"', `find "$@" -prune ${isForeign(owner)} -exec chown ${quote(owner)} {} +`)} || quit`,
      ]),
]

const giveModes = ({ name, mode }: ModeList, directory: string): string =>
  `${forEach(name, directory, `find "$@" -prune ! -perm ${mode} -exec chmod ${exactly(mode)} {} +`)} || quit`

// A directory that something has to go from, and that its owner may not write to, may be one that stays as it is.
const removeEach = [
  `remove() { ${remove}; }; for f; do shift; d=\${f%/*}`,
  'if [ -w "$d" ] || [ ! -d "$d" ]; then set -- "$@" "$f"; continue; fi',
  'chmod u+w "$d" || exit; remove "$f"; c=$?; chmod u-w "$d" && [ $c = 0 ] || exit; done',
  '[ $# = 0 ] || remove "$@"',
].join('; ')

const unlock = 'for d; do [ ! -d "$d" ] || [ -L "$d" ] || [ -w "$d" ] || chmod u+w "$d"; done 2>/dev/null'

// A copy that shares its files with the original, where cp can make one.
const copy = (from: string, to: string): string =>
  `${['-al', '-a']
    .map((how) => `{ cp ${how} ${from} ${to} 2>/dev/null || { remove ${to}; false; }; }`)
    .join(' || ')} || cp -Rp ${from} ${to}`

// Parents come first: what the target does not have moves as a whole, and its turn never comes. Some names at a time: a
// command can be given only so many.
const move = [
  't=$0; for d; do { [ -d "$d" ] && [ ! -L "$d" ]; } || continue; set --',
  'for f in "$d"/* "$d"/.[!.]* "$d"/..?*; do [ -e "$f" ] || [ -L "$f" ] || continue',
  '[ ! -d "$f" ] || [ -L "$f" ] || [ ! -d "$t/$f" ] || [ -L "$t/$f" ] || continue',
  'set -- "$@" "$f"; [ $# -lt 200 ] || { mv -f "$@" "$t/$d/" || exit; set --; }; done',
  '[ $# = 0 ] || mv -f "$@" "$t/$d/" || exit; done',
].join('; ')

/** Puts the directory n in the place of the old one. */
function exchanged(entries: readonly TreeEntry[]): string[] {
  const mode = entries.find(({ path }) => path === '.')?.mode ?? 0o755
  const isLocked = (mode & 0o200) === 0
  return [
    // Only who may write to a directory may move it to another one.
    '[ ! -d "$t" ] || [ -w "$t" ] || chmod u+w "$t" 2>/dev/null || :',
    ...(isLocked ? ['chmod u+w "$n" || quit'] : []),
    // Others may put a directory there meanwhile, or take it away: nothing is moved into that, and the last one stays.
    'arrive() { mv -T "$n" "$t" 2>/dev/null && return; if [ -e "$t" ]; then echo "$t was made by somebody else meanwhile" >&2; return 1; fi; mv "$n" "$t"; }',
    'leave() { remove "$s/old"; mv "$t" "$s/old" || [ ! -e "$t" ]; }',
    'swap() { if [ -e "$t" ]; then mv --exchange -T "$n" "$t" 2>/dev/null && return; leave || return; fi; arrive; }',
    // What is in the way is told of in the end.
    'i=0; until swap 2>/dev/null; do [ $((i+=1)) -lt 9 ] || { swap || quit; break; }; hold; done',
    // Where even this finds no room, the old tree stays for somebody to look at.
    `true 2>/dev/null >"$s/${replaced}" || :`,
    ...(isLocked ? [`chmod ${exactly(mode.toString(8))} "$t" || quit`] : []),
  ]
}

// Without the zeros, GNU's chmod leaves setuid and setgid bits of directories as they are.
const exactly = (mode: string): string => mode.padStart(5, '0')

/** Carries a script out, in a directory, with the names in a list as `$@`. */
const forEach = (name: string, directory: string, script: string, zeroth = 'sh'): string =>
  `([ ! -s "$l.${name}" ] || { cd ${directory} && xargs -0 sh -c ${quote(script)} ${zeroth} <"$l.${name}"; })`
