import { join } from 'node:path'
import type { Machine } from '../hardware/machines.ts'
import type { HearCommand } from './heard-command.ts'

/** Where the parts of one machine lie on the real disk. Only `home` is the machine's disk: images hold a copy of it. */
export interface Layout {
  readonly root: string
  /** The user's home directory: the disk that images copy. */
  readonly home: string
  /** Generated programs (`sudo`, `systemctl`, …), first on PATH. */
  readonly bin: string
  /** Logs and other state of the running machine. */
  readonly run: string
  readonly temporary: string
  /** Tells one boot from another, as the kernel's `boot_id`. */
  readonly bootId: string
  readonly hostKey: string
  readonly console: string
  readonly authLog: string
  readonly userData: string
  /** How the programs in `bin` reach the cloud: address, port and token, readable by the owner alone. */
  readonly control: string
  /** Exists once the first boot is over. */
  readonly bootedMark: string
}

/** The layout of machine `id` under the cloud's directory. */
export function layoutOf(directory: string, id: string): Layout {
  const root = join(directory, 'machines', id)
  const run = join(root, 'run')
  return {
    root,
    home: join(root, 'home'),
    bin: join(root, 'bin'),
    run,
    temporary: join(root, 'tmp'),
    bootId: join(run, 'boot-id'),
    hostKey: join(root, 'ssh_host_ed25519_key'),
    console: join(run, 'console.log'),
    authLog: join(run, 'auth.log'),
    userData: join(run, 'user-data'),
    control: join(run, 'control.json'),
    bootedMark: join(root, 'booted'),
  }
}

/** A machine as its own parts see it: its record, its place on the disk and its user. */
export interface Computer {
  readonly machine: Machine
  readonly image: string
  readonly user: string
  readonly layout: Layout
  /** Bytes that are free on its disk; null: as many as there are. */
  readonly freeDisk: () => number | null
  readonly hear: HearCommand
}

/** The name that EC2 gives a host: `ip-127-20-0-1`. */
export function hostName(address: string): string {
  return `ip-${address.replaceAll('.', '-')}`
}
