import { expect, test } from 'vitest'
import { exclusionOf } from './exclusion.ts'

test.each<[glob: string, excluded: string[], kept: string[]]>([
  ['*.log', ['a.log', 'x/y/a.log', 'a.log/inside', '.log'], ['a.logs', 'a_log']],
  [
    'node_modules',
    ['node_modules', 'x/node_modules', 'node_modules/a/b'],
    ['node_modules2', 'x/my_node_modules'],
  ],
  ['node_modules/', ['x/node_modules'], []],
  ['/build', ['build', 'build/a'], ['x/build']],
  ['build/cache', ['build/cache', 'build/cache/a'], ['x/build/cache', 'build']],
  ['docs/**', ['docs/a', 'docs/a/b'], ['docs', 'x/docs/a']],
  ['**/tmp/*.o', ['tmp/a.o', 'x/y/tmp/a.o'], ['tmp/x/a.o', 'xtmp/a.o']],
  ['src/**/test', ['src/test', 'src/a/b/test'], ['test', 'src/a/tests']],
  ['a?c', ['abc', 'x/aäc'], ['ac', 'a/c', 'abbc']],
  ['[a-c]x', ['ax', 'cx'], ['dx']],
  ['[!a-c]x', ['dx'], ['ax']],
  ['a.b+(c)', ['a.b+(c)'], ['aXb+(c)', 'a.bb(c)']],
  ['[^a]x', ['ax', '^x'], ['bx']],
  ['[', ['['], ['a']],
])('%s', (glob, excluded, kept) => {
  const isExcluded = exclusionOf([glob])
  expect(excluded.filter((path) => !isExcluded(path))).toEqual([])
  expect(kept.filter((path) => isExcluded(path))).toEqual([])
})

test('what is no glob is an error that shows it', () => {
  expect(() => exclusionOf(['*.log', '[z-a]'])).toThrow('exclude: "[z-a]" is no glob')
})
