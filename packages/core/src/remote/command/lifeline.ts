import { quoteForLogin, scriptForLogin } from './announcement.ts'
import { quote } from './quote.ts'

/*
 * A remote command must die with its runner, however that ends. The runner therefore keeps the channel's standard
 * input open while the command runs, and beside the command a watchdog reads it: at its end (a cancelled run, a
 * killed runner, a lost connection) the command's process group gets SIGTERM, and five seconds later SIGKILL.
 */

// sshd makes every command the leader of a group of its own. Where it is not (under sudo, other servers), setsid does.
const leadGroup = [
  'kill -0 -$$ 2>/dev/null',
  '! command -v setsid >/dev/null',
  'exec setsid sh -c "$0" "$0" "$@"; eval "$0"',
].join(' || ')

const watch =
  'trap "" TERM; while read -r l; do :; done; kill -0 $$ || exit; kill -TERM -$$ || kill -TERM $$; sleep 5; kill -KILL -$$'

// The command takes this shell's place: its end is the channel's own, a signal included. The watchdog then
// reads the end of input and finds nobody to end. Its output is closed so that it never holds the channel open.
const watched = `(${watch}) <&3 >/dev/null 2>&1 & exec sh -c`

const withoutInput = `exec 3<&0 </dev/null; ${watched}`

// The command's input is the terminal, on which nobody types. That is hung up where other inputs end.
const onTerminal = `trap "" HUP; exec 3<&0; (${watch}) <&3 >/dev/null 2>&1 & trap - HUP; exec sh -c`

// $2 is the size of the command's input. A command that does not read would hold up whatever passes it on, and the end
// behind it would never be seen: so all of it goes to a file that has no name any more, before the command begins. What
// did not come whole no command gets to see.
const gather = [
  `viridian=$(mktemp "\${TMPDIR:-/var/tmp}/viridian.XXXXXX" 2>/dev/null || mktemp /tmp/viridian.XXXXXX)`,
  'exec 3<&0 <"$viridian" 4<"$viridian" 5>"$viridian"',
  'rm -f "$viridian"',
  'head -c "$2" <&3 >&5',
  '[ "$(wc -c <&4)" -eq "$2" ]',
  'exec 4<&- 5>&-',
].join(' && ')

const unread = 'viridian: no room for what the command reads'
const withoutRoom = 125

const sayWhere = `echo "${unread}, in \${viridian:-\${TMPDIR:-/var/tmp} and /tmp}" >&2`

const withInput = `${gather} || { ${sayWhere}; exit ${withoutRoom}; }; ${watched}`

/** Whether the input found no room on the host, so that the command has not run: by the code and the last lines. */
export const isWithoutRoom = (code: number, lines: readonly string[]): boolean =>
  code === withoutRoom && lines.some((line) => line.startsWith(unread))

/**
 * The same as a lifeline by a login's shell of the family of sh, which leads its group: it starts the watchdog and gives its
 * place to the command's sh.
 */
export const lifelineOfLogin = (script: string): string => `${withoutInput} ${quote(script)} 3<&-`

export interface LifelineOptions {
  /** Bytes of input. @default 0 */
  readonly inputSize?: number
  /** What the shell does first. */
  readonly first?: string
  /** It has a terminal. @default false */
  readonly isOnTerminal?: boolean
}

/** A command line that runs `script` by `sh`, and ends it when its own standard input ends. Exits as the script does. */
export function lifeline(
  script: string,
  { inputSize = 0, first, isOnTerminal = false }: LifelineOptions = {},
): string {
  const begin = first === undefined ? leadGroup : `${first}; ${leadGroup}`
  const body = inputSize > 0 ? withInput : isOnTerminal ? onTerminal : withoutInput
  const { word, written } = scriptForLogin(script, '$1')
  const size = inputSize > 0 ? [String(inputSize)] : []
  const words = [quoteForLogin(begin), quoteForLogin(`${body} ${written} 3<&-`), word, ...size]
  return ['sh', '-c', ...words].join(' ')
}
