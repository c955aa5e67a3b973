import type { Input } from '../transport.ts'

/** An input that is not read before `begun`. */
export function inputAfter(begun: Promise<void>, input: Input): Input {
  return {
    ...input,
    chunks: async function* () {
      await begun
      yield* input.chunks()
    },
  }
}
