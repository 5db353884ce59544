import assert from 'node:assert/strict'
import { globSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { readHandbookPage } from '../../../renderer/handbook.ts'
import { OUTSIDE_CODES } from '../../../server/contracts/doctor.ts'
import { HANDBOOK_TOPICS } from '../../../server/contracts/handbook.ts'
import { CHECK_SUBJECTS } from '../../../server/domain/doctor/code-sentences.ts'
import { type Described, PROGRAM } from '../../support/command-words.ts'
import { flawsIn } from '../../support/document-flaws.ts'
import { DOCUMENTS, ROOT, documentOf } from '../../support/documents.ts'

const handbook = DOCUMENTS.filter(({ path }) => path.startsWith('resources/handbook/'))
const textOfTopic = (topic: string): string =>
  handbook.find(({ path }) => basename(path) === `${topic}.md`)?.text ?? ''

test('every command, option, variable, default, address, file, script and word of the window in a document is there', () => {
  assert.deepEqual(DOCUMENTS.flatMap(flawsIn), [])
})

/** Something that is not there, and the part of it by which it is to be named. */
const INVENTED: readonly (readonly [string, string])[] = [
  ['homebird frobnicate', 'frobnicate'],
  ['homebird tunnel frobnicate', 'frobnicate'],
  ['homebird tunnel files lighttpd', 'tunnel files takes one of'],
  ['homebird doctor --frob', '--frob'],
  ['homebird status now', 'status takes no now'],
  ['homebird backup --dry-run', '--dry-run'],
  ['homebird config set HOMEBIRD_PRUNE_YEARS 3', 'HOMEBIRD_PRUNE_YEARS'],
  ['homebird config set HOMEBIRD_PRUNE_DAYS never', 'cannot be never'],
  ['homebird help frobnicate', 'frobnicate'],
  ['docker exec -it homebird homebird frobnicate', 'frobnicate'],
  ['npm run homebird -- frobnicate', 'frobnicate'],
  ['npm run frobnicate', 'frobnicate'],
  ['npm run bench frobnicate', 'frobnicate'],
  ['npm run bench -- --frob', '--frob'],
  ['HOMEBIRD_FROB', 'HOMEBIRD_FROB'],
  ['OTEL_FROB_NAME', 'OTEL_FROB_NAME'],
  ['FROB_TOKEN', 'FROB_TOKEN'],
  ['HOMEBIRD_TUNNEL=frob', 'cannot be frob'],
  ['/frobnicate', '/frobnicate'],
  ['/api/v1/frobnicate', '/api/v1/frobnicate'],
  ['http://127.0.0.1:4180/frobnicate', '/frobnicate'],
  ['http://127.0.0.1:4999', '4999'],
  ['server/frobnicate.ts', 'server/frobnicate.ts'],
  ['node build/frobnicate.ts', 'build/frobnicate.ts'],
]

/** One of each kind. */
const PLACES = [
  'README.md',
  '.github/CONTRIBUTING.md',
  'resources/FEDERATION.md',
  'resources/handbook/start.md',
  'resources/changelog/added-handbook.md',
]

test('what is invented is named, in each kind of document, in code and in running text', () => {
  const missed = PLACES.flatMap((path) =>
    INVENTED.flatMap(([line, named]) =>
      [
        `Type \`${line}\` there.`,
        `\n    ${line}\n`,
        `\n    ${line}   what it does\n`,
        `- say \`${line}\`, or not`,
      ]
        .filter((text) => !flawsIn(documentOf(path, text)).some((flaw) => flaw.includes(named)))
        .map((text) => `${path}: ${text}`),
    ),
  )
  assert.deepEqual(missed, [])
  const inProse = INVENTED.filter(
    ([line]) => flawsIn(documentOf('README.md', `Type ${line} there.`)).length === 0,
  )
  assert.deepEqual(inProse, [])
})

test('what is told wrongly is named: defaults, links, findings, words of the window', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['`HOMEBIRD_PRUNE_DAYS` (30) says so', 'HOMEBIRD_PRUNE_DAYS'],
    ['`HOMEBIRD_SEARCH` is `own`', 'HOMEBIRD_SEARCH'],
    ['| setting | default |\n| --- | --- |\n| `HOMEBIRD_DB_POOL` | 10 |', 'HOMEBIRD_DB_POOL'],
    ['See [there](nowhere.md).', 'nowhere.md'],
    ['See [there](/nowhere).', '/nowhere'],
    ['See [there](backup.md#nowhere).', '#nowhere'],
    ['### FROB_BROKEN\n', 'FROB_BROKEN'],
    ['| check | when |\n| --- | --- |\n| `frob` | x |', 'frob'],
    ['Look at Settings, Frobbing.', 'Frobbing'],
    ['Choose *Frobnicate it*.', 'Frobnicate it'],
  ]
  const missed = wrong.filter(
    ([text, named]) =>
      !flawsIn(documentOf('resources/handbook/troubleshooting.md', text)).some((flaw) =>
        flaw.includes(named),
      ),
  )
  assert.deepEqual(missed, [])
})

test('the page of all commands names every one', () => {
  const page = textOfTopic('commands')
  const missing = leaves(PROGRAM, []).filter((words) => !isNamed(page, words))
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
