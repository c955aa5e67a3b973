import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ViridianError } from '../error.ts'
import { suggestion } from '../nearest.ts'
import { columns } from '../output/columns.ts'
import { ownDirectory } from '../own-directory.ts'

const schema = z.array(
  z.object({ name: z.string(), summary: z.string(), files: z.record(z.string(), z.string()) }),
)

/** A starter project: its files by their paths. */
export type Template = z.infer<typeof schema>[number]

/** What the build has packed beside the code. */
export const allTemplates = (): readonly Template[] =>
  schema.parse(JSON.parse(readFileSync(join(ownDirectory, '../dist/templates.json'), 'utf8')))

/** A line for each. */
export const templateLines = (): readonly string[] =>
  columns(allTemplates().map(({ name, summary }) => [`  ${name}`, summary]))

/** @throws ViridianError `E_TEMPLATE_UNKNOWN` with all that there are */
export function templateNamed(name: string): Template {
  const templates = allTemplates()
  const template = templates.find((each) => each.name === name)
  if (template) return template
  const names = templates.map((each) => each.name)
  // A directory was given in its place.
  const path = /[./~]/.test(name) ? `a template stands before it: tasks init minimal ${name}` : undefined
  throw new ViridianError(
    'E_TEMPLATE_UNKNOWN',
    [`there is no template "${name}"; there are`, ...templateLines()].join('\n'),
    { hint: suggestion(name, names) ?? path ?? `name one of them, and then a directory` },
  )
}
