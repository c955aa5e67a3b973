// What stands below the services: real processes, real sockets. The services (EC2, Auto Scaling, …) keep AWS's records and
// rules and ask the hardware for the rest; the hardware knows nothing of AWS's protocols.

/** A computer: a directory, an SSH server and the services' processes on a loopback address of its own. */
export interface MachineSpec {
  /** The instance's id, `i-…`: also the name of its directory. */
  readonly id: string
  /** The image to copy the disk from, `ami-…`. */
  readonly image: string
  /** Decoded user data; run at the first boot of this machine. */
  readonly userData?: string
  /** Public keys in authorized_keys form that may log in. */
  readonly authorizedKeys: readonly string[]
}

export interface Machine {
  readonly id: string
  /** The loopback address that is this machine's own. Known as soon as `create` resolves. */
  readonly address: string
  /** The port of its SSH server. */
  readonly sshPort: number
}

export interface Machines {
  /** Copies the image's disk and takes an address; the machine does not run yet. */
  create(spec: MachineSpec): Promise<Machine>
  /** Boots: SSH server up, user data at the first boot, enabled services started. Resolves when user data has ended. */
  boot(id: string): Promise<void>
  /** Stops the SSH server and every process; the disk stays. */
  halt(id: string): Promise<void>
  /** As `halt`, and the disk and the address are given back. */
  destroy(id: string): Promise<void>
  /** Copies a machine's disk, running or not, to a new image. */
  snapshot(id: string, image: string): Promise<void>
  /** Makes an image from a directory's content (or an empty one). */
  importImage(image: string, directory?: string): Promise<void>
  deleteImage(image: string): Promise<void>
  /** Whether there is the disk of an image. */
  hasImage(image: string): boolean
  /** What the serial console shows: boot messages, and SSH host keys and fingerprints as cloud-init prints them. */
  consoleOutput(id: string): string
  /** True while the machine's SSH server runs. */
  isRunning(id: string): boolean
  /** Tells when somebody on a machine asks for its reboot. */
  onReboot(listen: (id: string) => void): void
  /** Removes the disks of machines and images that an earlier cloud has left, but for those named here. */
  clear(kept: { readonly machines: readonly string[]; readonly images: readonly string[] }): Promise<void>
  /** Brings a machine's records back after the cloud itself was restarted (directory and address are as before). */
  adopt(spec: MachineSpec, machine: Machine): Promise<void>
}
