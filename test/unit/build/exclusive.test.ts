/** Tasks that are started at once do the same work one after the other. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { afterInReverse } from '../../support/after-in-reverse.ts'

const BUILD = join(import.meta.dirname, '..', '..', '..', 'build')
const CACHE = join(BUILD, '..', '.cache')

/** A process that says `in`, and `out` once it hears something. */
function openTask(t: TestContext, name: string) {
  const program = `
    const { exclusively } = await import(${JSON.stringify(join(BUILD, 'exclusive.mjs'))})
    await exclusively(${JSON.stringify(name)}, async () => {
      process.stdout.write('in')
      await new Promise((resolve) => process.stdin.once('data', resolve))
    })
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  afterInReverse(t, () => child.kill('SIGKILL'))
  const finish = async (): Promise<void> => {
    child.stdin.write('go on\n')
    await once(child, 'exit')
  }
  return { isIn: once(child.stdout, 'data'), isWaiting: once(child.stderr, 'data'), finish }
}

test('the second waits, says so, and goes on when the first is done', async (t) => {
  const name = `test-${process.pid}-two`
  const first = openTask(t, name)
  await first.isIn
  const second = openTask(t, name)
  await second.isWaiting
  await first.finish()
  await second.isIn
  await second.finish()
  assert.equal(existsSync(join(CACHE, `${name}.lock`)), false)
})

test('a lock whose holder is dead holds nobody up', async (t) => {
  const name = `test-${process.pid}-dead`
  const dead = spawn(process.execPath, ['--version'])
  await once(dead, 'exit')
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(join(CACHE, `${name}.lock`), String(dead.pid))
  const task = openTask(t, name)
  await task.isIn
  await task.finish()
})
