import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { API, type Checker, type Symbol as Named, SymbolFlags } from 'typescript/unstable/sync'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What can be imported of ours, and the source that it comes from. */
export const entries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    readdirSync(`${repository}packages`).map((name) => [
      `@viridian/${name}`,
      `packages/${name}/src/index.ts`,
    ]),
  ),
  '@viridian/core/zod': 'packages/core/src/zod.ts',
  '@viridian/local-cloud/emulator': 'packages/local-cloud/src/emulator/index.ts',
}

const compilerOptions = {
  paths: Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, [`./${source}`]])),
  // Examples import what they may need, types and values alike.
  verbatimModuleSyntax: false,
  isolatedModules: false,
  rewriteRelativeImportExtensions: false,
}

/** The packages' sources, and modules that are on no disk, as one program of the compiler's. */
export class Program {
  readonly #api: API
  readonly #project

  /** @param modules - texts by path, as seen from the repository */
  constructor(modules: Readonly<Record<string, string>>) {
    const config = `${repository}tsconfig.shown.json`
    const files = [...Object.values(entries), ...Object.keys(modules)]
    const texts = new Map(
      Object.entries(modules).map(([path, text]): [string, string] => [`${repository}${path}`, text]),
    )
    texts.set(
      config,
      JSON.stringify({ extends: './tsconfig.check.json', compilerOptions, include: [], files }),
    )
    this.#api = new API({
      cwd: repository,
      fs: {
        readFile: (path) => texts.get(path),
        fileExists: (path) => texts.has(path) || undefined,
      },
    })
    const project = this.#api.updateSnapshot({ openProjects: [config] }).getProject(config)
    if (!project) throw new Error(`the compiler does not open ${config}`)
    this.#project = project
  }

  get checker(): Checker {
    return this.#project.checker
  }

  /** What the compiler says of a module, a line each. */
  complaints(path: string): string[] {
    const { program } = this.#project
    const file = `${repository}${path}`
    const text = program.getSourceFile(file)?.text ?? ''
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (each) => `${text.slice(0, each.pos).split('\n').length}: ${each.text}`,
    )
  }

  /** What a module exports, aliases followed. */
  exportsOf(path: string): (readonly [name: string, symbol: Named])[] {
    const { checker, program } = this.#project
    const file = program.getSourceFile(`${repository}${path}`)
    const module = file && checker.getSymbolAtLocation(file)
    if (!module) throw new Error(`${path} is no module`)
    return checker
      .getExportsOfModule(module)
      .map((each) => [each.name, each.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each])
  }

  close(): void {
    this.#api.close()
  }
}
