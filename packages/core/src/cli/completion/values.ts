import type { RoleSpec } from '../../config/config.ts'
import { allTemplates } from '../../init/templates.ts'
import { rolesOf, stageOf } from '../../run/stage.ts'
import { RunStore } from '../../run/store.ts'
import { listedIn } from '../../task/roles.ts'
import type { Project } from '../project.ts'
import type { Candidate, ValuesOf } from './command-line.ts'

/** So many runs are read for an answer. */
const mostRuns = 20

/**
 * Values as the project has them, by the names of options and arguments. No function of the task file is called: of roles
 * those that are lists count.
 */
export function valuesIn(project: Project, stage: string | undefined): ValuesOf {
  const config = project.config ?? { tasks: {} }
  const { stages = {}, defaultStage } = config
  const allRoles = rolesOf(config, stageOf(config, stage ?? defaultStage ?? Object.keys(stages)[0] ?? ''))
  const roleNames = () => Object.keys(allRoles).map((word) => ({ word, summary: 'role' }))
  const hostNames = () => Object.entries(allRoles).flatMap(([role, spec]) => hostsOf(role, spec))
  const sources: Readonly<
    Record<string, (typed: string) => readonly Candidate[] | Promise<readonly Candidate[]>>
  > = {
    task: () => [],
    stage: () => Object.keys(stages).map((word) => ({ word, summary: 'stage' })),
    role: (typed) => ofList(typed, roleNames()),
    hosts: (typed) => ofList(typed, hostNames()),
    limit: (typed) => ofList(typed, hostNames()),
    except: (typed) => ofList(typed, hostNames()),
    target: () => [...hostNames(), ...roleNames()],
    run: (typed) => runsFrom(new RunStore(project.stateDirectory), typed),
    template: () => allTemplates().map(({ name, summary }) => ({ word: name, summary })),
  }
  return async (of, typed) => {
    const name = of.name()
    if (of.argChoices) return of.argChoices.map((word) => ({ word, summary: '' }))
    return Object.hasOwn(sources, name) ? sources[name]?.(typed) : undefined
  }
}

const hostsOf = (role: string, spec: RoleSpec): Candidate[] =>
  listedIn(spec, role).map(({ name }) => ({ word: name, summary: role }))

/** `a,b` with each of those that are not in it yet in the last one's place. */
function ofList(typed: string, candidates: readonly Candidate[]): Candidate[] {
  const before = typed.split(',').slice(0, -1)
  return candidates
    .filter(({ word }) => !before.includes(word))
    .map(({ word, summary }) => ({ word: [...before, word].join(','), summary }))
}

async function runsFrom(store: RunStore, typed: string): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  for await (const { started, finished } of store.newest()) {
    if (candidates.length === mostRuns) break
    const { run, task } = started
    if (run.startsWith(typed))
      candidates.push({ word: run, summary: `${task}, ${finished?.status ?? 'not finished'}` })
  }
  return candidates
}
