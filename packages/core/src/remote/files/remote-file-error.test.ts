import { expect, test } from 'vitest'
import { ViridianError } from '../../error.ts'
import { remoteFileError } from './remote-file-error.ts'

test.each([
  ["mv: cannot move '/etc/.viridian-1' to '/etc/hosts': Device or resource busy", 'cat >it'],
  ["mv: cannot move '/srv/.viridian-1' to '/srv/app': Operation not permitted", 'immutable (lsattr)'],
  ["chown: changing ownership of '/srv/app': Operation not permitted", 'takes root there'],
  ['sh: 1: cannot create /etc/.viridian-1: Permission denied', 'must be writable too'],
])('what a host says of a put is known: %s', (said, hint) => {
  const failure = new ViridianError('E_COMMAND_FAILED', `web-1: "put app" failed with exit code 1\n  ${said}`)
  expect(remoteFileError(failure, 'put')).toMatchObject({
    code: 'E_REMOTE_FILE',
    message: failure.message,
    hint: expect.stringContaining(hint),
  })
})
