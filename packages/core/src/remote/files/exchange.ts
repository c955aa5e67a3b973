import type { Input } from '../transport.ts'

/** One command of a transfer. */
export interface FileCommand {
  readonly command: string
  /** What it reads, to the end. */
  readonly input?: Input
  /** Takes what it says, in place of the answer; while a promise that it gives is pending, the host waits. */
  readonly onBytes?: (chunk: Buffer) => Promise<void> | void
  /** Told when the answer begins. */
  readonly onAnswer?: () => void
  /** Takes what it says on standard error though it succeeds. */
  readonly onRemarks?: (text: string) => void
}

/** Carries out a transfer's commands on one host, one after the other; gives what each said. */
export type Exchange = (command: FileCommand) => Promise<Buffer>
