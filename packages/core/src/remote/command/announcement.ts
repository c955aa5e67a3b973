/*
 * Between the login and the command stands the login's shell: its start-up files may print, and a server may run
 * something else in the command's place (ForceCommand). So each command line begins by saying a mark on both of its
 * outputs: what comes before is not the command's, and without it the command has not run.
 */

/** What a command line says before anything else, on each of its outputs. */
export const mark = '\u0001viridian\n'
export const stderrMark = '\u0001viridian stderr\n'

// Written in another way than they read: a server that repeats the command line has not said them.
const sayOnStdout = "printf '\\001%s\\n' viridian"
const sayOnStderr = "printf '\\001%s stderr\\n' viridian >&2"

/** A shell's commands that say the marks. */
export const sayMark = `${sayOnStdout}; ${sayOnStderr}`

/**
 * The same, and on stdout the path of the login's shell with it, if that leads a process group: this shell has taken its
 * place. sshd puts the path into the environment.
 */
export const sayMarkAndShell = [
  'viridian=$SHELL',
  'kill -0 -$$ 2>/dev/null || viridian=',
  `printf '\\001%s\\n' "viridian\${viridian:+ $viridian}"`,
  sayOnStderr,
].join('; ')

/*
 * Between the login and a command by sudo stands sudo as well: the mark is said on stderr before it, so that what it says
 * there is the command's, and on stdout behind it. Without the second one, it has refused.
 */
export const sayMarkBeforeSudo = sayOnStderr
export const sayMarkBehindSudo = sayOnStdout

/** The same on a terminal: both outputs are one there, whose lines end as those of pipes from here on. */
export const sayMarkOnTerminal = `stty -onlcr -echo 2>/dev/null; ${sayOnStdout}`

/** Words of a command that say the mark, and go on as the command of the words behind them. */
export const announce = announceBy(sayMark)

export function announceBy(saying: string): string {
  return `sh -c ${quoteForLogin(`${saying}; exec "$@"`)} sh`
}

/**
 * A word for the login's shell, which may be fish, to which a backslash means something inside quotes too, or csh, to
 * which an exclamation mark does.
 */
export function quoteForLogin(word: string): string {
  return `'${word.replaceAll(/['\\!]/g, (character) => `'\\${character}'`)}'`
}

/**
 * A script as a word for the login's shell, and what a shell writes for it when that word has become its parameter: csh
 * takes no line's end inside quotes.
 */
export function scriptForLogin(script: string, parameter: string): { word: string; written: string } {
  if (!script.includes('\n')) return { word: quoteForLogin(script), written: `"${parameter}"` }
  const word = quoteForLogin(script.replaceAll('\\', '\\\\').replaceAll('\n', '\\n'))
  return { word, written: `"$(printf %b "${parameter}")"` }
}

/** Words of a command that runs a script by `sh`. */
export function shellWords(script: string): string {
  const { word, written } = scriptForLogin(script, '$0')
  return script.includes('\n') ? `sh -c 'exec sh -c ${written}' ${word}` : `sh -c ${word}`
}

const kept = 8 * 1024

// The marks as they are found: stdout's may tell the login's shell.
const marks = {
  stdout: new RegExp(mark.replace('\n', '(?: (/[^\\n]*))?\n')),
  stderr: new RegExp(stderrMark),
}

/** One output of a command line: holds back what comes before its mark. */
export class Announced {
  readonly #own: RegExp
  readonly #other: Buffer
  #shell: string | undefined
  #before = Buffer.alloc(0)
  #begun = false
  #isCut = false
  /** What may be the start of the other output's mark, until that is known. */
  #held: Buffer | undefined = Buffer.alloc(0)

  constructor(stream: 'stdout' | 'stderr') {
    this.#own = marks[stream]
    this.#other = Buffer.from(stream === 'stdout' ? stderrMark : mark)
  }

  /** True once the mark has come. */
  get begun(): boolean {
    return this.#begun
  }

  /** The path of the login's shell, where the mark has told it. */
  get shell(): string | undefined {
    return this.#shell
  }

  /** The login has made one of both outputs: the other one's mark came here. */
  get isJoined(): boolean {
    return this.#before.includes(this.#other)
  }

  /** The last part of what came before the mark. */
  get before(): string {
    return this.#before.toString('utf8').replaceAll(this.#other.toString(), '')
  }

  /** More came before the mark than was kept. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** The part of a chunk that is the command's own. */
  take(chunk: Buffer): Buffer {
    if (!this.#begun) return this.#seek(chunk)
    return this.#held ? this.#withoutOther(chunk) : chunk
  }

  /** What is the command's own after all, now that nothing comes any more. */
  end(): Buffer {
    const held = this.#held ?? Buffer.alloc(0)
    this.#held = undefined
    return held
  }

  #seek(chunk: Buffer): Buffer {
    const all = Buffer.concat([this.#before, chunk])
    // A character a byte, so that it may stand anywhere among bytes that are no text.
    const own = this.#own.exec(all.toString('latin1'))
    this.#begun = own !== null
    if (own?.[1] !== undefined) this.#shell = Buffer.from(own[1], 'latin1').toString('utf8')
    const before = own ? all.subarray(0, own.index) : all
    this.#isCut ||= before.length > kept
    this.#before = before.subarray(-kept)
    return own ? this.#withoutOther(all.subarray(own.index + own[0].length)) : Buffer.alloc(0)
  }

  // Where both outputs are one, the other's mark follows this one's.
  #withoutOther(chunk: Buffer): Buffer {
    const all = this.#held && this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk
    const start = all.subarray(0, this.#other.length)
    const isLike = start.equals(this.#other.subarray(0, start.length))
    this.#held = isLike && start.length < this.#other.length ? all : undefined
    if (this.#held) return Buffer.alloc(0)
    return isLike ? all.subarray(this.#other.length) : all
  }
}
