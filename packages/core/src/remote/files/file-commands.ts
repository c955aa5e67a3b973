import { quote, quotePath } from '../command/quote.ts'
import { removeLeftovers } from './leftovers.ts'
import type { WriteOptions } from './options.ts'
import { stampProgram } from './stamps.ts'

export interface StoredFile extends WriteOptions {
  readonly path: string
  /** Bytes; a transfer that was cut short is not kept. */
  readonly size: number
  /** The name of the temporary file beside it. */
  readonly token: string
}

/** What a transfer's script begins with: messages are told apart by their words, and what a login sets changes no directory and no archive. */
export const plainly = 'export LC_ALL=C; unset CDPATH TAR_OPTIONS'

/*
 * What is stored hangs on no lifeline: its input ends with the last byte. A host that ends a session's processes with it, or
 * goes down, ends them by a signal. Of what has not come whole then, nothing is left; what has takes its place.
 */
export const dropped = "trap 'false || quit' HUP TERM"
export const finished = "trap '' HUP TERM"

/** Stores standard input as a file: a new one, renamed over the old. Says `same` when the old one has this content. */
export function storeFile({ path, size, mode, owner, token }: StoredFile): string {
  return [
    plainly,
    `t=${quotePath(path)}`,
    temporaryName('p', token),
    refuseOthers(path),
    removeLeftovers('p'),
    'umask 077',
    `quit() { c=$?; ${finished}; rm -f "$p"; exit $c; }`,
    dropped,
    `{ cat >"$p" && [ "$(wc -c <"$p")" -eq ${size} ]; } || quit`,
    finished,
    inheritOwner,
    `${settle('$p', { owner, mode: mode?.toString(8) ?? '"$m"' })} || quit`,
    'if [ ! -L "$t" ] && cmp -s "$p" "$t" 2>/dev/null',
    `then ${settle('$t', { owner, mode: mode?.toString(8) })} && rm "$p" && echo same || quit`,
    'else mv -f "$p" "$t" || quit; fi',
  ].join('; ')
}

/** Says the SHA-256 of a file that has this size; nothing for another one. */
export function digestFile(path: string, size: number): string {
  const isAlike = '[ -f "$t" ] && [ ! -L "$t" ] && [ "$(wc -c <"$t")" -eq'
  const ifAlike = `${isAlike} ${size} ] || exit 0`
  return [plainly, `t=${quotePath(path)}`, ifAlike, digestPrograms(size), '$f <"$t"'].join('; ')
}

/** Gives a file that is there already its mode and owner. */
export function settleFile(path: string, { mode, owner }: WriteOptions): string {
  return [plainly, `t=${quotePath(path)}`, settle('$t', { owner, mode: mode?.toString(8) })].join('; ')
}

const isNoFile = 'is a pipe, a socket or a device'

/** Says a file's or directory's kind and permissions as `ls -l` has them, in a line, and then its content: a tar archive of a directory. */
export function readAny(path: string): string {
  const target = quotePath(path)
  const refuse = `case $m in [-d]*) ;; *) echo ${quote(`${path} ${isNoFile}`)} >&2; exit 1;; esac`
  const says = `m=$(ls -ldnL ${target}) || exit; ${refuse}; printf '%.10s\\n' "$m"`
  return `${plainly}; ${says}; if [ -d ${target} ]; then ${packDirectory(target)}; else ${sayFile(path)}; fi`
}

// What another file has taken the place of meanwhile, as logs are rotated, was read as it was.
function sayFile(path: string): string {
  const target = quotePath(path)
  const size = 'set -f; sizeOf() { shift 4; echo "$1"; }'
  const [changed, shrank] = ['was written to', 'became shorter'].map((what) =>
    quote(`get: ${path} ${what} while it was read`),
  )
  return [
    `${stampProgram}; s=$($v -L ${target} 2>/dev/null) || :; cat ${target} || exit`,
    `n=$(ls -ldnL ${target} 2>/dev/null) && e=$($v -L ${target} 2>/dev/null) || exit 0`,
    `[ "\${s%%,*}" = "\${e%%,*}" ] || exit 0; ${size}`,
    `[ "$(sizeOf $n)" -ge "$(sizeOf $m)" ] || { echo ${shrank} >&2; exit 1; }`,
    `[ "$s" = "$e" ] || echo ${changed} >&2`,
  ].join('; ')
}

// What GNU tar says of a tree that lives on while it is read, and then ends with 1: what it has packed is whole.
const lives = ': file changed as we read it$|: File removed before we read it$|: socket ignored$'

const packDirectory = (target: string): string =>
  [
    `exec 3>&1; c=0; e=$(tar -cf - -C ${target} . 2>&1 >&3 3>&-) || c=$?`,
    `[ -z "$e" ] || printf '%s\\n' "$e" >&2`,
    `[ $c -ne 1 ] || printf '%s\\n' "$e" | grep -Ev ${quote(lives)} >/dev/null || c=0`,
    'exit $c',
  ].join('; ')

export const readFile = (path: string): string => `${plainly}; cat ${quotePath(path)}`

/** Says `yes` or `no`: an exit code could be that of whatever stands before it, such as sudo. */
export const fileExists = (path: string): string => `test -e ${quotePath(path)} && echo yes || echo no`

/**
 * Sets d to a program that says SHA-256 digests, and f to the fastest one for so many bytes: openssl, which uses what
 * processors have for it and takes a quarter of the time, but is slow to start, and writes a name's line ends as they are.
 * Where it is the only one there, d says nothing.
 */
export function digestPrograms(bytes: number): string {
  const openssl =
    "{ f='openssl dgst -sha256 -r'; case $($f </dev/null 2>/dev/null) in e3b0c44298fc*) ;; *) f=$d;; esac; }"
  return [
    'for d in sha256sum shasum sha256 true; do ! command -v $d >/dev/null 2>&1 || break; done',
    "case $d in shasum) d='shasum -a 256';; sha256) d='sha256 -r';; esac",
    bytes < worthOpenssl ? `f=$d; [ "$d" != true ] || ${openssl}` : openssl,
  ].join('; ')
}

const worthOpenssl = 8 * 1024 * 1024

/**
 * Sets t to where it leads when it is a directory; what is done to it by name is done there. Another run may exchange it
 * meanwhile: a second look finds one, or none.
 */
export const realDirectory =
  'real() { [ ! -d "$t" ] || { p=$(cd "$t" && pwd -P) && t=$p; }; }; real 2>/dev/null || real || exit'

/** Sets a variable to the path beside t that has this name: not one made of t's, which may be as long as a name can be. */
export const temporaryName = (variable: string, name: string): string =>
  `case $t in */*) ${variable}=\${t%/*}/${name};; *) ${variable}=./${name};; esac`

// A file that is replaced keeps its owner as far as the user may give it away, and its mode unless one is stated.
const inheritOwner = [
  'm=u=rw,g=r,o=r',
  'if [ -f "$t" ] && [ ! -L "$t" ]; then set -f; set -- $(ls -ldn "$t")',
  'chown "$3:$4" "$p" 2>/dev/null || :',
  `m=$(printf %s "$1" | sed 's/^.\\(...\\)\\(...\\)\\(...\\).*/u=\\1,g=\\2,o=\\3/; s/-//g; s/s/xs/g; s/S/s/g; s/t/x,+t/; s/T/,+t/'); fi`,
].join('; ')

/** Gives a file its owner and its mode, as far as they are stated. */
function settle(
  file: string,
  { owner, mode }: { readonly owner: string | undefined; readonly mode: string | undefined },
): string {
  const chown = owner === undefined ? [] : [`chown ${quote(owner)} "${file}"`]
  const chmod = mode === undefined ? [] : [`chmod ${mode} "${file}"`]
  return [':', ...chown, ...chmod].join(' && ')
}

// mv would put the file into the directory, under its temporary name, and take a device away from all who use it; to look
// into a pipe is to wait.
function refuseOthers(path: string): string {
  const directory = `${path} is a directory: end the path with / to put a file into it`
  return [
    `[ ! -d "$t" ] || { echo ${quote(directory)} >&2; exit 1; }`,
    `[ ! -e "$t" ] || [ -f "$t" ] || [ -L "$t" ] || { echo ${quote(`${path} ${isNoFile}`)} >&2; exit 1; }`,
  ].join('; ')
}
