import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { Console } from './console.ts'
import type { Answerer, Command, Control } from './control.ts'
import { type HostKey, hostKeyAt } from './host-key.ts'
import { type Computer, hostName } from './layout.ts'
import { killLeftovers } from './leftovers.ts'
import { writePrograms } from './programs.ts'
import { Services } from './services.ts'
import { SshServer } from './ssh-server.ts'
import { type Answer, systemctl } from './systemctl.ts'
import { runUserData } from './user-data.ts'

/** A machine under power, from the start of its boot until it is halted. */
export class RunningMachine {
  readonly #computer: Computer
  readonly #control: Control
  readonly #reboot: () => void
  readonly #console: Console
  readonly #services: Services
  #ssh: SshServer | undefined
  #powered: Promise<HostKey> | undefined
  #halted = false
  /** Settles when the first boot's user data has ended: true when it succeeded. */
  #initialized: Promise<boolean> = Promise.resolve(true)

  /** @param reboot - called when somebody on the machine asks for it */
  constructor(computer: Computer, control: Control, reboot: () => void) {
    this.#computer = computer
    this.#control = control
    this.#reboot = reboot
    this.#console = new Console(computer.layout.console)
    this.#services = new Services(computer)
  }

  /** True while the SSH server runs. */
  get isUp(): boolean {
    return this.#ssh !== undefined && !this.#halted
  }

  /** Resolves when user data has ended, or at once when this is not the first boot. */
  async boot(userData: string | undefined, clock: Clock): Promise<void> {
    const { machine, layout } = this.#computer
    this.#powered = this.#powerOn(clock)
    const key = await this.#powered
    if (existsSync(layout.bootedMark)) return
    if (userData) this.#initialized = runUserData(this.#computer, userData, this.#console)
    await this.#initialized
    // What was cut short is done again at the next boot.
    if (this.#halted) return
    this.#console.printHostKey(key, `root@${hostName(machine.address)}`)
    this.#console.print(
      `cloud-init: finished at ${clock.now().toUTCString()}. Datasource DataSourceEc2Local.`,
    )
    await writeFile(layout.bootedMark, '')
  }

  /** Ends services, sessions and whatever else runs on the machine. */
  async halt(): Promise<void> {
    this.#halted = true
    // A boot's failure is told to who asked for the boot.
    await this.#powered?.catch(() => undefined)
    this.#control.refuse()
    await Promise.all([this.#services.halt(), this.#ssh?.close()])
    await killLeftovers(this.#computer.layout.root)
  }

  async #powerOn(clock: Clock): Promise<HostKey> {
    const { machine, image, layout } = this.#computer
    await Promise.all([layout.temporary, layout.run].map((path) => mkdir(path, { recursive: true })))
    await writeFile(layout.bootId, `${randomUUID()}\n`)
    this.#console.print(`Booting ${machine.id} from ${image} at ${clock.now().toISOString()}`)
    await writePrograms(this.#computer)
    await this.#control.admit(layout.control, this.#answer)
    const key = await hostKeyAt(layout.hostKey, `root@${hostName(machine.address)}`)
    const ssh = new SshServer(this.#computer, key)
    await ssh.open()
    this.#ssh = ssh
    this.#console.print(`sshd: Server listening on ${machine.address} port ${machine.sshPort}.`)
    for (const description of await this.#services.startEnabled()) {
      this.#console.print(`systemd: Started ${description}.`)
    }
    return key
  }

  readonly #answer: Answerer = async ({ program, args, cwd }: Command): Promise<Answer> => {
    if (program === 'systemctl') return systemctl(this.#services, args, cwd)
    if (program === 'cloud-init' && args[0] === 'status') return this.#initStatus(args.includes('--wait'))
    if (program === 'reboot') {
      // As the real one it is told first that the machine will go down.
      setImmediate(this.#reboot)
      return { stdout: '', stderr: '', code: 0 }
    }
    return { stdout: '', stderr: `${program} ${args.join(' ')}: not imitated here\n`, code: 1 }
  }

  async #initStatus(wait: boolean): Promise<Answer> {
    const running = new Promise<undefined>((resolve) => setImmediate(resolve, undefined))
    const ended = wait ? await this.#initialized : await Promise.race([this.#initialized, running])
    const status = ended === undefined ? 'running' : ended ? 'done' : 'error'
    return { stdout: `status: ${status}\n`, stderr: '', code: status === 'error' ? 1 : 0 }
  }
}
