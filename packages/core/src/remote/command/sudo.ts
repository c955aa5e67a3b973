import { ViridianError } from '../../error.ts'
import type { Ask } from '../terminal/prompt.ts'
import type { Connection, ExecOptions, Input, SshDefaults } from '../transport.ts'
import { quoteForLogin } from './announcement.ts'
import { quote } from './quote.ts'

/** Where a command that goes by sudo is to go. */
export interface SudoPlace {
  readonly host: string
  readonly connection: Pick<Connection, 'exec' | 'patience'>
  /** Who it becomes. */
  readonly user: string
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

/** A shell's command that tries a password, the first line that it reads: sudo itself would read on after a wrong one. */
const tryPassword = (user: string): string => `head -n 1 | ${sudoTo(user, "-S -p ''")} sh -c :`

/**
 * A shell's commands that give sudo the password for the terminal that they have: it remembers it there. Read from a
 * terminal, some releases would throw away what was sent before they look.
 */
export const givePassword = (user: string): string => `${tryPassword(user)} 2>/dev/null; ${skipPassword}`

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
    const password = known.get(place.user) ?? this.#find(place)
    known.set(place.user, password)
    return password
  }

  async #find(place: SudoPlace): Promise<string | undefined> {
    const login = await loginThatNeedsOne(place)
    if (login === undefined) return undefined
    const { sudoPassword } = await this.#settings.defaults()
    if (sudoPassword) return this.#given(place, login, await sudoPassword())
    const shared = this.#shared.get(login)
    if (shared === undefined) {
      const asked = this.#ask(place, login, `sudo password of ${login}`)
      this.#shared.set(login, asked)
      return asked
    }
    const password = await shared
    if (password === undefined || (await accepts(place, password))) return password
    return this.#ask(place, login, `sudo password of ${login} on ${place.host}`)
  }

  async #given(place: SudoPlace, login: string, password: string): Promise<string> {
    this.#settings.onSecret(password)
    if (await accepts(place, password)) return password
    throw refused(place, login)
  }

  async #ask(place: SudoPlace, login: string, text: string): Promise<string | undefined> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const again = tries === 0 ? '' : ' (the last one was wrong)'
      const answer = await this.#settings.ask({ text: `${text}${again}`, secret: true })
      if (answer === undefined) return undefined
      if (await accepts(place, answer)) return answer
    }
    throw refused(place, login)
  }
}

/** The name that the login goes by, if its sudo wants a password. */
async function loginThatNeedsOne(place: SudoPlace): Promise<string | undefined> {
  const probe = `e=$(LC_ALL=C ${sudoTo(place.user, '-n')} sh -c : 2>&1) && exit; case $e in *password*) printf '\\001%s\\n' "$(id -un)"; exit ${needed}; esac`
  let said = ''
  const onStdout = (chunk: Buffer): void => {
    said += chunk.toString()
  }
  const code = await codeOf(place, probe, { onStdout })
  return code === needed ? said.slice(said.lastIndexOf('\u0001') + 1).trim() : undefined
}

async function accepts(place: SudoPlace, password: string): Promise<boolean> {
  const line = Buffer.from(`${password}\n`)
  const input = { size: line.length, chunks: () => [line] }
  return (await codeOf(place, tryPassword(place.user), { input })) === 0
}

async function codeOf(place: SudoPlace, script: string, options: ExecOptions): Promise<number | null> {
  const { connection } = place
  const signal = AbortSignal.any([place.signal, AbortSignal.timeout(connection.patience)])
  const { code } = await connection.exec(`exec sh -c ${quoteForLogin(script)}`, { ...options, signal })
  return code
}

function refused({ host, user }: SudoPlace, login: string): ViridianError {
  return new ViridianError(
    'E_SUDO_PASSWORD',
    `${host}: sudo accepts no password of ${login} that it was given`,
    {
      hint: `check the password, and whether ${login} may become ${user} there`,
      place: { host },
    },
  )
}
