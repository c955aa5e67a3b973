import { readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { ViridianError } from '../error.ts'
import { writeNew } from '../init/new-files.ts'
import { origin } from '../init/origin.ts'
import { projectFiles } from '../init/project-files.ts'
import { templateLines, templateNamed } from '../init/templates.ts'
import { quotePath } from '../remote/command/quote.ts'
import { command } from './command.ts'
import { globalsOf } from './globals.ts'
import type { Print } from './print.ts'

/** `tasks init minimal my-fleet`: a project of a template. */
export function initCommand(print: Print): Command {
  return command('init')
    .description('make a project of a template')
    .argument('[template]', 'left out: minimal')
    .argument('[dir]', 'where to; left out: here, where there is nothing yet')
    .addHelpText('after', () => ['', 'Templates:', ...templateLines()].join('\n'))
    .action((name: string | undefined, dir: string | undefined, _, self: Command) => {
      const template = templateNamed(name ?? 'minimal')
      const directory = dir === undefined ? emptyHere(template.name) : resolve(dir)
      const from = origin()
      const files = writeNew(directory, () => projectFiles(template, directory, from))
      const next = [...wayTo(directory), ...from.install, `${from.tasks} list`]
      const { json, quiet } = globalsOf(self)
      if (json) print(JSON.stringify({ kind: 'project', template: template.name, directory, files, next }))
      else if (!quiet) for (const line of linesOf(template.name, files, next)) print(line)
    })
}

/** @throws ViridianError `E_INIT_NOT_EMPTY` */
function emptyHere(template: string): string {
  const here = process.cwd()
  // A project may begin with its history.
  if (readdirSync(here).every((name) => name === '.git')) return here
  throw new ViridianError('E_INIT_NOT_EMPTY', 'there is something in this directory already', {
    hint: `name a directory for the project: tasks init ${template} my-fleet; "." is this one all the same`,
  })
}

function wayTo(directory: string): string[] {
  const path = relative(process.cwd(), directory)
  return path === '' ? [] : [`cd ${quotePath(path)}`]
}

const linesOf = (template: string, files: readonly string[], next: readonly string[]): string[] => [
  `a project of the template ${template}:`,
  ...files.map((path) => `  ${path}`),
  'go on with',
  ...next.map((line) => `  ${line}`),
  'README.md says what it does, and what to change',
]
