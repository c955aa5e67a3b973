import { isAbsolute, join } from 'node:path'
import { suggestion } from '../../nearest.ts'
import { type Criterion, hostCriterion, matchLine } from './criteria.ts'
import { textOf } from './file-text.ts'
import { glob } from './glob.ts'
import { expandHome } from './home.ts'
import { keywordNames, keywordOf, type Statement } from './keywords.ts'
import { badConfig, Line } from './line.ts'
import type { LocalSide } from './local-side.ts'
import { patternListOf } from './pattern.ts'

/** A file with everything in it that does not depend on the host already done. */
export interface Document {
  readonly blocks: readonly Block[]
  readonly wantsFinalPass: boolean
}

/** Lines that hold together: those of a Host or Match, or those before the first one. */
export interface Block {
  /** Undefined: it always holds. */
  readonly criterion: Criterion | undefined
  readonly parts: (Statement | Include)[]
  /** Lines with unknown keywords, included ones too: whether they are passed over is only known in the reading. */
  readonly unknown: Line[]
}

export interface Include {
  readonly documents: readonly Document[]
}

export interface Origin {
  readonly local: LocalSide
  /** Relative includes start at the user's `.ssh`, and may begin with `~`. */
  readonly isUsers: boolean
  /** The file must be the user's or root's, and writable by nobody else. */
  readonly isChecked: boolean
}

const deepest = 16

/** Reads a file, and the files that it includes. Undefined: there is no such file. @throws ViridianError `E_SSH_CONFIG` */
export async function readDocument(
  file: string,
  origin: Origin,
  above: readonly string[] = [],
): Promise<Document | undefined> {
  const text = await textOf(file, origin.isChecked)
  if (text === undefined) return undefined
  const blocks: Block[] = [{ criterion: undefined, parts: [], unknown: [] }]
  let wantsFinalPass = false
  for (const [index, lineText] of text.split('\n').entries()) {
    const line = Line.read(lineText, { file, line: index + 1 })
    const block = blocks.at(-1)
    if (line === undefined || block === undefined) continue
    const keyword = line.keyword.toLowerCase()
    if (keyword === 'host') {
      blocks.push({ criterion: hostCriterion(line), parts: [], unknown: [] })
    } else if (keyword === 'match') {
      const match = matchLine(line)
      wantsFinalPass ||= match.wantsFinalPass
      blocks.push({ criterion: match.criterion, parts: [], unknown: [] })
    } else if (keyword === 'include') {
      const documents = await included(line, origin, [...above, file])
      wantsFinalPass ||= documents.some((document) => document.wantsFinalPass)
      block.parts.push({ documents })
      block.unknown.push(
        ...documents.flatMap((document) => document.blocks.flatMap(({ unknown }) => unknown)),
      )
    } else {
      addLine(block, line)
    }
  }
  return { blocks, wantsFinalPass }
}

function addLine(block: Block, line: Line): void {
  const keyword = keywordOf(line.keyword)
  if (keyword === undefined) {
    block.unknown.push(line)
    block.parts.push((said) => refuseUnknown(line, said.ignoreUnknown))
  } else {
    block.parts.push(keyword(line))
    line.end()
  }
}

export function refuseUnknown({ keyword, place }: Line, ignored: string | undefined): void {
  if (ignored !== undefined && patternListOf(ignored.toLowerCase())(keyword.toLowerCase())) return
  const hint = suggestion(keyword.toLowerCase(), keywordNames) ?? 'take it out, or name it in IgnoreUnknown'
  throw badConfig(`there is no keyword ${keyword}`, place, hint)
}

async function included(line: Line, origin: Origin, above: readonly string[]): Promise<Document[]> {
  const documents: Document[] = []
  for (const pattern of line.words()) {
    if (pattern.startsWith('~') && !origin.isUsers)
      throw line.refused(`cannot hold ${pattern}`, 'in a file of the system, write the whole path')
    for (const file of await glob(absolute(pattern, origin))) {
      if (above.length > deepest || above.includes(file))
        throw line.refused(`of ${file} leads too deep`, 'see that files do not include each other')
      const document = await readDocument(file, { ...origin, isChecked: true }, above)
      if (document !== undefined) documents.push(document)
    }
  }
  line.end()
  return documents
}

function absolute(pattern: string, { local, isUsers }: Origin): string {
  if (isAbsolute(pattern)) return pattern
  if (pattern.startsWith('~')) return expandHome(pattern, local.includeHome) ?? pattern
  return isUsers ? join(local.includeHome, '.ssh', pattern) : join(local.system, pattern)
}
