import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Machine, MachineSpec, Machines } from '../hardware/machines.ts'
import { readConsole } from './console.ts'
import { Control } from './control.ts'
import { copyDisk, diskKinds, disksIn } from './disk.ts'
import { type HearCommand, hearNothing } from './heard-command.ts'
import { type Computer, layoutOf } from './layout.ts'
import { killLeftovers } from './leftovers.ts'
import { LoopbackRange, noAlias, prefixes, probe } from './loopback.ts'
import { RunningMachine } from './running-machine.ts'

/** How the machines of a cloud are made. */
export interface MachinesOptions {
  /** Holds `machines/` and `images/`. Made when missing. */
  readonly directory: string
  readonly clock: Clock
  /** The one user that may log in, and the port of every SSH server (default 2222). */
  readonly ssh: { readonly user: string; readonly port?: number }
  /** Ports that applications want: a machine's address has them free. Default: 8080. */
  readonly ports?: readonly number[]
  /** Bytes that are free on every machine's disk, asked for at each command; null: as many as there are. */
  readonly freeDisk?: () => number | null
  /** Hears of every command that comes over SSH, and says what goes wrong with it. */
  readonly hear?: HearCommand
}

/** Machines, and the end of them all. */
export interface OpenMachines extends Machines {
  /** Halts every machine and gives the addresses back; disks stay, to be adopted by the next cloud. */
  close(): Promise<void>
}

interface Slot {
  readonly spec: MachineSpec
  readonly computer: Computer
  readonly control: Control
  running?: RunningMachine
  booting?: Promise<void>
}

/**
 * Opens the machines of a cloud's directory. What an earlier cloud left running there (it was killed) is ended first.
 *
 * @throws when left-over processes do not end.
 */
export async function openMachines(options: MachinesOptions): Promise<OpenMachines> {
  await mkdir(join(options.directory, 'machines'), { recursive: true })
  await mkdir(join(options.directory, 'images'), { recursive: true })
  const directory = await realpath(options.directory)
  await killLeftovers(join(directory, 'machines'))
  return new LocalMachines({ ...options, directory })
}

class LocalMachines implements OpenMachines {
  readonly #options: MachinesOptions
  readonly #addresses: LoopbackRange
  readonly #slots = new Map<string, Slot>()
  /** What writes to disks at this moment: the end waits for it. */
  readonly #writing = new Set<Promise<unknown>>()
  #reboot: (id: string) => void = () => undefined

  constructor(options: MachinesOptions) {
    this.#options = options
    this.#addresses = new LoopbackRange(prefixes.machines, options.directory)
  }

  create(spec: MachineSpec): Promise<Machine> {
    return this.#write(this.#create(spec))
  }

  async #create(spec: MachineSpec): Promise<Machine> {
    const image = this.#imagePath(spec.image)
    if (!existsSync(image))
      throw new Error(`There is no image ${spec.image} in ${this.#options.directory}/images`)
    const { root, home } = layoutOf(this.#options.directory, spec.id)
    if (existsSync(root)) throw new Error(`There is a machine ${spec.id} already: ${root}`)
    const sshPort = this.#options.ssh.port ?? 2222
    const ports = [sshPort, ...(this.#options.ports ?? [8080])]
    const { address, held: control } = await this.#addresses.claim((candidate) => claim(candidate, ports))
    try {
      await mkdir(root)
      await copyDisk(join(image, 'home'), home)
      await authorize(home, spec.authorizedKeys)
    } catch (error) {
      await control.close()
      await rm(root, { recursive: true, force: true })
      throw error
    }
    const machine = { id: spec.id, address, sshPort }
    this.#slots.set(spec.id, { spec, computer: this.#computer(spec, machine), control })
    return machine
  }

  async clear(kept: {
    readonly machines: readonly string[]
    readonly images: readonly string[]
  }): Promise<void> {
    const { directory } = this.#options
    for (const kind of diskKinds) {
      const left = (await disksIn(directory, kind)).filter((name) => !kept[kind].includes(name))
      await Promise.all(left.map((name) => rm(join(directory, kind, name), { recursive: true, force: true })))
    }
  }

  async adopt(spec: MachineSpec, machine: Machine): Promise<void> {
    const computer = this.#computer(spec, machine)
    if (!existsSync(computer.layout.home)) {
      throw new Error(`Machine ${spec.id} cannot be brought back: its disk ${computer.layout.home} is gone`)
    }
    try {
      this.#slots.set(spec.id, { spec, computer, control: await claim(machine.address, []) })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL')
        throw noAlias(machine.address, error)
      throw new Error(
        `Machine ${spec.id} cannot be brought back: something has taken its address ${machine.address} ` +
          `(port ${Control.port}). End the other cloud, or terminate the instance.`,
        { cause: error },
      )
    }
  }

  async boot(id: string): Promise<void> {
    const slot = this.#slot(id)
    if (slot.running) throw new Error(`Machine ${id} runs already`)
    slot.running = new RunningMachine(slot.computer, slot.control, () => this.#reboot(id))
    slot.booting = slot.running.boot(slot.spec.userData, this.#options.clock)
    try {
      await slot.booting
    } catch (error) {
      await this.halt(id)
      throw error
    }
  }

  async halt(id: string): Promise<void> {
    const slot = this.#slot(id)
    const { running, booting } = slot
    if (!running) return
    await running.halt()
    // A boot that is interrupted ends by itself, as its user data is killed; its failure is told to who booted.
    await booting?.catch(() => undefined)
    if (slot.running !== running) return
    delete slot.running
    delete slot.booting
  }

  destroy(id: string): Promise<void> {
    return this.#write(this.#destroy(id))
  }

  async #destroy(id: string): Promise<void> {
    const { computer, control } = this.#slot(id)
    await this.halt(id)
    this.#slots.delete(id)
    await control.close()
    await rm(computer.layout.root, { recursive: true, force: true })
  }

  async snapshot(id: string, image: string): Promise<void> {
    await this.#write(this.#makeImage(image, this.#slot(id).computer.layout.home))
  }

  async importImage(image: string, directory?: string): Promise<void> {
    const home = directory === undefined ? undefined : await realpath(directory)
    await this.#write(this.#makeImage(image, home))
  }

  async deleteImage(image: string): Promise<void> {
    await this.#write(rm(this.#imagePath(image), { recursive: true, force: true }))
  }

  hasImage(image: string): boolean {
    return existsSync(this.#imagePath(image))
  }

  consoleOutput(id: string): string {
    return readConsole(this.#slot(id).computer.layout.console)
  }

  onReboot(listen: (id: string) => void): void {
    this.#reboot = listen
  }

  isRunning(id: string): boolean {
    return this.#slots.get(id)?.running?.isUp ?? false
  }

  async close(): Promise<void> {
    // Who asked for what is still being written hears of its failure.
    await Promise.allSettled(this.#writing)
    await Promise.all([...this.#slots.keys()].map((id) => this.halt(id)))
    await Promise.all([...this.#slots.values()].map(({ control }) => control.close()))
    this.#slots.clear()
  }

  #write<T>(work: Promise<T>): Promise<T> {
    this.#writing.add(work)
    const done = (): void => void this.#writing.delete(work)
    work.then(done, done)
    return work
  }

  async #makeImage(image: string, home: string | undefined): Promise<void> {
    const path = this.#imagePath(image)
    if (existsSync(path)) throw new Error(`There is an image ${image} already: ${path}`)
    const partial = `${path}.partial`
    await rm(partial, { recursive: true, force: true })
    await mkdir(join(partial, 'home'), { recursive: true })
    // Links are written for where the image will be, as it is there only when it is whole.
    if (home !== undefined) await copyDisk(home, join(partial, 'home'), join(path, 'home'))
    await rename(partial, path)
  }

  #computer(spec: MachineSpec, machine: Machine): Computer {
    const layout = layoutOf(this.#options.directory, spec.id)
    const { ssh, freeDisk = () => null, hear = hearNothing } = this.#options
    return { machine, image: spec.image, user: ssh.user, layout, freeDisk, hear }
  }

  #imagePath(image: string): string {
    return join(this.#options.directory, 'images', image)
  }

  #slot(id: string): Slot {
    const slot = this.#slots.get(id)
    if (!slot) throw new Error(`There is no machine ${id}`)
    return slot
  }
}

/** Takes an address that has these ports free, by opening the machine's control channel on it. */
async function claim(address: string, ports: readonly number[]): Promise<Control> {
  const control = new Control()
  await control.open(address)
  try {
    for (const port of ports) await probe(address, port)
    return control
  } catch (error) {
    await control.close()
    throw error
  }
}

/** Lets keys log in, beside those that the image brought: as on EC2, an image keeps the keys of its origin. */
async function authorize(home: string, keys: readonly string[]): Promise<void> {
  const directory = join(home, '.ssh')
  const file = join(directory, 'authorized_keys')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const present = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : []
  const missing = keys.map((key) => key.trim()).filter((key) => !present.includes(key))
  await appendFile(file, missing.map((key) => `${key}\n`).join(''), { mode: 0o600 })
}
