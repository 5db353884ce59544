/** Which failed test files are run once more, and what a run says of them. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askSecondLook } from '../../../build/second-look.mjs'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PAGES = 'test/e2e/window-pages.long.test.ts'

/** Runs that fail in these files, one list a run; kept is what each was asked to run. */
async function look(
  ...failures: readonly string[][]
): Promise<{ isGood: boolean; asked: string[][]; said: string }> {
  const asked: string[][] = []
  const said: string[] = []
  const left = [...failures]
  const isGood = await askSecondLook(
    async (patterns, more) => {
      asked.push([...patterns])
      const failed = left.shift() ?? []
      const list = more.find((one) => one.startsWith('--test-reporter-destination='))?.split('=')[1]
      writeFileSync(String(list), failed.map((file) => `${join(ROOT, file)}\n`).join(''))
      return failed.length === 0
    },
    ['test/**/*.long.test.ts'],
    (line) => said.push(line),
  )
  return { isGood, asked, said: said.join('\n') }
}

test('what passes is run once', async () => {
  assert.deepEqual(await look([]), { isGood: true, asked: [['test/**/*.long.test.ts']], said: '' })
})

test('a file of a browser that failed is run by itself once more, and only once', async () => {
  const once = await look([PAGES], [])
  assert.equal(once.isGood, true)
  assert.deepEqual(once.asked, [['test/**/*.long.test.ts'], [PAGES]])
  assert.match(once.said, /^unsteady: test\/e2e\/window-pages\.long\.test\.ts /m)
  const again = await look([PAGES], [PAGES], [])
  assert.equal(again.isGood, false)
  assert.equal(again.asked.length, 2)
  assert.doesNotMatch(again.said, /unsteady/)
})

test('attacks, loss, faults and the protocol get no second look, and neither do many files', async () => {
  for (const file of [
    'test/faults/kills.long.test.ts',
    'test/federation/malformed.long.test.ts',
    'test/integration/http/odd-inputs.long.test.ts',
    'test/e2e/tunnel-namespaces.long.test.ts',
    'test/e2e/window-attacks.long.test.ts',
    'test/e2e/shell-recovery.long.test.ts',
    'test/e2e/window-hand-over.long.test.ts',
  ]) {
    assert.equal((await look([file], [])).isGood, false)
    assert.equal((await look([PAGES, file], [])).isGood, false)
  }
  const many = ['a', 'b', 'c', 'd'].map((name) => `test/e2e/window-${name}.long.test.ts`)
  assert.equal((await look(many, [])).isGood, false)
  assert.equal((await look(many.slice(1), [])).isGood, true)
})

test('a run that failed without naming a file has failed', async () => {
  assert.equal(
    await askSecondLook(
      async (_, [, list]) => brokenRun(list),
      ['x'],
      () => undefined,
    ),
    false,
  )
})

async function brokenRun(destination: string | undefined): Promise<boolean> {
  writeFileSync(String(destination?.split('=')[1]), '')
  return false
}

/** Has the runner run files of these texts. @returns what it lists as failed, by name */
function listed(t: TestContext, texts: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hb-second-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  const list = join(folder, 'list')
  const args = [
    `--test-reporter=${join(ROOT, 'build/failed-files.mjs')}`,
    `--test-reporter-destination=${list}`,
    ...Object.keys(texts).flatMap((name) => (name.includes('.test.') ? [join(folder, name)] : [])),
  ]
  const env = { ...process.env }
  delete env['NODE_TEST_CONTEXT']
  assert.throws(() => execFileSync(process.execPath, ['--test', ...args], { env, stdio: 'pipe' }))
  return readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => relative(folder, line))
    .toSorted()
}

const WITH_ONE = (body: string): string =>
  `import { test } from 'node:test'\ntest('one', () => {${body}})\ntest('two', () => {})\n`
const THROWS = "throw new Error('no')"
const DIES = "process.kill(process.pid, 'SIGKILL')"

test('the runner lists the files in which something failed', (t: TestContext) => {
  const files = {
    'bad.test.mjs': WITH_ONE(THROWS),
    'good.test.mjs': WITH_ONE(''),
    'ended.test.mjs': WITH_ONE(DIES),
  }
  assert.deepEqual(listed(t, files), ['bad.test.mjs', 'ended.test.mjs'])
})

test('a test that a helper registered is listed with the file it ran in', (t: TestContext) => {
  const viaHelper = (body: string): string =>
    `import { flow } from './helper.mjs'\nflow('one', () => {${body}})\n`
  const helper = "import { test } from 'node:test'\nexport const flow = (name, work) => test(name, work)\n"
  const files = {
    'helper.mjs': helper,
    'a-bad.test.mjs': viaHelper(THROWS),
    'b-good.test.mjs': viaHelper(''),
    'c-ended.test.mjs': `${viaHelper(THROWS)}flow('end', () => {${DIES}})\n`,
    'd-good.test.mjs': viaHelper(''),
  }
  assert.deepEqual(listed(t, files), ['a-bad.test.mjs', 'c-ended.test.mjs'])
})

test('what no file owns up to stands with the file that reported it, which gets no second look', (t: TestContext) => {
  const files = {
    'helper.mjs': `import { after } from 'node:test'\nafter(() => {${THROWS}})\n`,
    'a.test.mjs': `import './helper.mjs'\n${WITH_ONE('')}`,
    'b.test.mjs': WITH_ONE(''),
  }
  assert.deepEqual(listed(t, files), ['helper.mjs'])
})
