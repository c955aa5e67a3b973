import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration, parseTimer } from '../duration.ts'
import { isViridianError, reportOf, ViridianError } from '../error.ts'
import type { CommandOptions, CommandResult } from './command/run-command.ts'

/** How a host is rebooted, and how long that may take. */
export interface RebootOptions {
  /** Until the host is back: milliseconds, or `10m`. @default 10m */
  readonly timeout?: number | string
  /** A command line that restarts the machine. As root, by sudo where the login is another. @default reboot */
  readonly command?: string
}

/** What a reboot needs of a host. */
export interface Rebootable {
  readonly host: string
  /** Runs a command line quietly, as the login's user, or as root. */
  readonly run: (command: string, options: CommandOptions, user?: 'root') => Promise<CommandResult>
  /** Ends the connection; the next command makes a new one. */
  readonly disconnect: () => Promise<void>
  readonly signal: AbortSignal
}

// Linux, macOS, the BSDs, and what else keeps a record of its boots. Each changes with a boot, and not between.
const bootId = [
  'cat /proc/sys/kernel/random/boot_id 2>/dev/null',
  'sysctl -n kern.bootsessionuuid 2>/dev/null',
  'sysctl -n kern.boottime 2>/dev/null',
  'who -b',
].join(' || ')

const patience = 30_000
const longestPauseMs = 3_000
const anyCode = Array.from({ length: 256 }, (_, code) => code)

/** Reboots a host and waits until it has booted anew: its boot id is another. */
export async function rebootHost(host: Rebootable, options: RebootOptions): Promise<void> {
  const timeout = parseTimer(options.timeout ?? '10m')
  const before = await identify(host)
  await order(host, options.command ?? 'reboot', before.user === '0' ? undefined : 'root')
  const deadline = AbortSignal.timeout(timeout)
  let seen = 'it was not yet down'
  for (let pause = 250; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    try {
      // The old connection may never notice that the machine is gone.
      await within(deadline, host.disconnect())
      const { boot } = await within(deadline, identify(host))
      if (boot !== before.boot) return
      seen = 'it answers, and has not booted anew'
    } catch (error) {
      host.signal.throwIfAborted()
      if (isFinal(error)) throw error
      if (error !== deadline.reason) seen = reportOf(error).message
    }
    if (deadline.aborted) throw late(host.host, timeout, seen)
    await within(deadline, sleep(pause, undefined, { signal: host.signal })).catch(() => undefined)
    host.signal.throwIfAborted()
  }
}

async function identify({ host, run }: Rebootable): Promise<{ boot: string; user: string }> {
  const { stdout } = await run(`id -u && { ${bootId}; }`, { quiet: true, timeout: patience })
  const [user = '', ...rest] = stdout.split('\n')
  const boot = rest.join('\n').trim()
  if (boot !== '') return { boot, user }
  throw new ViridianError('E_BOOT_UNKNOWN', `${host} does not say which boot it runs on`, {
    hint: 'it has neither /proc/sys/kernel/random/boot_id nor kern.boottime nor "who -b": reboot it by host.run, and wait for what shows that it is back',
    place: { host },
  })
}

/** Gives the command. A machine that goes down takes the command's shell and the connection with it. */
async function order({ host, run }: Rebootable, command: string, user: 'root' | undefined): Promise<void> {
  let result: CommandResult
  try {
    result = await run(command, { okCodes: anyCode, timeout: patience }, user)
  } catch (error) {
    if (isViridianError(error) && takenAlong.has(error.code)) return
    throw error
  }
  // As shells count what was ended by a signal.
  if (result.code === 0 || result.code >= 128) return
  const said = result.stderr || result.stdout
  throw new ViridianError(
    'E_COMMAND_FAILED',
    `${host}: "${result.command}" failed with exit code ${result.code}${said === '' ? '' : `\n  ${said}`}`,
    { hint: 'it was not rebooted; name the command that reboots it', place: { host } },
  )
}

const takenAlong = new Set(['E_HOST_LOST', 'E_COMMAND_FAILED', 'E_COMMAND_TIMEOUT'])

// While it goes down and comes up a host may refuse all else.
const isFinal = (error: unknown): boolean =>
  isViridianError(error) && /^E_(?:HOST_KEY_\w+|BOOT_UNKNOWN|COMMAND_ABORTED)$/.test(error.code)

async function within<Value>(deadline: AbortSignal, work: Promise<Value>): Promise<Value> {
  // What comes too late has nobody to tell.
  work.catch(() => undefined)
  let stop: () => void = () => undefined
  const end = new Promise<never>((_, reject) => {
    stop = () => reject(deadline.reason)
    deadline.addEventListener('abort', stop, { once: true })
    if (deadline.aborted) stop()
  })
  try {
    return await Promise.race([work, end])
  } finally {
    deadline.removeEventListener('abort', stop)
  }
}

function late(host: string, timeout: number, seen: string): ViridianError {
  return new ViridianError(
    'E_REBOOT_TIMEOUT',
    `${host} was told to reboot and has not come back within ${formatDuration(timeout)}: ${seen}`,
    { hint: 'see its console; a longer timeout gives it more time', place: { host } },
  )
}
