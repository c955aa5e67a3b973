import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const repository = import.meta.dirname
const read = (...path) => readFileSync(join(repository, ...path), 'utf8')

/**
 * Writes the templates into core as one file of data, since `tasks init` goes where core goes: npm leaves a .gitignore out of
 * what it packs, and links. Links are followed, and what a template's .gitignore names is no part of it.
 */
export function packTemplates() {
  const names = readdirSync(join(repository, 'templates')).sort()
  writeFileSync(join(repository, 'packages/core/dist/templates.json'), JSON.stringify(names.map(templateOf)))
}

function templateOf(name) {
  const ignored = read('templates', name, '.gitignore').split('\n')
  const files = filesIn(join('templates', name), ignored)
  const { description } = JSON.parse(files['package.json'])
  return { name, summary: description, files: { ...files, 'package.json': released(files['package.json']) } }
}

function filesIn(directory, ignored, prefix = '') {
  const entries = readdirSync(join(repository, directory)).sort()
  return Object.assign(
    {},
    ...entries.map((name) => {
      const path = join(directory, name)
      if (!statSync(join(repository, path)).isDirectory()) return { [prefix + name]: read(path) }
      return ignored.includes(`${name}/`) ? {} : filesIn(path, ignored, `${prefix}${name}/`)
    }),
  )
}

/** Our packages in the versions that are packed with these templates. */
const released = (manifest) =>
  manifest.replaceAll(/"@viridian\/(.+)": "workspace:\*"/g, (_, name) => {
    const { version } = JSON.parse(read('packages', name, 'package.json'))
    return `"@viridian/${name}": "^${version}"`
  })
