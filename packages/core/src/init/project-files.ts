import { basename } from 'node:path'
import { z } from 'zod'
import type { Origin } from './origin.ts'
import type { Template } from './templates.ts'

const dependencies = z.record(z.string(), z.string())
const manifestSchema = z.object({
  type: z.string(),
  scripts: dependencies,
  dependencies,
  devDependencies: dependencies,
})

/** The files of a project in `directory`, which exists. */
export function projectFiles(
  { name, files }: Template,
  directory: string,
  origin: Origin,
): Record<string, string> {
  const manifest = manifestSchema.parse(JSON.parse(files['package.json'] ?? ''))
  const own = {
    name: packageName(basename(directory)) || name,
    version: '0.0.0',
    private: true,
    ...manifest,
    dependencies: Object.fromEntries(
      Object.entries(manifest.dependencies).map(([name, version]) => {
        const [, ours] = /^@viridian\/(.+)$/.exec(name) ?? []
        return [name, ours === undefined ? version : origin.dependency(ours, version, directory)]
      }),
    ),
  }
  const { 'README.md': readme = '' } = files
  return {
    ...files,
    ...origin.files,
    'package.json': `${JSON.stringify(own, null, 2)}\n`,
    'README.md': asTyped(readme, origin),
  }
}

/** A page with its commands as they are typed in the project; the first block begins with what they need. */
export function asTyped(page: string, { install, tasks }: Pick<Origin, 'install' | 'tasks'>): string {
  const blocks = page.replaceAll(/^```\n.*?^```$/gms, (block) => block.replaceAll(/^tasks(?= )/gm, tasks))
  return blocks.replace('```\n', () => ['```', ...install, ''].join('\n'))
}

/** `My Fleet` → `my-fleet`; empty where nothing of a name is left. */
export const packageName = (directory: string): string =>
  directory
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, 214)
