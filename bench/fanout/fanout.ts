import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Chapter, Plan } from './chapter.ts'
import { again } from './chapters/again.ts'
import { connect } from './chapters/connect.ts'
import { memory } from './chapters/memory.ts'
import { one } from './chapters/one.ts'
import { upload } from './chapters/upload.ts'
import { startField } from './field.ts'
import { missing, peers, releases } from './peers/peers.ts'

const chapters: Readonly<Record<string, Chapter>> = { connect, again, one, memory, upload }

/** Runs the comparisons, prints them, and writes the whole of them down when all were run. */
export async function fanout(plan: Plan): Promise<void> {
  const absent = peers.filter((peer) => missing(peer).length > 0)
  for (const { name, get } of absent) process.stderr.write(`without ${name}: to have it, ${get}\n`)
  const field = await startField()
  const lines = [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}; medians of ${plan.rounds} rounds in turns, the least and the most in brackets. ${releases()}.`,
  ]
  try {
    for (const [name, chapter] of Object.entries(chapters)) {
      if (plan.chapters && !plan.chapters.includes(name)) continue
      const part = await chapter(field, plan, (text) => process.stderr.write(`${name}: ${text}\n`))
      process.stdout.write(`\n${part.join('\n')}\n`)
      lines.push('', ...part)
    }
  } finally {
    await field.stop()
  }
  if (plan.chapters || absent.length > 0) return
  writeFileSync(join(import.meta.dirname, 'results.md'), `# Fan-out\n\n${lines.join('\n')}\n`)
}
