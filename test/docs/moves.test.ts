import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Move, movesOf } from './moves.ts'
import { Program, repository } from './program.ts'

const page = `${repository}docs/moves.md`

/** By package: what makes its plugin, under the name that templates and examples give it. */
const plugins = {
  'aws-autoscaling': 'fleets = autoScaling()',
  'aws-ec2': 'instances = ec2()',
  'aws-elb': 'traffic = elb()',
  'aws-route53': 'names = route53()',
  'aws-cloudwatch': 'alarms = cloudWatch()',
}

const program = new Program({})
const moves = new Map<string, Move[]>()
for (const name of Object.keys(plugins)) moves.set(name, await movesOf(program, name))
program.close()

const makesChanges = ({ steps }: Move): boolean => steps.some(({ kind }) => kind === 'change')

/** Those of a service behind its name: `ec2`: `CreateImage`, `DescribeImages`. */
function actionsOf({ steps }: Move): string {
  const actions = [...new Set(steps.flatMap(({ calls }) => calls))].sort().map((each) => each.split(':'))
  const services = new Set(actions.map(([service]) => service))
  const lines = [...services].map((service) => {
    const own = actions.filter(([of]) => of === service).map(([, action]) => `\`${action}\``)
    return `${service}: ${own.join(', ')}`
  })
  return lines.join('<br>') || '–'
}

function sectionOf([name, made]: [string, string]): string {
  const [variable] = made.split(' ')
  const rows = moves.get(name)?.map((move) => {
    const undo = makesChanges(move) ? move.undo : '–'
    return `| \`${variable}.${move.call}\` | ${move.does} | ${undo} | ${actionsOf(move)} |`
  })
  return [
    `## @viridian/${name}`,
    '',
    `\`const ${made}\``,
    '',
    '| move | what it does | its undo | AWS actions |',
    '|---|---|---|---|',
    ...(rows ?? []),
  ].join('\n')
}

const intro = `# Moves

What tasks can call of the AWS plugins, under the names that the templates give these. A move is made of steps, which are on record
before AWS is asked for anything. Its undo is what happens when the run fails, is interrupted, or is rolled back; – stands
where nothing is changed. The actions are all that it may call, and its undo, as IAM policies name them. What a move takes, gives
and throws is told where it is declared: your editor shows it.`

describe('the page of all moves', () => {
  const all = [...moves].flatMap(([name, own]) => own.map((move) => [`${name} ${move.call}`, move] as const))

  it.each(all)('has steps for %s', (_, { steps }) => {
    expect(steps).not.toEqual([])
  })

  it.each(all.filter(([, move]) => makesChanges(move)))('can say what the undo of %s is', (_, { undo }) => {
    expect(undo).toBeDefined()
  })

  it('is what the plugins are', () => {
    const text = [intro, ...Object.entries(plugins).map(sectionOf)].join('\n\n')
    if (process.env.UPDATE_MOVES) writeFileSync(page, `${text}\n`)
    expect(readFileSync(page, 'utf8'), 'UPDATE_MOVES=1 writes it anew').toBe(`${text}\n`)
  })
})
