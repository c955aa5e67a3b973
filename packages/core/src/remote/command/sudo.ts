import { ViridianError } from '../../error.ts'
import { inputAfter } from '../input/after.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { Connection, Input, Pty, SshDefaults } from '../transport.ts'
import { Announced, announceBy, sayMark, sayMarkOnTerminal, shellWords } from './announcement.ts'
import { quote } from './quote.ts'

/** Where a command that goes by sudo is to go. */
export interface SudoPlace {
  readonly host: string
  readonly connection: Pick<Connection, 'exec' | 'patience'>
  /** Who it becomes. */
  readonly user: string
  /** The command's terminal: sudo may want one. */
  readonly pty?: Pty | undefined
  readonly signal: AbortSignal
}

export interface SudoSettings {
  readonly ask: Ask
  readonly defaults: () => Pick<SshDefaults, 'sudoPassword'> | Promise<Pick<SshDefaults, 'sudoPassword'>>
  /** Told of a password that nobody typed, so that it is masked. */
  readonly onSecret: (value: string) => void
}

const mostTries = 3
const needed = 77

// What follows a password that sudo may have left unread, when it wanted none after all.
const endOfPassword = 'viridian: input'

/** A shell's commands that pass over the rest of a password, byte by byte, so that the command's input begins behind it. */
export const skipPassword = `while IFS= read -r l && [ "$l" != "${endOfPassword}" ]; do :; done`

/**
 * A shell's command that tries a password, the first line that it reads: sudo itself would read on after a wrong one. It
 * names whose it asks for: by targetpw or rootpw that is not the login's.
 */
const tryPassword = (user: string): string => `head -n 1 | ${sudoTo(user, "-S -p '<%p>'")} sh -c :`

/**
 * A shell's commands that run the words behind them, which sudo begins, on the terminal that they have: the password comes
 * from there to sudo, which reads it from a pipe. Read from a terminal, some releases would throw away what was sent
 * before they look; and not all remember it for a terminal.
 */
export const givePassword = 'head -n 1 | "$@"'

/**
 * Behind sudo: the commands of a shell that turns from the pipe, once the password has gone into it, to its terminal. For
 * a pipe's sake sudo starts it in the background of a terminal of its own: it has to read from that by itself, which brings
 * it to the foreground, before it starts anything that sudo does not see stop.
 */
export const backOnTerminal = `cat >/dev/null; exec <&1; ${skipPassword}`

/** The password before a command's own input. */
export function inputWithPassword(password: string, input?: Input): Input {
  const head = Buffer.from(`${password}\n${endOfPassword}\n`)
  return {
    ...input,
    size: head.length + (input?.size ?? 0),
    chunks: async function* () {
      yield head
      if (input) yield* input.chunks()
    },
  }
}

export const sudoTo = (user: string, flags: string): string =>
  user === 'root' ? `sudo ${flags}` : `sudo ${flags} -u ${quote(user)}`

/**
 * The passwords of sudo, each asked for once in a run and login name, and tried by itself before a command is trusted to
 * it: so no command is run twice, and a wrong one is not taken for its input.
 */
export class SudoPasswords {
  readonly #settings: SudoSettings
  readonly #known = new WeakMap<SudoPlace['connection'], Map<string, Promise<string | undefined>>>()
  readonly #shared = new Map<string, Promise<string | undefined>>()

  constructor(settings: SudoSettings) {
    this.#settings = settings
  }

  /**
   * The password that sudo wants there; undefined: it wants none, or nobody can tell it.
   *
   * @throws ViridianError `E_SUDO_PASSWORD` when it accepts none of those that it was given
   */
  passwordFor(place: SudoPlace): Promise<string | undefined> {
    const known = this.#known.get(place.connection) ?? new Map<string, Promise<string | undefined>>()
    this.#known.set(place.connection, known)
    const key = place.pty ? `${place.user} on a terminal` : place.user
    const password = known.get(key) ?? this.#find(place)
    known.set(key, password)
    return password
  }

  async #find(place: SudoPlace): Promise<string | undefined> {
    const login = await loginThatNeedsOne(place)
    if (login === undefined) return undefined
    const { sudoPassword } = await this.#settings.defaults()
    if (sudoPassword) return this.#given(place, login, await sudoPassword())
    const shared = this.#shared.get(login)
    if (shared === undefined) {
      const asked = this.#ask(place, login)
      this.#shared.set(login, asked)
      return asked
    }
    const password = await shared
    if (password === undefined) return undefined
    const { isRight, whose = login } = await tried(place, password)
    return isRight ? password : this.#ask(place, whose, ` on ${place.host}`)
  }

  async #given(place: SudoPlace, login: string, password: string): Promise<string> {
    this.#settings.onSecret(password)
    const { isRight, whose = login } = await tried(place, password)
    if (isRight) return password
    throw refused(place, whose)
  }

  async #ask(place: SudoPlace, login: string, where = ''): Promise<string | undefined> {
    let asked = login
    for (let tries = 0; tries < mostTries; tries += 1) {
      const again = tries === 0 ? '' : ' (the last one was wrong)'
      const text = `sudo password of ${asked}${where}${again}`
      const answer = await this.#settings.ask({ text, secret: true })
      if (answer === undefined) return undefined
      const { isRight, whose = asked } = await tried(place, answer)
      if (isRight) return answer
      asked = whose
    }
    throw refused(place, asked)
  }
}

/** The name that the login goes by, if its sudo wants a password. */
async function loginThatNeedsOne(place: SudoPlace): Promise<string | undefined> {
  const probe = `e=$(LC_ALL=C ${sudoTo(place.user, '-n')} sh -c : 2>&1) && exit; case $e in *password*) id -un; exit ${needed}; esac`
  const { code, said } = await probed(place, probe)
  return code === needed ? said.trim() : undefined
}

interface Tried {
  readonly isRight: boolean
  /** Whose password sudo has asked for, as far as it says so. */
  readonly whose?: string | undefined
}

async function tried(place: SudoPlace, password: string): Promise<Tried> {
  const line = Buffer.from(`${password}\n`)
  const input = { size: line.length, chunks: () => [line] }
  const { code, said } = await probed(place, `${tryPassword(place.user)} 2>&1`, input)
  return { isRight: code === 0, whose: /<([^<>%\s]+)>/.exec(said)?.[1] }
}

async function probed(
  { connection, pty, signal }: SudoPlace,
  script: string,
  input?: Input,
): Promise<{ code: number | null; said: string }> {
  const stdout = new Announced('stdout')
  let said = ''
  let begin: () => void = () => undefined
  // Whatever else a login runs is not to read a password.
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const line = `exec ${announceBy(pty ? sayMarkOnTerminal : sayMark)} ${shellWords(script)}`
  const { code } = await connection.exec(line, {
    onStdout: (chunk) => {
      said += stdout.take(chunk)
      if (stdout.begun) begin()
    },
    ...(pty && { pty }),
    ...(input && { input: inputAfter(begun, input) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(connection.patience)]),
  })
  begin()
  return { code, said: `${said}${stdout.end()}` }
}

const toSingleCommands = 'where sudo allows single commands only, host.run`sudo -n …` runs those'

/** What to do about the words of a sudo that did not run a command. */
export function sudoHint(lines: readonly string[]): string | undefined {
  const said = lines.filter((line) => line.startsWith('sudo: ')).join('\n')
  if (/must have a tty/.test(said))
    return 'this sudo wants a terminal (requiretty): give the command one, pty: true (tasks exec --pty)'
  if (/password (?:is|was) required|no password was provided/.test(said))
    return `sudo is asked not to prompt (-n): let this user run sh by it without a password, or give sudoPassword; ${toSingleCommands}`
  return undefined
}

function refused({ host, user }: SudoPlace, whose: string): ViridianError {
  return new ViridianError(
    'E_SUDO_PASSWORD',
    `${host}: sudo accepts no password of ${whose} that it was given`,
    {
      hint: `check the password, and whether the login may become ${user} there and run sh; ${toSingleCommands}`,
      place: { host },
    },
  )
}
