import { mountTable } from './mount-table.ts'

/** Says that the old tree in a temporary directory has another one in its place. */
export const replaced = 'replaced'

/**
 * A shell's commands that remove, beside a temporary file or directory, what others have left there that were killed, or
 * went down with their host: ours by its name, and a day old, as no transfer becomes. A tree that was moved away and has
 * none in its place stays.
 */
export const removeLeftovers = (variable: string): string =>
  [
    `for o in "\${${variable}%/*}"/.viridian-????????????; do { [ -e "$o" ] || [ -L "$o" ]; } || continue`,
    '[ -n "$(find "$o" -prune -mtime +0 2>/dev/null)" ] || continue',
    `[ ! -e "$o/old" ] || [ -e "$o/${replaced}" ] || continue`,
    `! grep -qsF "/\${o##*/}/" ${mountTable} || continue`,
    'rm -rf "$o" 2>/dev/null || :; done',
  ].join('; ')
