import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FleetSeed } from '@viridian/local-cloud'

const run = promisify(execFile)

/** The fleet that the local cloud starts with: what a rehearsal deploys to. */
export const fleet: FleetSeed = {
  group: 'web',
  size: 3,
  loadBalancer: 'web',
  record: 'www.example.test',
  port: 8080,
  health: '/health',
  userData: () => userData('v1'),
}

/**
 * What a machine runs at its first boot: it sets the service up, and puts `release` in place unless the image
 * brought one. So an image baked from a deployed machine keeps what was deployed.
 */
async function userData(release: string): Promise<string> {
  const archive = await archiveOf(release)
  return `#!/bin/sh
set -eu
mkdir -p web/releases
if [ ! -e web/current ]; then
  mkdir web/releases/${release}
  base64 -d <<'ARCHIVE' | tar xzf - -C web/releases/${release}
${archive.toString('base64').replace(/(.{76})/g, '$1\n')}
ARCHIVE
  ln -s releases/${release} web/current
fi
cat > web/web.service <<'UNIT'
[Unit]
Description=The sample application
[Service]
User=deploy
WorkingDirectory=%h/web/current
Environment=PORT=8080
ExecStart=/usr/bin/env node server.mjs
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
systemctl link "$HOME/web/web.service"
systemctl enable --now web
`
}

async function archiveOf(release: string): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-'))
  const archive = join(directory, 'release.tgz')
  try {
    await run(process.execPath, [join(import.meta.dirname, 'app/build-release.mjs'), release, archive])
    return await readFile(archive)
  } finally {
    await rm(directory, { recursive: true })
  }
}
