import type { Plugin, StepDefinition } from '@viridian/core'
import type { Node } from 'typescript/unstable/ast'
import {
  isArrowFunction,
  isFunctionDeclaration,
  isIdentifier,
  isMethodSignatureDeclaration,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isSpreadAssignment,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is'
import { type Symbol as Named, SignatureKind, SymbolFlags } from 'typescript/unstable/sync'
import { type Program, repository } from './program.ts'

/** A method of a plugin that tasks call. */
export interface Move {
  /** `attach(t, fleet, instances)` */
  readonly call: string
  /** The first sentence of its explanation. */
  readonly does: string
  /** What its explanation says of its undo; undefined where it does not say. */
  readonly undo: string | undefined
  /** The steps that it may take. */
  readonly steps: readonly StepDefinition[]
}

/** Every move of a plugin package, in the order of its interface: what is said of it, and which of the registered steps it comes to. */
export async function movesOf(program: Program, name: string): Promise<Move[]> {
  const entry = `packages/${name}/src/index.ts`
  const { default: make }: { default: () => Plugin } = await import(`${repository}${entry}`)
  const source = new Source(program, `${repository}packages/${name}/src/`, make().steps ?? [])
  const factory = program.exportsOf(entry).find(([exported]) => exported === 'default')?.[1]
  if (!factory) throw new Error(`${entry} has no default export`)
  const bodies = source.membersOf(source.literalOf(factory))
  return Promise.all(
    source.methodsOf(factory).map(async (method) => {
      const said = method.getDocumentationComment(program.checker).replaceAll(/\s+/g, ' ')
      const body = bodies.get(method.name)
      if (!body) throw new Error(`${name} has no ${method.name}`)
      return {
        call: callOf(method),
        does: /^.*?\.(?= |$)/.exec(said)?.[0] ?? said,
        undo: undoIn(said),
        steps: [...(await source.stepsFrom(body))],
      }
    }),
  )
}

/** "Undone by detaching them." is said of it, or "Cannot be undone: it belongs behind the commit." */
function undoIn(said: string): string | undefined {
  const [, not, undo] =
    /(?:^|[.;] )(?:(?:It c|C)(annot be undone[^.]*)|[Uu]ndone by ([^.]*))\./.exec(said) ?? []
  return not === undefined ? undo : `c${not}`
}

function callOf(method: Named): string {
  const declared = method.declarations[0]?.resolve()
  const parameters = declared && isMethodSignatureDeclaration(declared) ? declared.parameters : []
  const words = parameters.map(({ name, questionToken }) => `${name.getText()}${questionToken ? '?' : ''}`)
  return `${method.name}(${words.join(', ')})`
}

/** The sources of a plugin, read as the compiler reads them. */
class Source {
  readonly #program: Program
  readonly #directory: string
  readonly #steps: readonly StepDefinition[]

  constructor(program: Program, directory: string, steps: readonly StepDefinition[]) {
    this.#program = program
    this.#directory = directory
    this.#steps = steps
  }

  /** What a task may call of that which the factory makes. */
  methodsOf(factory: Named): Named[] {
    const { checker } = this.#program
    const type = checker.getTypeOfSymbol(factory)
    const [signature] = type ? checker.getSignaturesOfType(type, SignatureKind.Call) : []
    const made = signature && checker.getReturnTypeOfSignature(signature)
    const properties = made ? checker.getPropertiesOfType(made) : []
    return properties
      .filter(({ flags }) => flags & SymbolFlags.Method)
      .flatMap((method) =>
        method.declarations.map((declared) => ({ method, path: declared.path, index: declared.index })),
      )
      .filter(({ path }) => path.startsWith(this.#directory))
      .sort((one, other) => one.path.localeCompare(other.path) || one.index - other.index)
      .map(({ method }) => method)
  }

  /** What the factory makes, as it is written. */
  literalOf(factory: Named): Node {
    const declared = factory.valueDeclaration?.resolve()
    const made = declared && isVariableDeclaration(declared) ? declared.initializer : undefined
    if (!made || !isArrowFunction(made) || !isParenthesizedExpression(made.body))
      throw new Error(`${factory.name} is no arrow function that gives a literal`)
    return made.body.expression
  }

  /** By name: what stands for it in a literal, and in those that are spread in it. */
  membersOf(literal: Node): Map<string, Node> {
    if (!isObjectLiteralExpression(literal)) throw new Error('that is no literal')
    return new Map(
      literal.properties.flatMap((property): [string, Node][] => {
        if (isSpreadAssignment(property)) return [...this.membersOf(this.#valueOf(property.expression))]
        if (isPropertyAssignment(property)) return [[property.name.getText(), property.initializer]]
        if (!isShorthandPropertyAssignment(property)) return []
        const meant = this.#program.checker.getShorthandAssignmentValueSymbol(property)
        const declared = meant && this.#declarationOf(meant)
        return declared ? [[property.name.getText(), declared]] : []
      }),
    )
  }

  /** Every step that some code may come to. */
  async stepsFrom(code: Node, seen = new Set<Node>()): Promise<Set<StepDefinition>> {
    seen.add(code)
    const found = new Set<StepDefinition>()
    for (const symbol of this.#namedIn(code)) {
      const declared = this.#declarationOf(symbol)
      if (!declared || seen.has(declared)) continue
      const exported: Record<string, unknown> = await import(declared.getSourceFile().fileName)
      const step = this.#steps.find((each) => each === exported[symbol.name])
      for (const each of step ? [step] : await this.stepsFrom(declared, seen)) found.add(each)
    }
    return found
  }

  #namedIn(code: Node): Named[] {
    const names = identifiersIn(code)
    return this.#program.checker.getSymbolAtLocation(names).filter((symbol) => symbol !== undefined)
  }

  /** Where one of this plugin's own functions or variables is declared. */
  #declarationOf(symbol: Named): Node | undefined {
    const { checker } = this.#program
    const meant = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const { valueDeclaration: handle } = meant
    if (!handle?.path.startsWith(this.#directory)) return undefined
    const declared = handle.resolve()
    return declared && (isVariableDeclaration(declared) || isFunctionDeclaration(declared))
      ? declared
      : undefined
  }

  #valueOf(name: Node): Node {
    const [symbol] = this.#namedIn(name)
    const declared = symbol && this.#declarationOf(symbol)
    if (!declared || !isVariableDeclaration(declared) || !declared.initializer)
      throw new Error(`${name.getText()} is no constant of the plugin`)
    return declared.initializer
  }
}

const identifiersIn = (node: Node): Node[] => {
  if (isIdentifier(node)) return [node]
  const found: Node[] = []
  node.forEachChild((child) => {
    found.push(...identifiersIn(child))
  })
  return found
}
