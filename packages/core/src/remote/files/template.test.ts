import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { render, type TemplateData } from './template.ts'

const place = mkdtempSync(join(tmpdir(), 'viridian-template-'))
afterAll(() => rmSync(place, { recursive: true }))
const fill = (text: string, data: TemplateData = {}): Promise<string> =>
  render({ text }, data, (path) => path)

test('what the data holds is itself wherever it is asked for', async () => {
  const srv = [{ name: 'a' }, Object.freeze({ name: 'b' })]
  const text =
    '<% for (const s of it.srv) { %><%= s.name %><%= it.srv.indexOf(s) < 1 ? "," : "" %><% } %> <%= it.srv.includes(it.primary) %>'
  expect(await fill(text, { srv, primary: srv[1] })).toBe('a,b true')
})

test('values stand as they are, and lines where they were', async () => {
  const text = `listen <%= it.port %>;\n<% for (const s of it.servers) { -%>\nserver <%= s.name %>;\n<% } -%>\nend\n`
  const servers = [{ name: '<a&b>' }, { name: `"c"` }]
  expect(await fill(text, { port: 80, servers })).toBe(`listen 80;\nserver <a&b>;\nserver "c";\nend\n`)
  expect(await fill('plain $HOME {x} {{ y }} `z`\\n\n')).toBe('plain $HOME {x} {{ y }} `z`\\n\n')
  expect(
    await fill('<%= it.list.map((x) => x * 2).join() %> <%= JSON.stringify(it.o) %>', {
      list: [1, 2],
      o: { a: 1 },
    }),
  ).toBe('2,4 {"a":1}')
  expect(await fill('<%= it.date.getUTCFullYear() %>', { date: new Date(0) })).toBe('1970')
  expect(await fill(`<% if ('tls' in it) { %>tls<% } else { %>none<% } %>`)).toBe('none')
})

test.each([
  ['what is not in the data', 'a\n<%= it.prot %>', 'line 2', 'it.prot is undefined'],
  ['also deep inside', '<%= it.list[0].nmae %>', 'line 1', 'it.list[0].nmae is undefined'],
  ['also in a condition', '\n\n<% if (it.tls) { %>x<% } %>', 'line 3', 'it.tls is undefined'],
  ['a name without it', '<%= port %>', 'line 1', 'port is not defined'],
  ['a value that is null', 'x\n<%= it.nothing %>', 'line 2', 'a value is null'],
])('%s is an error that says where', async (_, text, line, what) => {
  const error = await fill(text, { list: [{ name: 'x' }], port: 80, nothing: null }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'E_TEMPLATE', message: `the template, ${line}: ${what}` })
})

test('what is no JavaScript is an error without a stack', async () => {
  await expect(fill('a <% if ( { %>')).rejects.toMatchObject({
    code: 'E_TEMPLATE',
    message: expect.stringMatching(
      /^the template: what stands in its tags is no JavaScript: Unexpected token/,
    ),
  })
})

test('a file is named in its errors, and includes others beside it', async () => {
  const file = join(place, 'site.conf.eta')
  writeFileSync(join(place, 'part.eta'), 'part <%= it.x %>')
  writeFileSync(file, `<%~ include('./part.eta', { x: it.port }) %>\n`)
  const resolve = (path: string): string => join(place, path)
  expect(await render('site.conf.eta', { port: 80 }, resolve)).toBe('part 80\n')
  writeFileSync(file, '\n<%= it.none %>')
  await expect(render('site.conf.eta', {}, resolve)).rejects.toMatchObject({
    message: 'site.conf.eta, line 2: it.none is undefined',
    place: { file, line: 2 },
  })
  await expect(render('none.eta', {}, resolve)).rejects.toMatchObject({ code: 'E_LOCAL_FILE' })
})

test('data that is frozen is filled in, and is as strict', async () => {
  const data = Object.freeze({ a: Object.freeze({ b: 1 }), list: Object.freeze([Object.freeze({ x: 2 })]) })
  expect(await fill('<%= it.a.b %> <%= it.list.map(({ x }) => x) %> <%= JSON.stringify(it) %>', data)).toBe(
    `1 2 ${JSON.stringify(data)}`,
  )
  await expect(fill('<%= it.a.c %>', data)).rejects.toMatchObject({
    message: 'the template, line 1: it.a.c is undefined',
  })
})

test.each([
  ["<%~ include('./none.eta') %>", /^an include stands in the directory of the template/],
  ["<%~ include('../../none.eta') %>", /^an include stands in the directory of the template/],
  ['<%= it.none %>', /^give it in the data/],
  ["<% throw new Error('so') %>", /^see the JavaScript/],
])('%s: the hint is about that', async (text, hint) => {
  writeFileSync(join(place, 'hinted.eta'), text)
  await expect(render(join(place, 'hinted.eta'), {}, (path) => path)).rejects.toMatchObject({
    code: 'E_TEMPLATE',
    hint: expect.stringMatching(hint),
  })
})
