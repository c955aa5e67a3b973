import { quoteForLogin } from './announcement.ts'

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

const watch = (group: string): string =>
  `trap "" TERM; while read -r l; do :; done; kill -0 ${group} || exit; kill -TERM -${group} || kill -TERM ${group}; sleep 5; kill -KILL -${group}`

// $1 is the command, which takes this shell's place: its end is the channel's own, a signal included. The watchdog then
// reads the end of input and finds nobody to end. Its output is closed so that it never holds the channel open.
const withoutInput = `exec 3<&0 </dev/null; (${watch('$$')}) <&3 >/dev/null 2>&1 & exec sh -c "$1" 3<&-`

// $2 is the size of the command's input. What passes it on becomes the watchdog, once it has closed its end of the
// pipe; it says its process id in the first line, for the other end to end it by. Shells report ended jobs on their
// own stderr, so the command's is kept apart.
const withInput = [
  'exec 3<&0 4>&2 2>/dev/null',
  `sh -c 'echo $$; head -c "$0"; exec >/dev/null; ${watch('$1')}' "$2" $$ <&3 4>&- | { read -r w; sh -c "$1" 2>&4 3<&- 4>&-; c=$?; kill -KILL $w; exit $c; }`,
].join('; ')

export interface LifelineOptions {
  /** Bytes of input. @default 0 */
  readonly inputSize?: number
  /** What the shell does first. */
  readonly first?: string
}

/** A command line that runs `script` by `sh`, and ends it when its own standard input ends. Exits as the script does. */
export function lifeline(script: string, { inputSize = 0, first }: LifelineOptions = {}): string {
  const begin = first === undefined ? leadGroup : `${first}; ${leadGroup}`
  const words = inputSize > 0 ? [begin, withInput, script, String(inputSize)] : [begin, withoutInput, script]
  return ['sh', '-c', ...words.map(quoteForLogin)].join(' ')
}
