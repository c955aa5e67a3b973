import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { KnownHosts, parseKnownHosts, readKnownHosts, strayLines } from './known-hosts.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ3yr7oZ0c1pFz2V6rT4xWq8o9m4m9l1n2b3v4c5x6z'
const knownIn = (text: string) => new KnownHosts(parseKnownHosts(text, 'known_hosts'))
const linesFor = (text: string, host: string, port = 22): number[] =>
  knownIn(text)
    .entriesFor(host, port)
    .map(({ line }) => line)
    .sort((a, b) => a - b)

describe('a known_hosts file', () => {
  const place = mkdtempSync(join(tmpdir(), 'viridian-known-'))
  afterAll(() => rmSync(place, { recursive: true }))

  test('has lines that are no entries, or not of the key that they name', () => {
    const [type, blob] = key.split(' ')
    const text = [
      '# a comment',
      `web-1 ${key} with a comment`,
      'broken',
      `@unknown-marker web-1 ${key}`,
      `@revoked web-1 ${key}`,
      '',
      `web-2 ssh-rsa ${blob}`,
      `web-3 ${type} AAAA`,
      `web-4 1024 35 1234567890`,
    ].join('\n')
    expect(strayLines(text)).toEqual([3, 4, 7, 8, 9])
  })

  test('names hosts, patterns, addresses and ports', () => {
    const text = [
      '# a comment',
      `web-1,10.0.0.1 ${key} with a comment`,
      `*.example.test,!db.example.test ${key}`,
      `[web-1]:2222 ${key}`,
      `web-? ${key}`,
      '',
      'broken',
      `@unknown-marker web-1 ${key}`,
      `WEB-UPPER ${key}`,
    ].join('\n')
    expect(linesFor(text, 'web-1')).toEqual([2, 5])
    expect(linesFor(text, 'Web-1')).toEqual([2, 5])
    expect(linesFor(text, '10.0.0.1')).toEqual([2])
    expect(linesFor(text, 'a.example.test')).toEqual([3])
    expect(linesFor(text, 'db.example.test')).toEqual([])
    expect(linesFor(text, 'axexample.test')).toEqual([])
    expect(linesFor(text, 'web-upper')).toEqual([9])
    expect(linesFor(text, 'web-10')).toEqual([])
  })

  test('a port has keys of its own, for which the name alone stands in', () => {
    const text = `[web-1]:2222 ${key}\nweb-1 ${key}\n@revoked web-1 ${key}`
    const standIns = (port?: number): number[] =>
      knownIn(text)
        .standInsFor('web-1', port)
        .map(({ line }) => line)
    expect([linesFor(text, 'web-1', 2222), standIns(2222)]).toEqual([[1, 3], [2]])
    expect([linesFor(text, 'web-1', 2200), standIns(2200)]).toEqual([[3], [2]])
    expect([linesFor(text, 'web-1'), standIns(22), standIns()]).toEqual([[2, 3], [], []])
  })

  test('markers are told', () => {
    const text = `@revoked * ${key}\n@cert-authority *.example.test ${key}`
    const markers = knownIn(text)
      .entriesFor('a.example.test')
      .map(({ marker }) => marker)
    expect(markers).toEqual(['revoked', 'cert-authority'])
  })

  test('is read as ssh-keygen reads it, hashed or not', () => {
    const file = join(place, 'known_hosts')
    const names = ['web-1', '10.0.0.1', 'db.example.test', '[web-2]:2222', '*.example.test,!bad.example.test']
    writeFileSync(file, names.map((name) => `${name} ${key}\n`).join(''))
    const asked = [
      ['web-1', 22],
      ['10.0.0.1', 22],
      ['web-2', 2222],
      ['nowhere', 22],
      ['a.example.test', 22],
      ['bad.example.test', 22],
    ] as const
    const compare = () => {
      const text = readFileSync(file, 'utf8')
      for (const [host, port] of asked) {
        const name = port === 22 ? host : `[${host}]:${port}`
        expect([name, linesFor(text, host, port)]).toEqual([name, linesOfKeygen(file, name)])
      }
    }
    compare()
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).toContain('|1|')
    compare()
  })

  test('may be missing', async () => {
    expect((await readKnownHosts([join(place, 'none')])).entriesFor('web-1')).toEqual([])
  })
})

function linesOfKeygen(file: string, name: string): number[] {
  try {
    const found = execFileSync('ssh-keygen', ['-F', name, '-f', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [...found.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line))
  } catch {
    return []
  }
}
