import { cpus } from 'node:os'
import type { Chapter } from '../chapter.ts'
import type { Field } from '../field.ts'
import { costOf, type Job } from '../measure.ts'
import { missing, type Peer, peers, product } from '../peers/peers.ts'
import { figuresOf, inTurns } from '../rounds.ts'
import { ratio, seconds, table } from '../table.ts'

/** Seconds: of the whole, of processor time on the client's side, and on the sshd's. */
interface Costs {
  readonly wall: number
  readonly cpu: number
  readonly sshd: number
}

/** `true` on hosts that nothing is connected to: whole processes, start-up included. */
export const connect: Chapter = async (field, { rounds, sizes }, say) => {
  const lines: string[] = []
  for (const size of sizes) {
    const present = [product, ...peers].filter(
      (peer) => missing(peer).length === 0 && size <= (peer.most ?? size),
    )
    const contestants = new Map(
      present.map((peer) => [peer.name, () => costsOf(field, peer.job(field, size))]),
    )
    const costs = await inTurns(contestants, rounds, (text) => say(`${size} hosts, ${text}`))
    lines.push(...resultOf(size, present, costs))
  }
  return lines
}

async function costsOf(field: Field, job: Job): Promise<Costs> {
  const before = await field.spent()
  const { wall, cpu } = await costOf(job)
  return { wall, cpu, sshd: (await field.spent()) - before }
}

function resultOf(
  size: number,
  present: readonly Peer[],
  costs: ReadonlyMap<string, readonly Costs[]>,
): string[] {
  const of = (name: string, which: keyof Costs) =>
    figuresOf((costs.get(name) ?? []).map((cost) => cost[which]))
  const wall = of(product.name, 'wall').median
  const cpu = of(product.name, 'cpu').median
  const rows = present.map(({ name }) => {
    const { median, least, most } = of(name, 'wall')
    const processor = of(name, 'cpu').median
    return [
      name,
      `${seconds(median)} [${seconds(least)}–${seconds(most)}]`,
      ratio(wall, median),
      seconds(processor),
      ratio(cpu, processor),
      seconds(of(name, 'sshd').median),
    ]
  })
  const head = [
    `${size} hosts, new connections`,
    'wall s',
    'tasks ÷ it',
    'client CPU s',
    'tasks ÷ it',
    'sshd CPU s',
  ]
  const least = of(product.name, 'sshd').median / cpus().length
  const limit = `A client that costs nothing would wait ${seconds(least)} s for the sshd, on all cores: ${ratio(least, wall)} × what tasks exec takes.`
  return [...table(head, rows), '', limit, '']
}
