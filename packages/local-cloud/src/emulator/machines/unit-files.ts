import { lstat, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import type { Computer } from './layout.ts'
import { parseUnit, type Unit } from './unit.ts'

/**
 * A machine's unit files: `~/.config/systemd/*.service` (or `…/user/`). What is linked and what is enabled is kept
 * there too, as relative links, so that an image holds it and it means the same in every copy.
 */
export class UnitFiles {
  readonly #computer: Computer
  readonly #directory: string
  readonly #wants: string

  constructor(computer: Computer) {
    this.#computer = computer
    this.#directory = join(computer.layout.home, '.config', 'systemd')
    this.#wants = join(this.#directory, 'default.target.wants')
  }

  /** The unit called `name` (without `.service`); undefined when there is none. */
  async find(name: string): Promise<Unit | undefined> {
    const { layout, user } = this.#computer
    for (const directory of [this.#directory, join(this.#directory, 'user')]) {
      const path = join(directory, `${name}.service`)
      const text = await orMissing(readFile(path, 'utf8'))
      if (text !== undefined) return parseUnit(name, path, this.#atHome(text), layout.home, user)
    }
    return undefined
  }

  /** Makes the unit file at an absolute path known under its own name. */
  async link(path: string): Promise<void> {
    await this.#point(join(this.#directory, basename(path)), path)
  }

  async enable(unit: Unit): Promise<void> {
    await this.#point(join(this.#wants, `${unit.name}.service`), unit.path)
  }

  async disable(name: string): Promise<void> {
    await rm(join(this.#wants, `${name}.service`), { force: true })
  }

  async isEnabled(name: string): Promise<boolean> {
    return (await orMissing(lstat(join(this.#wants, `${name}.service`)))) !== undefined
  }

  /** The names of the units that start at boot. */
  async enabled(): Promise<readonly string[]> {
    const names = (await orMissing(readdir(this.#wants))) ?? []
    return names.filter((name) => name.endsWith('.service')).map((name) => basename(name, '.service'))
  }

  async #point(link: string, target: string): Promise<void> {
    if (resolve(link) === resolve(target)) return
    const directory = join(link, '..')
    await mkdir(directory, { recursive: true })
    await rm(link, { force: true })
    await symlink(relative(directory, target), link)
  }

  /** On a real machine a home has one path, on the original and on its copies; here a unit may name the original's. */
  #atHome(text: string): string {
    const { layout } = this.#computer
    const machines = join(layout.root, '..')
    return text.split(`${machines}/`).reduce((sofar, part) => {
      const own = part.replace(/^[^/\s]+\/home(?=[/\s"':]|$)/, layout.home)
      return own === part ? `${sofar}${machines}/${part}` : sofar + own
    })
  }
}

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
