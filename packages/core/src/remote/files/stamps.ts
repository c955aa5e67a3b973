/*
 * A directory's stamp is its inode and the moment of its last change: it tells whether another one has taken its place, or
 * something in it was added, removed or replaced. Each is a line with the directory's path behind it. A host without
 * `stat` tells none.
 */

/** Sets v to a program that says stamps: GNU's and busybox's `stat`, or BSD's. */
export const stampProgram = "v='stat -c %i,%z,%n'; $v . >/dev/null 2>&1 || v='stat -f %i,%Fc,%N'"

/** Says the stamps of all directories in the one that it is carried out in. */
export const sayStamps = 'find . -type d -exec $v {} + 2>/dev/null || :'

/** Stamps as they were said, by path. */
export function parseStamps(said: string): ReadonlyMap<string, string> {
  const stamps = new Map<string, string>()
  for (const line of said.split('\n')) {
    const [, path] = /^\d+,[^,]+,(?:\.\/)?(.+)$/.exec(line) ?? []
    if (path !== undefined) stamps.set(path, line)
  }
  return stamps
}
