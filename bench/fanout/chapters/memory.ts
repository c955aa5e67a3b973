import type { Chapter } from '../chapter.ts'
import { peakMemoryOf } from '../measure.ts'
import { fabricScript, missing, peers, product } from '../peers/peers.ts'
import { table } from '../table.ts'

const many = 1000

/** What a host costs in memory: a process with a thousand of them, against the same with one. */
export const memory: Chapter = async (field, _plan, say) => {
  const contestants = new Map([[product.name, (hosts: number) => product.job(field, hosts)]])
  if (peers.some((peer) => peer.name === 'Fabric' && missing(peer).length === 0))
    contestants.set('Fabric', (hosts: number) => fabricScript(field, hosts))
  const rows: string[][] = []
  for (const [name, job] of contestants) {
    say(`${name}, ${many} hosts`)
    const idle = await peakMemoryOf(job(1))
    const full = await peakMemoryOf(job(many))
    const perHost = (full - idle) / many
    rows.push([name, (idle / 1024).toFixed(0), (full / 1024).toFixed(0), perHost.toFixed(0)])
  }
  return table([`${many} hosts, resident memory`, 'one host MiB', 'all MiB', 'KiB a host'], rows)
}
