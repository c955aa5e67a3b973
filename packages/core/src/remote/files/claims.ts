import { dirname } from 'node:path'
import { ViridianError } from '../../error.ts'

/** Which host's files the local paths hold that this run has written to: nobody's may take the place of another one's. */
export class Claims {
  readonly #takers = new Map<string, string>()
  /** How often each host has taken something below a path. */
  readonly #below = new Map<string, Map<string, number>>()

  /**
   * Notes that a host's file or directory is written to a local path; what is given back takes the note away.
   *
   * @throws ViridianError `E_LOCAL_COLLISION` when another host's was written to it, above it or below it
   */
  claim(path: string, host: string): () => void {
    const above = [...ancestorsOf(path)]
    const here = [this.#takers.get(path)].find(isOther(host))
    if (here !== undefined) throw collision(path, host, `is what this run got from ${here}`)
    const around = [...above.map((each) => this.#takers.get(each)), ...(this.#below.get(path)?.keys() ?? [])]
    const other = around.find(isOther(host))
    if (other !== undefined) throw collision(path, host, `overlaps with what this run got from ${other}`)
    if (this.#takers.has(path)) return () => undefined
    this.#takers.set(path, host)
    for (const each of above) this.#count(each, host, 1)
    return () => {
      this.#takers.delete(path)
      for (const each of above) this.#count(each, host, -1)
    }
  }

  #count(path: string, host: string, more: number): void {
    const hosts = this.#below.get(path) ?? new Map<string, number>()
    this.#below.set(path, hosts)
    const count = (hosts.get(host) ?? 0) + more
    if (count > 0) hosts.set(host, count)
    else hosts.delete(host)
  }
}

const isOther =
  (host: string) =>
  (other: string | undefined): other is string =>
    other !== undefined && other !== host

function* ancestorsOf(path: string): Generator<string> {
  for (let above = dirname(path), last = path; above !== last; last = above, above = dirname(above))
    yield above
}

function collision(path: string, host: string, what: string): ViridianError {
  return new ViridianError('E_LOCAL_COLLISION', `${host}: ${path} ${what}`, {
    hint: "end the local path with / to get each host's under its name, or make host.name a part of the path",
    place: { host, file: path },
  })
}
