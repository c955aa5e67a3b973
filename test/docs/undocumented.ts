import { type Symbol as Named, SignatureKind, SymbolFlags } from 'typescript/unstable/sync'
import type { Program } from './program.ts'

const typed = SymbolFlags.Interface | SymbolFlags.Class | SymbolFlags.TypeAlias
const members = SymbolFlags.Property | SymbolFlags.Method | SymbolFlags.Accessor

/** What an entry exports, or has as a member of what it exports, without a word of explanation or an example. */
export function undocumented(program: Program, entry: string): string[] {
  return program
    .exportsOf(entry)
    .filter(([, symbol]) => symbol.declarations.every(({ path }) => !path.includes('/node_modules/')))
    .flatMap(([name, symbol]) => [
      ...missingOf(program, name, symbol),
      ...membersOf(symbol)
        .filter((member) => member.getDocumentationComment(program.checker) === '')
        .map((member) => `${name}.${member.name}: comment`),
    ])
}

function missingOf({ checker }: Program, name: string, symbol: Named): string[] {
  const isClass = (symbol.flags & SymbolFlags.Class) !== 0
  const type = symbol.flags & SymbolFlags.Value ? checker.getTypeOfSymbol(symbol) : undefined
  const isCalled = type !== undefined && checker.getSignaturesOfType(type, SignatureKind.Call).length > 0
  const hasExample = symbol.getJsDocTags(checker).some((tag) => tag.name === 'example')
  return [
    ...(symbol.getDocumentationComment(checker) === '' ? [`${name}: comment`] : []),
    ...((isClass || isCalled) && !hasExample ? [`${name}: example`] : []),
  ]
}

const membersOf = (symbol: Named): Named[] =>
  symbol.flags & typed
    ? [...symbol.getMembers().values()].filter(({ flags, name }) => flags & members && !name.startsWith('#'))
    : []
