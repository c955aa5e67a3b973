import type { Prompt } from 'ssh2'
import type { Question } from '../terminal/prompt.ts'
import type { Target } from './target.ts'

/** What a server asks, as a person may see it: nothing in it moves the cursor or clears the screen. */
export function questionOf(target: Target, before: readonly string[], prompt: Prompt): Question {
  const lines = [...before, prompt.prompt].map(harmless).filter((line) => line !== '')
  const text = lines.join('\n').replace(/[:\s]+$/, '')
  return { text: `${target.user}@${target.name}: ${text}`, secret: prompt.echo !== true }
}

const harmless = (text: string): string => text.replaceAll(/[^\P{C}\n]/gu, '').trim()
