import type { Chapter } from '../chapter.ts'
import { costOf } from '../measure.ts'
import { fabricScript, missing, peers, project, tasksCommand } from '../peers/peers.ts'
import { figuresOf, inTurns } from '../rounds.ts'
import { ratio, table } from '../table.ts'

const times = 50
const tasks = `const one = remoteTask({ role: 'all' }, async (host, t) => {
  await host.run\`true\`
  const began = performance.now()
  for (let count = 0; count < ${times}; count += 1) await host.run\`true\`
  t.say(String((performance.now() - began) / ${times}))
})
const tasks = { one }`

/** One command after the other on one open connection. */
export const one: Chapter = async (field, { rounds }, say) => {
  const contestants = new Map<string, () => Promise<number>>([
    [
      'tasks',
      async () => {
        const cwd = project(field, 1, tasks)
        const { stdout } = await costOf({ command: [...tasksCommand, 'run', 'one', '--json'], cwd })
        const events = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
        return Number(events.find(({ kind, text }) => kind === 'note' && Number(text) > 0)?.text)
      },
    ],
  ])
  if (peers.some((peer) => peer.name === 'Fabric' && missing(peer).length === 0))
    contestants.set('Fabric', async () =>
      Number(JSON.parse((await costOf(fabricScript(field, 1, { one: times }))).stdout)[0]),
    )
  const values = await inTurns(contestants, rounds, say)
  const own = figuresOf(values.get('tasks') ?? []).median
  const rows = [...values].map(([name, each]) => {
    const { median, least, most } = figuresOf(each)
    return [name, `${median.toFixed(1)} [${least.toFixed(1)}–${most.toFixed(1)}]`, ratio(own, median)]
  })
  return table(['One host, one command on an open connection', 'ms', 'tasks ÷ it'], rows)
}
