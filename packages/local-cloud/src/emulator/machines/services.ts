import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf } from './environment.ts'
import type { Computer } from './layout.ts'
import { goingDown, Service } from './service.ts'
import { UnitFiles } from './unit-files.ts'

const logLimit = 8 << 20

/** All services of a running machine. */
export class Services {
  readonly files: UnitFiles
  readonly #computer: Computer
  readonly #known = new Map<string, Service>()
  readonly #turns = new Map<string, Promise<void>>()
  #halted = false

  constructor(computer: Computer) {
    this.#computer = computer
    this.files = new UnitFiles(computer)
  }

  /** The service called `name` with its unit file as it now reads; undefined when there is no such unit. */
  async find(name: string): Promise<Service | undefined> {
    const unit = await this.files.find(name)
    const known = this.#known.get(name)
    if (!unit) return known
    if (known) {
      known.unit = unit
      return known
    }
    const service = new Service(unit, environmentOf(this.#computer), this.#logOf(name))
    this.#known.set(name, service)
    return service
  }

  /** Runs `work` on a service when what was asked of it before is done. */
  async inTurn(service: Service, work: () => Promise<void>): Promise<void> {
    if (this.#halted) throw new Error(goingDown)
    const { name } = service.unit
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(work)
    this.#turns.set(
      name,
      turn.catch(() => undefined),
    )
    await turn
  }

  async startEnabled(): Promise<readonly string[]> {
    const names = await this.files.enabled()
    const services = await Promise.all(names.map((name) => this.find(name)))
    const found = services.filter((service) => service !== undefined)
    await Promise.all(found.map((service) => this.inTurn(service, () => service.start())))
    return found.map((service) => service.unit.description)
  }

  /** Stops all of them, and lets none be started any more. */
  async halt(): Promise<void> {
    this.#halted = true
    await Promise.all([...this.#known.values()].map((service) => service.halt()))
  }

  #logOf(name: string): string {
    const directory = join(this.#computer.layout.run, 'log')
    mkdirSync(directory, { recursive: true })
    const path = join(directory, `${name}.log`)
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logLimit) renameSync(path, `${path}.1`)
    return path
  }
}
