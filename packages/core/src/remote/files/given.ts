import { ViridianError } from '../../error.ts'

/** What was given for a path: an empty one names the directory that paths start at, and nobody means that. */
export function given<Path>(path: Path, side: 'local' | 'remote'): Path {
  if (path !== '') return path
  throw new ViridianError('E_PATH_EMPTY', `the ${side} path is empty`, {
    hint: 'is the variable set that it comes from? The directory itself is .',
  })
}
