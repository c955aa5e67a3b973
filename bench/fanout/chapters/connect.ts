import type { Chapter } from '../fanout.ts'
import { type Cost, costOf } from '../measure.ts'
import { missing, type Peer, peers, product } from '../peers/peers.ts'
import { figuresOf, inTurns } from '../rounds.ts'
import { ratio, seconds, table } from '../table.ts'

/** `true` on hosts that nothing is connected to: whole processes, start-up included. */
export const connect: Chapter = async (field, { rounds, sizes }, say) => {
  const lines: string[] = []
  for (const size of sizes) {
    const present = [product, ...peers].filter(
      (peer) => missing(peer).length === 0 && size <= (peer.most ?? size),
    )
    const contestants = new Map(present.map((peer) => [peer.name, () => costOf(peer.job(field, size))]))
    const costs = await inTurns(contestants, rounds, (text) => say(`${size} hosts, ${text}`))
    lines.push(...resultOf(size, present, costs))
  }
  return lines
}

function resultOf(
  size: number,
  present: readonly Peer[],
  costs: ReadonlyMap<string, readonly Cost[]>,
): string[] {
  const of = (name: string, which: 'wall' | 'cpu') =>
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
    ]
  })
  const head = [`${size} hosts, new connections`, 'wall s', 'tasks ÷ it', 'client CPU s', 'tasks ÷ it']
  return [...table(head, rows), '']
}
