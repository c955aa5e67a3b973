import type { Config } from '../config/config.ts'
import type { Event } from '../events/event.ts'
import type { Mask } from '../events/mask.ts'
import type { Ask } from '../remote/terminal/prompt.ts'
import type { Lend } from '../remote/terminal/shell.ts'
import type { RunIdentity } from '../step/definition.ts'
import type { HostChoice } from '../task/host-choice.ts'
import type { Ledger } from './ledger.ts'
import type { Consent } from './permission.ts'

/** What a session is opened with: the project, the run, its screen and the person before it. */
export interface SessionSettings {
  readonly config: Config
  /** The project's directory. */
  readonly directory: string
  readonly stateDirectory: string
  readonly identity: RunIdentity
  readonly planning: boolean
  readonly ledger: Ledger
  readonly mask: Mask
  readonly emit: (event: Event) => void
  /** Pending while whoever reads the events is behind. */
  readonly caughtUp?: () => Promise<void> | undefined
  /** Asks a person for leave to change something. */
  readonly confirm: (question: string) => Promise<Consent>
  /** Asks a person for passphrases and passwords. */
  readonly ask: Ask
  /** Lends the terminal of a person, for shells on hosts. */
  readonly lend?: Lend | undefined
  /** The run ends where it keeps its way back open, and waits for nothing there. */
  readonly detach?: boolean
  /** The hosts that it is for. @default all */
  readonly choice?: HostChoice
  /** Of the stage's surroundings it uses those that stand already, and opens none; nor does it learn a host's key. @default false */
  readonly onlyLooks?: boolean
  /** What the run has recorded is not replayed. @default false */
  readonly isAside?: boolean
}
