/** What a person can do when something in `.tasks/` cannot be made, written or read; by the system's own word for why. */
export function stateHint(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(code)) return 'make room (df, quota, ulimit -f)'
  if (/^(ENOTDIR|EEXIST)$/.test(code)) return 'a file stands where a directory has to be: move it away'
  if (/^(EACCES|EPERM|EROFS)$/.test(code))
    return 'it belongs to somebody else, or is read-only: ls -ld .tasks .tasks/*'
  return 'make room, or make .tasks/ writable'
}
