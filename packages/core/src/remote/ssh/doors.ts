import { Semaphore } from '../semaphore.ts'
import type { HostTime } from './host-time.ts'

/** sshd begins to drop handshakes at random above ten. */
const politeNumber = 8

interface Door {
  readonly semaphore: Semaphore
  size: number
}

/**
 * Bounds the handshakes in flight: all of a run's, and those of one sshd, which hosts of many names may share. An sshd
 * that drops some is asked for fewer at a time.
 */
export class Doors {
  readonly #all: Semaphore
  readonly #size: number
  readonly #doors = new Map<string, Door>()

  constructor(size: number) {
    this.#all = new Semaphore(size)
    this.#size = size
  }

  /** Runs a handshake with the sshd of this name when it is its turn, which is not on the host's time. */
  async through<Value>(
    name: string,
    time: HostTime,
    signal: AbortSignal,
    body: () => Promise<Value>,
  ): Promise<Value> {
    const { semaphore } = this.#door(name)
    return waiting(time, semaphore, signal, () => waiting(time, this.#all, signal, body))
  }

  /** This sshd has dropped one. */
  dropped(name: string): void {
    const door = this.#door(name)
    if (door.size > politeNumber && door.semaphore.shrink()) door.size -= 1
  }

  #door(name: string): Door {
    const door = this.#doors.get(name) ?? { semaphore: new Semaphore(this.#size), size: this.#size }
    this.#doors.set(name, door)
    return door
  }
}

async function waiting<Value>(
  time: HostTime,
  semaphore: Semaphore,
  signal: AbortSignal,
  body: () => Promise<Value>,
): Promise<Value> {
  let enter: () => void = () => undefined
  const turn = new Promise<void>((resolve) => {
    enter = resolve
  })
  const running = semaphore.run(signal, () => {
    enter()
    return body()
  })
  await time.standing(() => Promise.race([turn, running]))
  return running
}
