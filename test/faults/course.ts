import { addressText } from './address.ts'
import { type CaseOptions, type Cases, chance, sweep } from './cases.ts'
import { Field, type Subject } from './field.ts'
import { record } from './recording.ts'
import { besiege, type Finding } from './siege.ts'

export interface CourseOptions extends CaseOptions {
  /** No run begins any more behind it, in milliseconds of the epoch. */
  readonly end: number
  readonly say: (line: string) => void
}

/** One approach's way through a campaign: what it has still to meet, and what came of what it has met. */
export class Course {
  readonly subject: Subject
  /** How many addresses its recordings hold. */
  readonly addresses: number
  readonly findings: Finding[] = []
  readonly #cases: Cases
  readonly #options: CourseOptions
  #fleets = 0

  private constructor(subject: Subject, addresses: number, cases: Cases, options: CourseOptions) {
    this.subject = subject
    this.addresses = addresses
    this.#cases = cases
    this.#options = options
  }

  /** Records an approach's runs on a fleet, which can be besieged then. */
  static async begin(field: Field, options: CourseOptions): Promise<Course> {
    const { subject } = field
    const scenarios = await record(field)
    const addresses = scenarios.reduce((sum, scenario) => sum + scenario.addresses.length, 0)
    const { random = false, seed, say } = options
    const cases = random ? chance(scenarios, subject, seed) : sweep(scenarios, options)
    say(
      `${subject.name}: ${addresses} addresses, ${random ? 'at random' : `${cases.left} runs`}, seed ${seed}`,
    )
    return new Course(subject, addresses, cases, options)
  }

  /** How many of its addresses were tried. */
  get tried(): number {
    return new Set(this.findings.flatMap(({ struck }) => struck.map(({ address }) => addressText(address))))
      .size
  }

  /** How many runs are left to make. */
  get left(): number {
    return this.#cases.left
  }

  /** How many fleets are besieged for it at present. */
  get fleets(): number {
    return this.#fleets
  }

  /** Besieges a fleet by what is left, until that or the time is over. */
  async besiege(opened?: Field): Promise<void> {
    this.#fleets += 1
    const { end, say } = this.#options
    let field = opened ?? (await Field.open(this.subject))
    try {
      for (let each = this.#cases.next(); each && Date.now() < end; each = this.#cases.next()) {
        const began = Date.now()
        const finding = await besiege(field, each)
        this.findings.push(finding)
        this.#cases.missed(finding)
        say(`${told(finding)} · ${((Date.now() - began) / 1000).toFixed(1)}s`)
        if (finding.violations.length === 0) continue
        if (finding.case.seed !== undefined) say(`--random --seed ${finding.case.seed} repeats it`)
        say(finding.said)
        // What a violation has left must not be taken for the next one's.
        await field.close()
        field = await Field.open(this.subject)
      }
    } finally {
      await field.close()
      this.#fleets -= 1
    }
  }
}

function told({ case: { strikes, scaling, rival }, struck, trail, end, violations }: Finding): string {
  const what = strikes.map((strike) => {
    const missed = struck.includes(strike) ? '' : ' (not come by)'
    return `${addressText(strike.address)} · ${strike.fault}${missed}`
  })
  if (scaling) what.push(scaling)
  if (rival) what.push('a rival')
  const outcome = violations.length > 0 ? `✗ ${violations.join('; ')}` : `✓ ${end}`
  return `${what.join('\n+ ')} · ${trail.join(', ')} · ${outcome}`
}
