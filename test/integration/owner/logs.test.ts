/** The logs of all processes and the help bundle before the owner's eyes, with secrets taken out. */
import assert from 'node:assert/strict'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { HelpBundle, LogLine, LogPage } from '../../../server/contracts/logs.ts'
import { readLogs } from '../../../server/storage/logs/read-logs.ts'
import { EventReader } from '../../support/event-reader.ts'
import { type LogFolder, openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome, openSetUpHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const SECRETS = [
  'translator-secret-1',
  'the-database-password',
  'kJ8sdf7SDF8sdfJKSDF78sdfjkSDF78sdfjk23Sdf_a-',
]

let home: OwnerHome
let logs: LogFolder
before(async () => {
  logs = await openLogFolder()
  home = await openOwnerHome({
    supervision: logs.supervision(),
    env: { HOMEBIRD_TRANSLATOR: 'deepl', HOMEBIRD_TRANSLATOR_KEY: 'translator-secret-1' },
  })
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
})

const line = (second: number, facts: object = {}): object => ({
  level: 'info',
  time: new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString(),
  part: 'server',
  event: 'request.done',
  ...facts,
})

async function read(query = ''): Promise<LogPage> {
  const answer = await home.asPage(`${API}/logs${query}`)
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as LogPage
}

test('lines of every process stand in one order, newest first, by level, part and search', async () => {
  await logs.writes(
    line(1, { ms: 3 }),
    line(2, {
      level: 'warn',
      part: 'worker',
      event: 'delivery.failed',
      host: 'far.example',
      error: 'TIMED OUT',
    }),
  )
  await logs.writesText('2026-01-01 12:00:03.500 UTC [77] ERROR:  deadlock detected\n', 'postgres.log')
  await logs.writesText('not json at all\n')
  await logs.writes(line(4, { level: 'fatal', event: 'process.uncaught', message: 'it broke' }))
  const { lines, parts, before: more } = await read()
  assert.deepEqual(
    lines.map(({ level, part, event, text }) => [level, part, event, text]),
    [
      ['error', 'server', 'process.uncaught', 'it broke'],
      ['info', 'appliance', '', 'not json at all'],
      ['error', 'database', '', 'deadlock detected'],
      ['warn', 'worker', 'delivery.failed', 'host=far.example error=TIMED OUT'],
      ['info', 'server', 'request.done', 'ms=3'],
    ],
  )
  assert.deepEqual([parts, more], [['appliance', 'database', 'server', 'worker'], null])
  assert.equal(new Set(lines.map(({ id }) => id)).size, 5)
  assert.equal((await read('?level=warn')).lines.length, 3)
  assert.deepEqual(
    (await read('?part=worker')).lines.map(({ event }) => event),
    ['delivery.failed'],
  )
  assert.deepEqual(
    (await read('?search=timed%20out')).lines.map(({ event }) => event),
    ['delivery.failed'],
  )
})

test('pages go on where the one before ended, over a file that was renamed meanwhile, and lose and double nothing', async () => {
  await logs.writes(...Array.from({ length: 450 }, (_, index) => line(10 + (index % 40), { count: index })))
  const first = await read()
  await logs.rotates()
  await logs.writes(line(59, { count: 'new' }))
  const seen = [...first.lines]
  for (let place = first.before; place !== null;) {
    const page = await read(`?before=${encodeURIComponent(place)}`)
    seen.push(...page.lines)
    place = page.before
  }
  assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length)
  const counts = seen.flatMap(({ text }) => /^count=(\d+)$/.exec(text)?.[1] ?? [])
  assert.deepEqual(counts.length, 450)
  assert.equal((await home.asPage(`${API}/logs?before=nonsense`)).status, 400)
})

interface Tail {
  next(): Promise<LogLine[]>
  /** Settles when the home has ended it. */
  readonly ended: Promise<void>
  close(): void
}

async function openTail(query: string): Promise<Tail> {
  const opened = await new Promise<{ answer: IncomingMessage; request: ClientRequest }>((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port: home.port,
      path: `${API}/logs/live${query}`,
      headers: { host: `127.0.0.1:${home.port}`, cookie: home.cookie },
      agent: false,
    })
    asked.once('error', reject)
    asked.once('response', (answer) => resolve({ answer, request: asked }))
    asked.end()
  })
  const reader = new EventReader(opened)
  assert.deepEqual([reader.status, reader.headers['content-type']], [200, 'text/event-stream; charset=utf-8'])
  return {
    next: async () => JSON.parse((await reader.next()).data) as LogLine[],
    ended: reader.ended,
    close: () => opened.request.destroy(),
  }
}

test('a live tail brings what is written after its place, filtered, over the renaming of a full file', async () => {
  const { after } = await read()
  await logs.writes(line(60, { event: 'before.tail', level: 'warn' }))
  const tail = await openTail(`?level=warn&after=${encodeURIComponent(after ?? '')}`)
  assert.deepEqual(
    (await tail.next()).map(({ event }) => event),
    ['before.tail'],
  )
  await logs.writes(line(61, { event: 'not.wanted' }), line(62, { event: 'first.wanted', level: 'error' }))
  assert.deepEqual(
    (await tail.next()).map(({ event }) => event),
    ['first.wanted'],
  )
  await logs.rotates()
  await logs.writesText(JSON.stringify(line(63, { event: 'second.wanted', level: 'warn' })).slice(0, 20))
  await logs.writesText(`${JSON.stringify(line(63, { event: 'second.wanted', level: 'warn' })).slice(20)}\n`)
  assert.deepEqual(
    (await tail.next()).map(({ event }) => event),
    ['second.wanted'],
  )
  tail.close()
})

test('a tail that was slow brings what was written into files that were full and renamed meanwhile', async () => {
  const { after } = await read()
  const tail = await openTail(`?level=warn&after=${encodeURIComponent(after ?? '')}`)
  const told: string[] = []
  for (const event of ['in.the.first', 'in.the.second', 'in.the.third']) {
    await logs.writes(line(64, { event, level: 'warn' }))
    if (event !== 'in.the.third') await logs.rotates()
  }
  while (told.length < 3) told.push(...(await tail.next()).map(({ event }) => event))
  assert.deepEqual(told, ['in.the.first', 'in.the.second', 'in.the.third'])
  tail.close()
})

test('what is read at once has a bound, whatever the lines are like', async () => {
  await logs.writes(...Array.from({ length: 20 }, () => line(65, { message: 'x'.repeat(500) })))
  const wanted = { matches: () => true, limit: 100, mostLooked: 100, mostCharacters: 2_000, before: null }
  const { lines, before: more } = await readLogs(join(logs.path, 'logs'), (text) => text, wanted)
  assert.equal(lines.length, 4)
  assert.ok(more)
})

test('a process without log files says so, and lives on', async () => {
  const alone = await openSetUpHome()
  for (const path of ['/logs', '/logs/live', '/logs/file', '/status/storage']) {
    assert.equal((await alone.asPage(`${API}${path}`)).status, 503, path)
  }
  assert.equal((await alone.asPage(`${API}/help-bundle`)).status, 200)
})

test('going out to look at the own address has a limit', async () => {
  const codes: number[] = []
  for (let count = 0; count < 31; count += 1) codes.push((await home.asPage(`${API}/checks`)).status)
  assert.equal(codes.at(-1), 429)
  assert.ok(codes.slice(0, 30).every((code) => code !== 429))
})

test('no line, no file and no help bundle holds a secret, and the bundle says what helps', async () => {
  for (const secret of SECRETS) {
    await logs.writes(line(70, { level: 'error', event: 'leak.test', message: `it said ${secret} here` }))
    await logs.writesText(`stack: at ${secret}\n`)
  }
  await logs.writes(
    line(71, {
      level: 'warn',
      password: 'hunter2hunter2',
      headers: { authorization: 'Bearer zzzyyyxxx111' },
      passphrase: 'four plain words here',
    }),
  )
  // As the shell keeps them when one of its processes falls.
  await mkdir(join(logs.path, 'logs', 'crashes', 'completed'), { recursive: true })
  await writeFile(join(logs.path, 'logs', 'crashes', 'completed', 'a.dmp'), 'memory')
  logs.journal = [
    {
      at: '2026-01-01T12:00:00.000Z',
      level: 'warn',
      part: 'database',
      message: `leak.journal ${SECRETS[0]}: "what somebody said" to @ana@peer.example`,
    },
  ]
  const page = await home.asPage(`${API}/logs`)
  const file = await home.asPage(`${API}/logs/file`)
  const bundle = await home.asPage(`${API}/help-bundle`)
  assert.equal(file.headers['content-disposition'], 'attachment; filename="homebird-log.txt"')
  for (const text of [page.text(), file.text(), bundle.text()]) {
    assert.ok(text.includes('leak.test'))
    for (const secret of [...SECRETS, 'hunter2hunter2', 'zzzyyyxxx111', 'plain words'])
      assert.ok(!text.includes(secret), secret)
  }
  const { sections } = bundle.json() as unknown as HelpBundle
  const textOf = (name: string): string => sections.find((section) => section.name === name)?.text ?? ''
  assert.deepEqual(
    sections.map(({ name }) => name),
    ['program', 'settings', 'doctor', 'status', 'storage', 'caches', 'edge', 'journal', 'log'],
  )
  assert.match(textOf('program'), /"homebird": "\d/)
  assert.match(textOf('program'), /"crashReports": 1,/)
  assert.match(textOf('settings'), /"HOMEBIRD_TRANSLATOR_KEY": "\[removed\]"/)
  assert.match(textOf('doctor'), /"name": "media"/)
  assert.match(
    textOf('journal'),
    /^2026-01-01T12:00:00.000Z warn database: leak.journal \[removed\]: "…" to \S*$/,
  )
  assert.ok(
    sections.every(({ text }) => !text.startsWith('cannot be read')),
    bundle.text(),
  )
})

test('whoever signs out reads a live tail no longer', async () => {
  const tail = await openTail('')
  const cookie = home.cookie
  assert.equal((await home.asPage(`${API}/session`, { method: 'DELETE' })).status, 200)
  home.cookie = cookie
  assert.equal((await home.asPage(`${API}/logs`)).status, 401)
  await tail.ended
})
