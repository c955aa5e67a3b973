/*
 * Between the login and the command stands the login's shell: its start-up files may print, and a server may run
 * something else in the command's place (ForceCommand). So each command line begins by saying a mark on both of its
 * outputs: what comes before is not the command's, and without it the command has not run.
 */

/** What a command line says before anything else. */
export const mark = '\u0001viridian\n'

// Written in another way than it reads: a server that repeats the command line has not said it.
const say = "printf '\\001%s\\n' viridian"

/** A shell's commands that say the mark. */
export const sayMark = `${say}; ${say} >&2`

/*
 * Between the login and a command by sudo stands sudo as well: the mark is said on stderr before it, so that what it says
 * there is the command's, and on stdout behind it. Without the second one, it has refused.
 */
export const sayMarkBeforeSudo = `${say} >&2`
export const sayMarkBehindSudo = say

/** The same on a terminal: both outputs are one there, whose lines end as those of pipes from here on. */
export const sayMarkOnTerminal = `stty -onlcr -echo 2>/dev/null; ${say}`

/** Words of a command that say the mark, and go on as the command of the words behind them. */
export const announce = announceBy(sayMark)

export function announceBy(saying: string): string {
  return `sh -c ${quoteForLogin(`${saying}; exec "$@"`)} sh`
}

/** A word for the login's shell, which may be fish: to it, a backslash means something inside quotes too. */
export function quoteForLogin(word: string): string {
  return `'${word.replaceAll(/['\\]/g, (character) => `'\\${character}'`)}'`
}

const kept = 8 * 1024
const sought = Buffer.from(mark)

/** One output of a command line: holds back what comes before the mark. */
export class Announced {
  #before = Buffer.alloc(0)
  #begun = false
  #isCut = false

  /** True once the mark has come. */
  get begun(): boolean {
    return this.#begun
  }

  /** The last part of what came before the mark. */
  get before(): string {
    return this.#before.toString('utf8')
  }

  /** More came before the mark than was kept. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** The part of a chunk that is the command's own. */
  take(chunk: Buffer): Buffer {
    if (this.#begun) return chunk
    const all = Buffer.concat([this.#before, chunk])
    const at = all.indexOf(sought)
    this.#begun = at >= 0
    const before = this.#begun ? all.subarray(0, at) : all
    this.#isCut ||= before.length > kept
    this.#before = before.subarray(-kept)
    return this.#begun ? all.subarray(at + sought.length) : Buffer.alloc(0)
  }
}
