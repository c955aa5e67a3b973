import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Chapter } from '../chapter.ts'
import { type Field, hostNames } from '../field.ts'
import { costOf, type Job } from '../measure.ts'
import { fabricUpload, programPath, project, tasksCommand } from '../peers/peers.ts'
import { figuresOf, inTurns } from '../rounds.ts'
import { ratio, seconds, table } from '../table.ts'

const size = 20
const files = 2000

// All hosts are one machine: each has a directory of its own.
const tasksIn = (
  home: string,
): string => `const put = remoteTask({ role: 'all', args: { from: 'string', to: 'string' } }, async (host, t) => {
  await host.put(t.args.from, '${home}/' + host.name + '/' + t.args.to)
})
const tasks = { put }`

/** A large file and a directory of many small ones, to twenty hosts at once: whole processes. */
export const upload: Chapter = async (field, { rounds }, say) => {
  const big = join(field.directory, 'big')
  writeFileSync(big, randomBytes(50 << 20))
  const tree = join(field.directory, 'tree')
  plant(tree)
  const lines = [
    ...(await compare(field, '50 MiB to 20 hosts', fileContestants(field, big), rounds, say)),
    '',
    ...(await compare(field, `${files} files to 20 hosts`, treeContestants(field, tree), rounds, say)),
  ]
  return [...lines, '', ...(await changed(field, tree, rounds, say))]
}

/** Twenty MiB in small files, with what a copy easily gets wrong among them. */
function plant(tree: string): void {
  for (let index = 0; index < files; index += 1) {
    const directory = join(tree, `d${index % 50}`, `.hidden${index % 7}`)
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, `f${index}`), randomBytes(10_400), {
      mode: index % 3 === 0 ? 0o755 : 0o640,
    })
  }
  mkdirSync(join(tree, 'empty'))
  symlinkSync('d0', join(tree, 'link'))
}

const putBy = (field: Field, from: string, to: string): Job => ({
  command: [...tasksCommand, 'run', 'put', '--from', from, '--to', to],
  cwd: project(field, size, tasksIn(field.home)),
})

/** The same command line for every host, all at once; `{}` is the host. */
function eachHost(field: Field, line: string): Job {
  return {
    command: ['xargs', '-a', field.hostsFile(size), '-P', String(size), '-I{}', 'sh', '-c', line],
  }
}

function fileContestants(field: Field, big: string): Map<string, Job> {
  const ssh = `ssh -F ${field.curveConfig}`
  return new Map([
    ['tasks', putBy(field, big, 'big')],
    ['ssh cat', eachHost(field, `${ssh} {} 'cat >${field.home}/{}/cat' <${big}`)],
    ['scp', eachHost(field, `scp -q -F ${field.curveConfig} ${big} {}:${field.home}/{}/scp`)],
    ['rsync', eachHost(field, `rsync -W --ignore-times -e '${ssh}' ${big} {}:${field.home}/{}/rsync`)],
  ])
}

function treeContestants(field: Field, tree: string): Map<string, Job> {
  const ssh = `ssh -F ${field.curveConfig}`
  return new Map([
    ['tasks', putBy(field, tree, 'tree')],
    [
      'tar to ssh tar',
      eachHost(
        field,
        `tar -C ${tree} -c . | ${ssh} {} 'mkdir -p ${field.home}/{}/tar; tar -xpC ${field.home}/{}/tar'`,
      ),
    ],
    ['rsync', eachHost(field, `rsync -a -e '${ssh}' ${tree}/ {}:${field.home}/{}/rsync-tree/`)],
    ...(programPath('fab') ? [['Fabric', fabricUpload(field, size, tree)] as const] : []),
  ])
}

async function compare(
  field: Field,
  what: string,
  jobs: ReadonlyMap<string, Job>,
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  const walls = await inTurns(
    new Map(
      [...jobs].map(([name, job]) => [
        name,
        async () => {
          emptyHomes(field)
          return (await costOf(job)).wall
        },
      ]),
    ),
    rounds,
    (text) => say(`${what}, ${text}`),
    // It takes a minute and a half for many files.
    ['Fabric'],
  )
  return rowsOf(what, walls)
}

/** A second push, after one file has changed. */
async function changed(
  field: Field,
  tree: string,
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  emptyHomes(field)
  const jobs = new Map([
    ['tasks', putBy(field, tree, 'tree')],
    [
      'rsync',
      eachHost(field, `rsync -a -e 'ssh -F ${field.curveConfig}' ${tree}/ {}:${field.home}/{}/rsync-tree/`),
    ],
  ])
  const again = (job: Job) => async (): Promise<number> => {
    writeFileSync(join(tree, 'd1', 'changed'), randomBytes(10_000))
    return (await costOf(job)).wall
  }
  const what = `${files} files again, one of them changed`
  const contestants = new Map([...jobs].map(([name, job]) => [name, again(job)]))
  return rowsOf(what, await inTurns(contestants, rounds, (text) => say(`${what}, ${text}`)))
}

function rowsOf(what: string, walls: ReadonlyMap<string, readonly number[]>): string[] {
  const own = figuresOf(walls.get('tasks') ?? []).median
  const rows = [...walls].map(([name, each]) => {
    const { median, least, most } = figuresOf(each)
    return [name, `${seconds(median)} [${seconds(least)}–${seconds(most)}]`, ratio(own, median)]
  })
  return table([what, 'wall s', 'tasks ÷ it'], rows)
}

function emptyHomes({ home }: Field): void {
  rmSync(home, { recursive: true, force: true })
  for (const name of hostNames(size)) mkdirSync(join(home, name), { recursive: true })
}
