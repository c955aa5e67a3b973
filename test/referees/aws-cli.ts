import type { Access } from '../account.ts'
import type { Python } from './python.ts'

/** The AWS CLI on an account. Commands are what is typed behind `aws`, and have no spaces within an argument. */
export class AwsCli {
  readonly #python: Python
  readonly #access: Access

  constructor(python: Python, access: Access) {
    this.#python = python
    this.#access = access
  }

  /** What a command printed, parsed. @throws Error with what it said */
  async json(command: string): Promise<unknown> {
    const text = await this.#run(command, 'json')
    return text === '' ? undefined : JSON.parse(text)
  }

  /** The words that a command with `--query` printed. */
  async words(command: string): Promise<string[]> {
    return (await this.#run(command, 'text')).split(/\s+/).filter(Boolean)
  }

  /** The code that a command is refused with. */
  async refusal(command: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#python.aws(command.split(' '), this.#access)
    const code = /An error occurred \((\S+)\)/.exec(stderr)?.[1]
    if (exitCode === 0 || code === undefined)
      throw new Error(`aws ${command} was not refused: ${stdout}${stderr}`)
    return code
  }

  async #run(command: string, output: string): Promise<string> {
    const args = [...command.split(' '), '--output', output]
    const { exitCode, stdout, stderr } = await this.#python.aws(args, this.#access)
    if (exitCode !== 0) throw new Error(`aws ${command} ended with ${exitCode}: ${stderr.trim()}`)
    return stdout.trim()
  }
}
