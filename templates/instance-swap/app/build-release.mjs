// Builds the archive of a release: node build-release.mjs NAME ARCHIVE
// The names "broken" (never healthy), "slow" (healthy after a while), "wrong" (answers another version) and "shy" (fails
// whoever asks through a balancer) are made so.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { create } from 'tar'

const [name, archive] = process.argv.slice(2)
if (!name || !archive) throw new Error('usage: node build-release.mjs NAME ARCHIVE')

const files = ['server.mjs', 'health.mjs']
const release = { version: name === 'wrong' ? 'v0' : name, behaviour: name }
const directory = await mkdtemp(join(tmpdir(), 'release-'))
try {
  for (const file of files) await cp(join(import.meta.dirname, file), join(directory, file))
  await writeFile(join(directory, 'release.json'), `${JSON.stringify(release)}\n`)
  await mkdir(dirname(archive), { recursive: true })
  await create({ gzip: true, portable: true, cwd: directory, file: archive }, [...files, 'release.json'])
} finally {
  await rm(directory, { recursive: true })
}
