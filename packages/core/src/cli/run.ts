import { Mask } from '../events/mask.ts'
import type { ExitCode } from '../run/execute.ts'
import { execute } from '../run/execute.ts'
import { FileLocks } from '../run/lease.ts'
import { Ledger } from '../run/ledger.ts'
import { Session } from '../run/session.ts'
import { fileDigest, newRunId, RunStore } from '../run/store.ts'
import { type ArgSpecs, type ArgValues, parseArgs } from '../task/args.ts'
import type { Task } from '../task/task.ts'
import type { Globals } from './globals.ts'
import { onInterrupt } from './interrupt.ts'
import type { Project } from './project.ts'
import { confirmOn, outputFor } from './screen.ts'

export interface RunRequest {
  readonly name: string
  readonly task: Task
  readonly flags: Readonly<Record<string, unknown>>
  readonly mode: 'run' | 'plan'
}

/** `tasks run` and `tasks plan`: a task from its arguments to its exit code. */
export async function runTask(project: Project, globals: Globals, request: RunRequest): Promise<ExitCode> {
  const { config, directory, file } = project.loaded
  const stage = project.stage(globals.stage)
  const args = argsOf(request, config.stages?.[stage]?.defaults ?? {})
  const planning = request.mode === 'plan'
  const identity = { id: newRunId(), task: request.name, stage }
  const journal = planning ? undefined : await new RunStore(project.stateDirectory).open(identity.id)
  const output = outputFor(globals)
  const ledger = new Ledger(journal)
  const session = new Session({
    config,
    directory,
    stateDirectory: project.stateDirectory,
    identity,
    planning,
    ledger,
    mask: new Mask(),
    emit: (event) => output.event(event),
    confirm: confirmOn(output, globals.yes),
  })
  const release = onInterrupt(session, (signal) => {
    output.close()
    process.stderr.write(
      `${signal} again: stopped at once. What the run ${identity.id} made may be left; its journal says what.\n`,
    )
    process.exit(3)
  })
  try {
    const { task, mode } = request
    const locks = new FileLocks(project.stateDirectory)
    const outcome = await execute({
      session,
      ledger,
      task,
      args,
      mode,
      locks,
      config: await fileDigest(file),
    })
    return outcome.exitCode
  } finally {
    release()
    output.close()
    await journal?.close()
  }
}

function argsOf(
  { name, task, flags }: RunRequest,
  defaults: Readonly<Record<string, unknown>>,
): ArgValues<ArgSpecs> {
  const known = Object.entries(defaults).filter(([arg]) => arg in task.args)
  // Every argument has its declared type now; which ones are optional only the task's own type knows.
  return parseArgs(name, task.args, { ...Object.fromEntries(known), ...flags }) as ArgValues<ArgSpecs>
}
