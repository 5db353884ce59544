import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { anchorOf, readHandbookPage } from '../../../renderer/handbook.ts'
import { OUTSIDE_CODES } from '../../../server/contracts/doctor.ts'
import { HANDBOOK_TOPICS } from '../../../server/contracts/handbook.ts'
import { WINDOW_PATHS } from '../../../server/contracts/owner-api.ts'
import { CHECK_SUBJECTS } from '../../../server/domain/doctor/code-sentences.ts'
import { DOCUMENTS, ROOT, namedIn, sourcesOf } from '../../support/documents.ts'

interface Described {
  readonly name: string
  readonly aliases: readonly string[]
  readonly arguments: readonly string[]
  readonly options: readonly string[]
  readonly commands: readonly Described[]
}

const handbook = DOCUMENTS.filter(({ path }) => path.startsWith('resources/handbook/'))
const textOfTopic = (topic: string): string =>
  handbook.find(({ path }) => basename(path) === `${topic}.md`)?.text ?? ''

const program = JSON.parse(
  execFileSync(process.execPath, [join(ROOT, 'server', 'cli.ts'), 'help', '--json'], { encoding: 'utf8' }),
) as Described

/** What is given to every command. */
const GIVEN = new Set(['--data-dir', '--json', '--help', '--version'])

test('every command in a document is one of the program, with options that it takes', () => {
  const wrong: string[] = []
  for (const { path, code } of DOCUMENTS) {
    for (const line of code) {
      const [, words] = /^(?:\$ )?homebird (?!\|)(.+)$/.exec(line) ?? []
      if (words === undefined) continue
      const flaw = flawOf(words.replace(/ {2,}.*$/, '').replace(/ [<>|].*$/, ''))
      if (flaw !== null) wrong.push(`${path}: homebird ${words}: ${flaw}`)
    }
  }
  assert.deepEqual(wrong, [])
})

function flawOf(line: string): string | null {
  let at = program
  const words = line.split(' ')
  while (words.length > 0) {
    const next = at.commands.find(
      ({ name, aliases }) => name === words[0] || aliases.includes(words[0] ?? ''),
    )
    if (next === undefined) break
    at = next
    words.shift()
  }
  if (at === program) return words[0]?.startsWith('--') === true ? null : `there is no command ${words[0]}`
  const [first] = words
  const isStray = first !== undefined && /^[a-z]/.test(first) && at.arguments.length === 0 && !hasDefault(at)
  if (isStray) return `${at.name} takes no ${first}`
  const known = new Set([...GIVEN, ...at.options, ...at.commands.flatMap(({ options }) => options)])
  const odd = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/[=.,;].*$/, ''))
  return odd.find((word) => !known.has(word)) ?? null
}

/** `homebird pages ana` is `homebird pages show ana`. */
const hasDefault = (command: Described): boolean =>
  command.commands.some(({ arguments: taken }) => taken.length > 0)

test('the page of all commands names every one', () => {
  const page = textOfTopic('commands')
  const missing = leaves(program, []).filter((words) => !isNamed(page, words))
  assert.deepEqual(missing, [])
})

function leaves(command: Described, above: readonly string[]): string[][] {
  const below = command.commands.flatMap((one) => leaves(one, [...above, one.name]))
  return below.length > 0 ? below : [[...above]]
}

/** `tunnel nudge` may stand beside `homebird tunnel`, and `uninstall` beside `homebird service install`. */
function isNamed(page: string, words: readonly string[]): boolean {
  const [first = '', second] = words
  return page
    .split('\n')
    .some(
      (line) =>
        line.includes(`\`homebird ${first}`) &&
        (second === undefined || new RegExp(`\\b${second}\\b`).test(line)),
    )
}

test('every variable in a document is one that the program reads', () => {
  const OURS = /\b(?:HOMEBIRD|TAKAHE|OTEL)_[A-Z0-9_]+\b|\bPG[A-Z]{4,}\b|(?<!_)\bDATABASE_URL\b/g
  const known = new Set(
    sourcesOf(['server/**/*.ts', 'build/**/*.{ts,mjs}', 'electron/**/*.ts', 'test/bench/*.ts']).match(OURS),
  )
  // A family is named by its beginning: HOMEBIRD_CACHES_…
  const isKnown = (name: string): boolean =>
    name.endsWith('_') ? [...known].some((one) => one.startsWith(name)) : known.has(name)
  assert.deepEqual(
    namedIn(OURS).filter(({ name }) => !isKnown(name)),
    [],
  )
})

test('every address in a document is one that a home answers', () => {
  const literals = sourcesOf([
    'server/http/**/*.ts',
    'server/activitypub/uris.ts',
    'test/integration/**/*.txt',
  ]).matchAll(/(?:['"`]|^)(\/[^'"`\s]*)(?:['"`\s])/gm)
  const routes = new Set<string>([...WINDOW_PATHS, ...[...literals].map(([, route = '']) => route)])
  // What answers everything says nothing about an address.
  const named = [...routes].filter((route) => !/^\/[:*$(]/.test(route) && /^[\w/@.:*$%-]+$/.test(route))
  const patterns = named.map(
    (route) =>
      new RegExp(
        `^${route
          .replace(/[.+()[\]{}^$|\\?]/g, '\\$&')
          .replace(/:\w+/g, '[^/]+')
          .replace(/\*/g, '.*')}$`,
      ),
  )
  const odd = DOCUMENTS.flatMap(({ path, code }) =>
    code
      .filter((one) => /^\/[\w@.][\w@./-]*$/.test(one) && !FOLDERS.test(one))
      .filter((one) => !patterns.some((pattern) => pattern.test(one)))
      .filter((one) => !(one.endsWith('/') && [...routes].some((route) => route.startsWith(one))))
      .map((one) => `${path}: ${one}`),
  )
  assert.deepEqual(odd, [])
})

/** Examples of folders on a disk. */
const FOLDERS = /^\/(?:srv|data|media\/ana|run)\b/

test('every link leads to a file, a page of the window, or a heading that is there', () => {
  const odd: string[] = []
  for (const { path, links } of DOCUMENTS) {
    for (const link of links) {
      const [file = '', anchor] = link.split('#')
      if (/^https?:/.test(link)) continue
      if (file.startsWith('/')) {
        if (!(WINDOW_PATHS as readonly string[]).includes(file)) odd.push(`${path}: ${link}`)
        continue
      }
      const target = file === '' ? path : join(dirname(path), file)
      if (!existsSync(join(ROOT, target))) odd.push(`${path}: ${link}`)
      else if (anchor !== undefined && !headingsOf(target).includes(anchor)) odd.push(`${path}: ${link}`)
    }
  }
  assert.deepEqual(odd, [])
})

function headingsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

test('the topics of the handbook are the files of it, and each says what it is about', () => {
  const files = globSync('resources/handbook/*.md', { cwd: ROOT }).map((path) => basename(path, '.md'))
  assert.deepEqual(files.toSorted(), [...HANDBOOK_TOPICS].toSorted())
  for (const { path, text } of handbook) {
    const page = readHandbookPage(text, path)
    assert.ok(page.lead.length > 20, path)
    const ids = page.blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : []))
    assert.equal(new Set(ids).size, ids.length, `${path} has two headings of one name`)
  }
})

test('what the doctor may find stands under Troubleshooting', () => {
  const page = textOfTopic('troubleshooting')
  const codes = Object.keys(OUTSIDE_CODES).filter((code) => !page.includes(`\n### ${code}\n`))
  assert.deepEqual(codes, [])
  const outside = new Set([
    'dns',
    'tls',
    'identity',
    'bots',
    'fidelity',
    'caching',
    'size',
    'live',
    'who',
    'words',
  ])
  const checks = Object.keys(CHECK_SUBJECTS).filter(
    (name) => !outside.has(name) && !page.includes(`\`${name}\``),
  )
  assert.deepEqual(checks, [])
})

test('every script of npm in a document is one of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const odd = DOCUMENTS.flatMap(({ path, code }) =>
    code.flatMap((line) => {
      const [, name] = /^npm run ([\w:-]+)/.exec(line) ?? []
      return name === undefined || name in scripts ? [] : [`${path}: ${line}`]
    }),
  )
  assert.deepEqual(odd, [])
})

test('the private rooms of CONTRIBUTING are those of the routes, each of them', () => {
  const routes = readFileSync(join(ROOT, 'test', 'integration', 'owner', 'private-routes.txt'), 'utf8')
  const rooms = new Set([...routes.matchAll(/^\/api\/homebird\/v1\/([\w-]+)/gm)].map(([, room = '']) => room))
  assert.deepEqual([...tableOf('.github/CONTRIBUTING.md', 'there')].sort(), [...rooms].sort())
})

test('the house plan of README names every room that there is, and no other', () => {
  const named = tableOf('README.md', 'room').map((room) =>
    room.includes('/') ? room : (ROOMS[room] ?? room),
  )
  const folders = (of: string): string[] =>
    readdirSync(join(ROOT, of), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && !NO_ROOMS.has(entry.name) && !entry.name.startsWith('.')
        ? [of === '' ? entry.name : `${of}/${entry.name}`]
        : [],
    )
  const there = [...folders('').filter((room) => room !== 'server'), ...folders('server')]
  assert.deepEqual(named.sort(), there.sort())
})

/** Those of the server that stand behind another one in a row, without its folder. */
const ROOMS: Readonly<Record<string, string>> = { net: 'server/net', storage: 'server/storage' }
/** What is made, and what only lies there to be read. */
const NO_ROOMS = new Set([
  'resources',
  ...readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.replaceAll('/', '')),
])

/** What stands in code in the first column of the table with this heading. */
function tableOf(path: string, heading: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const [, rows = ''] = new RegExp(`^\\| ${heading} \\|.*\\n\\|.*\\n((?:\\|.*\\n)+)`, 'm').exec(text) ?? []
  return rows.split('\n').flatMap((row) => {
    const [, first = ''] = row.split('|')
    return [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  })
}

test('every workload that README has measured by its name is one', () => {
  const named = DOCUMENTS.flatMap(({ code }) =>
    code.flatMap((line) => /^npm run bench ([a-z]\w*)/.exec(line)?.[1] ?? []),
  )
  assert.ok(named.length > 0)
  const odd = named.filter(
    (name) => !existsSync(join(ROOT, 'test', 'bench', `${name.replace(/s$/, '')}-load.ts`)),
  )
  assert.deepEqual(odd, [])
})
