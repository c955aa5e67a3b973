import type { Command } from 'commander'
import { ViridianError } from '../error.ts'
import { collectArgs, collectTask } from '../gc/collect.ts'
import { pluginsOf, stageOf } from '../run/stage.ts'
import { parseArgs } from '../task/args.ts'
import { runBuiltIn } from './built-in.ts'
import { command } from './command.ts'
import { globalsOf } from './globals.ts'
import type { Project } from './project.ts'
import { withArgFlags } from './task-command.ts'

/** `tasks gc`: what runs have left in the account, found and removed. */
export function gcCommand(project: Project, exit: (code: number) => void): Command {
  return command('gc', (own) => withArgFlags(own, collectArgs, project))
    .description('remove what earlier runs have left or outlived, after a question')
    .action(async (flags: Record<string, unknown>, self: Command) => {
      const globals = globalsOf(self)
      const args = parseArgs('gc', collectArgs, flags, 'tasks gc')
      if (!Number.isInteger(args.keep) || args.keep < 0)
        throw new ViridianError('E_ARG_INVALID', `--keep: ${args.keep} is no number of images`, {
          hint: 'give 0 or more: --keep 3',
        })
      const stage = project.stage(globals.stage)
      refuseBlind(project, stage)
      const task = (session: Parameters<typeof collectTask>[0]) =>
        collectTask(session, project.stateDirectory)
      exit(await runBuiltIn(project, globals, { name: 'gc', stage, task, args }))
    })
}

function refuseBlind(project: Project, stage: string): void {
  const { config } = project.loaded
  if (pluginsOf(config, stageOf(config, stage)).some(({ leftovers = [] }) => leftovers.length > 0)) return
  throw new ViridianError('E_GC_BLIND', 'no plugin of this project knows what runs leave behind', {
    hint: 'list those whose steps its tasks take in "plugins" of the task file: autoScaling(), ec2()',
  })
}
