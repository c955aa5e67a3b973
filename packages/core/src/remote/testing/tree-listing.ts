import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** All that a directory holds, by path: kind, mode, and content or target. Two trees are the same when these are equal. */
export function treeListing(directory: string, path = '.'): Record<string, string> {
  const file = join(directory, path)
  const found = lstatSync(file)
  const mode = (found.mode & 0o7777).toString(8)
  if (found.isSymbolicLink()) return { [path]: `link to ${readlinkSync(file)}` }
  if (!found.isDirectory()) return { [path]: `${mode} ${readFileSync(file).toString('base64')}` }
  const inside = readdirSync(file).map((name) => treeListing(directory, join(path, name)))
  return Object.assign({ [path]: `${mode} directory` }, ...inside)
}
