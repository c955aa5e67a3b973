import { isViridianError, ViridianError } from '../../error.ts'

type Move = 'put' | 'get'

const hints: readonly (readonly [words: RegExp, hint: string | Readonly<Record<Move, string>>])[] = [
  [
    /No space left on device|Disk quota exceeded|File too large|Wrote only \d+ of|exit code 153\b/i,
    'make room on the host (df, quota, ulimit -f); what was there before is still there',
  ],
  [
    /must have a tty/,
    {
      put: 'no file passes a terminal, which this sudo wants: put it to a place of your own, and move it by host.sudo({ pty: true })',
      get: 'no file passes a terminal, which this sudo wants: copy it to a place of your own by host.sudo({ pty: true })',
    },
  ],
  [/Read-only file system/i, 'the file system is mounted read-only there'],
  [
    /chown: .*(?:Operation not permitted|not permitted)/i,
    "to give files away takes root there: host.as('root'), or --sudo",
  ],
  [
    /mv: .*Operation not permitted/i,
    "only its owner replaces a file in a directory with the sticky bit, and nobody one that is immutable (lsattr): give another path, or use host.as('root')",
  ],
  [
    /Permission denied|Operation not permitted/i,
    {
      put: 'the directory that it stands in must be writable too: give a path of the user, or use host.as()',
      get: 'use host.as(), as a user who may read it: of a directory, all that it holds',
    },
  ],
  [
    /is a pipe, a socket or a device/,
    {
      put: 'it is not replaced: give another path, or remove it there first',
      get: 'what stands there never ends, or ends once: host.run reads it, within a timeout',
    },
  ],
  [/something is mounted in/, 'unmount it there, and remove the directory; the new one is in its place'],
  [
    /Device or resource busy/i,
    'something is mounted there: put what is inside of it, and write to a file that is mounted by host.run({ stdin })`cat >it`',
  ],
  [
    /is no directory/,
    'a directory takes the place neither of a file nor of a link that leads nowhere: remove that there first, or give another path',
  ],
  [
    /was made by somebody else meanwhile/,
    'another run puts to the same place: run it again when that is done',
  ],
  [/(?:tar|gzip): (?:command )?not found/i, 'install tar on the host: directories travel as its archives'],
  [
    /(?:find|xargs): (?:command )?not found|not found: (?:find|xargs)/,
    'install findutils on the host: what it has is looked at by find, and taken up by xargs',
  ],
  [/find: .?(?:printf|sh)\b/, 'install coreutils on the host: find tells by printf what it has found'],
  [
    /~\w.*(?:No such file or directory|nonexistent)/i,
    'of a home directory only that of the user is known, as ~/: write out that of another one, or use host.as()',
  ],
  [
    /No such file or directory|nonexistent/i,
    { put: 'is the path right? Make the directory that it stands in first', get: 'is the path right?' },
  ],
  [
    /Is a directory|is a directory/,
    { put: 'end the path with / to put a file into a directory', get: 'get it to a local path' },
  ],
]

/** The failure of a transfer's command, in terms of files. */
export function remoteFileError(error: unknown, move: Move): unknown {
  if (!isViridianError(error) || error.code !== 'E_COMMAND_FAILED') return error
  const hint = hints.find(([words]) => words.test(error.message))?.[1]
  return new ViridianError('E_REMOTE_FILE', error.message, {
    hint: (typeof hint === 'object' ? hint[move] : hint) ?? error.hint ?? 'what the host said stands above',
    ...(error.place && { place: error.place }),
  })
}
