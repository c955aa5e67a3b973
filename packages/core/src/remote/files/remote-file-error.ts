import { isViridianError, ViridianError } from '../../error.ts'

const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /No space left on device|Disk quota exceeded|File too large|Wrote only \d+ of|exit code 153\b/i,
    'make room on the host (df, quota, ulimit -f); what was there before is still there',
  ],
  [/Read-only file system/i, 'the file system is mounted read-only there'],
  [
    /Permission denied|Operation not permitted/i,
    'the directory that it stands in must be writable too: give a path of the user, or use host.as()',
  ],
  [/Device or resource busy/i, 'something is mounted there: put what is inside of it'],
  [/(?:tar|gzip): (?:command )?not found/i, 'install tar on the host: directories travel as its archives'],
  [/No such file or directory|nonexistent/i, 'is the path right? Make the directory that it stands in first'],
  [/Is a directory|is a directory/, 'end the path with / to put a file into a directory'],
]

/** The failure of a transfer's command, in terms of files. */
export function remoteFileError(error: unknown): unknown {
  if (!isViridianError(error) || error.code !== 'E_COMMAND_FAILED') return error
  const hint = hints.find(([words]) => words.test(error.message))?.[1]
  return new ViridianError('E_REMOTE_FILE', error.message, {
    hint: hint ?? error.hint ?? 'what the host said stands above',
    ...(error.place && { place: error.place }),
  })
}
