import type { Chapter } from '../chapter.ts'
import { costOf } from '../measure.ts'
import { ansible, fabricScript, missing, peers, project, ssh2Script, tasksCommand } from '../peers/peers.ts'
import { figuresOf, inTurns } from '../rounds.ts'
import { ratio, table } from '../table.ts'

const size = 200
const twice = `const up = remoteTask({ role: 'all' }, async (host) => { await host.run\`true\` })
const tasks = { up, twice: task({}, async (t) => { await t.run(up); await t.run(up) }) }`

/** A task on connections that are open already, against the first one over them. */
export const again: Chapter = async (field, { rounds }, say) => {
  const isThere = (name: string): boolean =>
    peers.some((peer) => peer.name === name && missing(peer).length === 0)
  const contestants = new Map<string, () => Promise<readonly number[]>>([
    [
      'tasks',
      async () => {
        const cwd = project(field, size, twice)
        const { stdout } = await costOf({ command: [...tasksCommand, 'run', 'twice', '--json'], cwd })
        return stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
          .filter(({ kind, title }) => kind === 'step.finished' && title === 'up')
          .map(({ ms }) => Number(ms))
      },
    ],
    [
      'ssh2 script with the knobs',
      async () => timesOf(await costOf(ssh2Script(field, size, { rounds: 2, knobs: true }))),
    ],
    ['ssh2 script', async () => timesOf(await costOf(ssh2Script(field, size, { rounds: 2 })))],
  ])
  if (isThere('Fabric'))
    contestants.set('Fabric', async () => timesOf(await costOf(fabricScript(field, size, { rounds: 2 }))))
  if (isThere('Ansible raw')) {
    contestants.set('Ansible raw, ControlPersist', async () => {
      const first = await costOf(ansible(field, size, 'raw', '30s'))
      const second = await costOf(ansible(field, size, 'raw', '30s'))
      return [1000 * first.wall, 1000 * second.wall]
    })
  }
  const times = await inTurns(contestants, rounds, (text) => say(text))
  const of = (name: string, index: number) =>
    figuresOf((times.get(name) ?? []).map((each) => each[index] ?? Number.NaN))
  const own = of('tasks', 1).median
  const rows = [...contestants.keys()].map((name) => {
    const { median, least, most } = of(name, 1)
    const first = of(name, 0).median
    const spread = `${median.toFixed(0)} [${least.toFixed(0)}–${most.toFixed(0)}]`
    return [name, first.toFixed(0), spread, ratio(median, first), ratio(own, median)]
  })
  return table(
    [`${size} hosts, the same task again`, 'first ms', 'second ms', 'second ÷ first', 'tasks ÷ it'],
    rows,
  )
}

const timesOf = ({ stdout }: { stdout: string }): readonly number[] => JSON.parse(stdout)
