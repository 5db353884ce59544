/** The table of tasks tells the truth: each is done in its file, by both hands, and by nothing but the hands. */
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { TASKS, type TaskFile, testName } from '../../../support/window-flows.ts'

const E2E = join(import.meta.dirname, '..', '..', '..', 'e2e')
const FILES = Object.keys(TASKS) as TaskFile[]
const WANTED = 40

/** What would act on the page past the hand, or give the focus where no key leads. */
const PAST_THE_HAND =
  /\.(?:click|dblclick|tap|hover|check|uncheck|setChecked|fill|clear|type|pressSequentially|focus|blur|dragTo|selectOption|setInputFiles|dispatchEvent)\(|\b(?:mouse|keyboard|touchscreen)\.|\bhand\.kind\b/

const source = async (file: string): Promise<string> => readFile(join(E2E, file), 'utf8')
/** Names of tasks as the file gives them to `flow`. */
const written = (text: string): string[] =>
  [...text.matchAll(/\bflow\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, name = '']) => name)

for (const file of FILES) {
  test(`${file} does each of its tasks once, and no other`, async () => {
    const text = await source(file)
    assert.deepEqual(written(text).toSorted(), [...TASKS[file]].toSorted())
    assert.equal([...text.matchAll(/\bflow\(/g)].length, TASKS[file].length, 'a task without a plain name')
    assert.match(text, new RegExp(`flow(?:Ground|sOf)\\(\\s*'${file.replaceAll('.', '\\.')}'`))
  })

  test(`${file} leaves every press and letter to the hand`, async () => {
    const lines = (await source(file)).split('\n').filter((line) => PAST_THE_HAND.test(line))
    assert.deepEqual(lines, [])
  })

  test(`${file} leaves no task out`, async () => {
    assert.doesNotMatch(await source(file), /\.(?:skip|todo|only)\b|\b(?:todo|only):|\bskip: true/)
  })
}

test('no file does tasks beside the table', async () => {
  const names = (await readdir(E2E)).filter((name) => name.endsWith('.test.ts'))
  const texts = await Promise.all(names.map(source))
  const doing = names.filter((_, place) => /\bflowGround\b|\bflowsOf\b/.test(texts[place] ?? ''))
  assert.deepEqual(doing.toSorted(), FILES.toSorted())
})

test(`at least ${WANTED} tasks are done with the mouse and again with the keyboard alone`, () => {
  const tasks = FILES.flatMap((file) => TASKS[file])
  assert.equal(new Set(tasks).size, tasks.length, 'a task stands twice')
  const tests = tasks.flatMap((task) => [testName(task, 'mouse'), testName(task, 'keys')])
  assert.equal(new Set(tests).size, 2 * tasks.length)
  assert.ok(tasks.length >= WANTED, `${tasks.length} tasks`)
})
