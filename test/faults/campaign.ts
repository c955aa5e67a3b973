import { dnsSwitch, instanceSwap, type Subject } from '../breaks/rehearsed-cloud.ts'
import { type Address, recordAddresses } from './addresses.ts'
import { type FaultKind, faultKinds } from './fault-kinds.ts'
import { attempt, type Trial, type Verdict } from './trial.ts'
import { World } from './world.ts'

export interface Plan {
  /** Which kind of fault hits which address, and in which order they come. */
  readonly seed: number
  /** Every kind at every address, and not one of them. */
  readonly full?: boolean
  /** So many trials of each approach at most. */
  readonly most?: number
  /** No trial begins later. */
  readonly minutes?: number
  readonly templates?: readonly string[]
  readonly say: (line: string) => void
}

export interface Report {
  readonly template: string
  readonly addresses: number
  readonly verdicts: readonly Verdict[]
}

/** A fleet that has been deployed to so many times is made anew: what replicas leave adds up. */
const lifetime = 8

/** Breaks both deployments at every address, side by side. */
export async function campaign(plan: Plan): Promise<Report[]> {
  const subjects = [instanceSwap, dnsSwitch].filter(
    ({ template }) => plan.templates === undefined || plan.templates.includes(template),
  )
  return Promise.all(subjects.map((subject) => approach(subject, plan)))
}

async function approach(subject: Subject, plan: Plan): Promise<Report> {
  const { template } = subject
  const deadline = Date.now() + (plan.minutes ?? Number.POSITIVE_INFINITY) * 60_000
  let world = await World.open(subject)
  const verdicts: Verdict[] = []
  try {
    const addresses = await recordAddresses(world)
    const trials = trialsOf(addresses, plan)
    plan.say(`${template}: ${addresses.length} addresses, ${trials.length} trials`)
    let deployed = 1
    for (const [index, trial] of trials.entries()) {
      if (Date.now() > deadline) break
      if (deployed >= lifetime) {
        await world.close()
        world = await World.open(subject)
        deployed = 0
      }
      const verdict = await attempt(world, trial)
      verdicts.push(verdict)
      if (verdict.end === 'green') deployed += 1
      // What is wrong with the fleet now is not the next one's fault.
      if (verdict.violations.length > 0) deployed = lifetime
      plan.say(`${template}: ${index + 1}/${trials.length} ${lineOf(verdict)}`)
    }
    return { template, addresses: addresses.length, verdicts }
  } finally {
    await world.close()
  }
}

function trialsOf(addresses: readonly Address[], { seed, full = false, most }: Plan): Trial[] {
  const meant = (kind: FaultKind, { phase }: Address): boolean =>
    // A run that takes itself back cannot go on.
    !(phase === 'undo' && kind.killedThen === 'resume')
  const all = addresses.flatMap((address, index) => {
    const kinds = faultKinds.filter((kind) => meant(kind, address) && (full || !kind.slow))
    const one = kinds[(index + seed) % kinds.length]
    return (full ? kinds : one ? [one] : []).map((kind) => ({ address, kind }))
  })
  const chosen = most === undefined || most >= all.length ? all : spread(all, most, seed)
  return chosen.map((trial, index) => ({ ...trial, release: `r${index + 1}` }))
}

/** So many of them, evenly spaced, beginning elsewhere with every seed. */
function spread<Each>(all: readonly Each[], most: number, seed: number): Each[] {
  const stride = all.length / most
  return Array.from(
    { length: most },
    (_, index) => all[Math.floor(index * stride + seed) % all.length],
  ).filter((each) => each !== undefined)
}

export function lineOf({ trial, reached, end, finished, requests, violations }: Verdict): string {
  const { address, kind } = trial
  const where = `${address.operation} of ${address.step}${address.phase === 'undo' ? ', taken back' : ''}`
  const came = `${reached ? '' : 'not reached; '}${end}${finished ? ', by the named command' : ''}, ${requests} requests`
  const wrong = violations.map((violation) => `\n    VIOLATION: ${violation}`).join('')
  return `${kind.name}: ${where}: ${came}${wrong}`
}

/** The reports as a table of Markdown. */
export function tableOf(reports: readonly Report[]): string[] {
  const head = [
    '| deployment | fault | tried | all blue | all green | of them by the named command | violations |',
    '|---|---|---:|---:|---:|---:|---:|',
  ]
  const rows = reports.flatMap(({ template, verdicts }) =>
    faultKinds.flatMap(({ name }) => {
      const own = verdicts.filter(({ trial, reached }) => trial.kind.name === name && reached)
      if (own.length === 0) return []
      const count = (is: (verdict: Verdict) => boolean): number => own.filter(is).length
      const cells = [
        count(({ end }) => end === 'blue'),
        count(({ end }) => end === 'green'),
        count(({ finished }) => finished),
        count(({ violations }) => violations.length > 0),
      ]
      return [`| ${template} | ${name} | ${own.length} | ${cells.join(' | ')} |`]
    }),
  )
  return [...head, ...rows]
}
