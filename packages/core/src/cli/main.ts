import { CommanderError } from 'commander'
import { reportOf, ViridianError } from '../error.ts'
import { orFailure } from '../process-failures.ts'
import { exitCodeOf } from '../run/outcome.ts'
import { answer, answering } from './completion/answering.ts'
import { valuesIn } from './completion/values.ts'
import { complete } from './completion.ts'
import { asksForHelp } from './help-words.ts'
import { onLostOutput } from './lost-output.ts'
import { isNotUnderstood } from './not-understood.ts'
import { keepForEvents, ownOutput } from './own-output.ts'
import type { Print } from './print.ts'
import { buildProgram, tasksIn } from './program.ts'
import { Project } from './project.ts'
import { tellError } from './tell-error.ts'
import { Misread, usageError } from './usage-error.ts'

/**
 * The `tasks` command.
 *
 * @param argv the words behind `tasks`
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  // A warning of the AWS SDK about Node's version is nothing that the user of a task can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const lostOutput = onLostOutput()
  const exitCode = await perform(argv)
  const lost = await lostOutput()
  if (!lost) return exitCode
  refused(
    argv.filter((word) => word !== '--json'),
    lost,
  )
  return exitCode || 1
}

async function perform(argv: readonly string[]): Promise<number> {
  // What stands behind two dashes is for others.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (own.includes('--json')) keepForEvents()
  try {
    return await orFailure(
      'the command',
      () => carryOut(argv, own),
      (error) => {
        process.exitCode = refused(own, error)
      },
    )
  } catch (thrown) {
    return refused(own, thrown)
  }
}

/** What a shell asks on its own. It is no command, since its words are those of another one. */
const isQuestion = ([first]: readonly string[]): boolean => first === answering

/** The commands that load no task file. */
const withoutProject = ['init', 'completion']

async function carryOut(argv: readonly string[], own: readonly string[]): Promise<number> {
  let exitCode = 0
  const words = wordsOf(own)
  const needsNone = withoutProject.includes((words[0] === 'help' ? words[1] : words[0]) ?? '')
  const project = needsNone
    ? Project.none(workingDirectory())
    : await Project.open(workingDirectory(), optionIn(own, '--config'))
  const stage = optionIn(own, '--stage')
  const print: Print = (line) => ownOutput.write(`${line}\n`)
  const program = buildProgram({
    project,
    stage,
    print,
    exit: (code) => {
      exitCode = code
    },
  })
  if (isQuestion(argv)) return complete(program, valuesIn(project, stage), argv.slice(1), answer)
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(asksForHelp(program, argv), { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
    throw thrown instanceof Misread ? refusalOf(thrown, project) : thrown
  }
}

/** @throws ViridianError `E_DIRECTORY_GONE` */
function workingDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new ViridianError('E_DIRECTORY_GONE', 'the directory that the command is given in is gone', {
      cause,
      hint: 'go to one that is there: cd',
    })
  }
}

function optionIn(argv: readonly string[], name: string): string | undefined {
  const index = argv.indexOf(name)
  return index >= 0
    ? argv[index + 1]
    : argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
}

function refusalOf(misread: Misread, project: Project): unknown {
  // It may be a command of a plugin, which nobody knows without the task file.
  const isUnknown = misread.cause.code === 'commander.unknownCommand' && !misread.message.includes('\n')
  return (isUnknown && project.problem) || usageError(misread, [...tasksIn(project).keys()])
}

/** The task that a command line speaks of, or else the command. */
function subjectOf(argv: readonly string[]): string {
  const words = wordsOf(argv)
  const [command = '', name] = words
  return /^(run|plan)$/.test(command) ? (name ?? '') : words.slice(0, 2).join(' ')
}

const wordsOf = (argv: readonly string[]): string[] =>
  argv.filter((word, index) => !word.startsWith('-') && !/^--(config|stage)$/.test(argv[index - 1] ?? ''))

/** What stopped a command before or outside a run. */
function refused(argv: readonly string[], thrown: unknown): number {
  const error = reportOf(thrown)
  const exitCode = isNotUnderstood(error.code) ? 2 : exitCodeOf(error)
  if (argv.includes('--json')) {
    const finished = {
      kind: 'run.finished',
      run: '',
      task: subjectOf(argv),
      status: 'failed',
      exitCode,
      error,
      leftovers: [],
    }
    ownOutput.write(`${JSON.stringify(finished)}\n`)
  } else {
    tellError(error, !argv.includes('--no-color'))
  }
  return exitCode
}
