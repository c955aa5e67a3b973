import { type ActionContext, ViridianError } from '@viridian/core'
import type { FaultSettings } from '../emulator/faults.ts'
import type { CloudAccess } from './access.ts'
import { faultFlags, faultsOf } from './fault-flags.ts'

/** What `tasks cloud up` takes. */
export const upOptions = [
  { flags: '--fleet <n>', summary: 'start with a fleet of n instances (0: none)' },
  { flags: '--port <port>', summary: 'the port of its endpoint' },
  { flags: '--time-scale <s>', summary: 'real seconds that a second of AWS takes (default: 0.1)' },
  ...faultFlags,
]

/** What the flags of `tasks cloud up` say. */
export interface UpFlags {
  readonly fleet: number | undefined
  readonly port: number | undefined
  readonly timeScale: number | undefined
  readonly faults: FaultSettings | undefined
}

/** @throws ViridianError `E_ARG_INVALID` */
export function readUpFlags({ options }: ActionContext): UpFlags {
  const number = (name: string, range: Range): number | undefined => numberIn(name, options[name], range)
  const { fault } = options
  return {
    fleet: number('fleet', { least: 0, most: 200, whole: true }),
    port: number('port', { least: 1, most: 65_535, whole: true }),
    // Faster than this, everything else would take longer than what is waited for.
    timeScale: number('timeScale', { least: 0.01, most: 10 }),
    faults: faultsOf({
      latency: number('latency', seconds),
      eventualConsistency: number('eventualConsistency', seconds),
      rules: typeof fault === 'object' ? fault : [],
    }),
  }
}

/** @throws ViridianError `E_CLOUD_RUNNING` when the cloud that runs is not as the flags want it */
export function checkRunning({ port, timeScale }: UpFlags, access: CloudAccess): void {
  const asked = { '--port': port, '--time-scale': timeScale }
  const running = { '--port': Number(new URL(access.endpoint).port), '--time-scale': access.timeScale }
  const other = (['--port', '--time-scale'] as const).filter(
    (flag) => asked[flag] !== undefined && asked[flag] !== running[flag],
  )
  if (other.length === 0) return
  const now = other.map((flag) => `${flag} ${running[flag]}`).join(' and ')
  throw new ViridianError('E_CLOUD_RUNNING', `the local cloud runs already, with ${now}`, {
    hint: `leave ${other.join(' and ')} out to join it, or end it first with "tasks cloud down"`,
  })
}

interface Range {
  readonly least: number
  readonly most: number
  readonly whole?: boolean
}

const seconds: Range = { least: 0, most: 3_600 }

function numberIn(
  name: string,
  value: ActionContext['options'][string],
  { least, most, whole }: Range,
): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  const isNumber = typeof value === 'string' && value.trim() !== '' && (!whole || Number.isInteger(number))
  if (isNumber && number >= least && number <= most) return number
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const wanted = `${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`
  throw new ViridianError('E_ARG_INVALID', `--${flag}: "${value}" is not ${wanted}`)
}
