import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type ControlQuestion,
  askControlSocket,
  openControlSocket,
} from '../../../server/appliance/control-socket.ts'
import { HomebirdError } from '../../../server/core/errors.ts'

async function openSocket(t: TestContext, answer: (question: ControlQuestion) => Promise<unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'control.sock')
  const socket = await openControlSocket(path, answer)
  t.after(async () => socket[Symbol.asyncDispose]())
  return path
}

test('a question is answered in however many pieces it comes', async (t) => {
  const path = await openSocket(t, async (question) => question)
  const question = { kind: 'tunnel_settings', changes: { tunnelToken: 'x'.repeat(60_000) } } as const
  assert.deepEqual(await askControlSocket(path, question), question)
  const line = JSON.stringify(question)
  const asker = createConnection({ path })
  await new Promise((written) => asker.write(line.slice(0, 100), written))
  await turn()
  asker.write(`${line.slice(100)}\n`)
  assert.deepEqual(JSON.parse(await text(asker)), { answer: question })
})

test('one that is too long or unknown is refused, without repeating what stands in it', async (t) => {
  const path = await openSocket(t, async () => 'answered')
  const changes = { tunnelToken: 'x'.repeat(70_000) }
  await assert.rejects(askControlSocket(path, { kind: 'tunnel_settings', changes }), {
    code: 'UNPROCESSABLE',
    message: /longer than 65536 bytes/,
  })
  const strange = { kind: 'later', token: 'secret' } as unknown as ControlQuestion
  await assert.rejects(askControlSocket(path, strange), {
    code: 'UNPROCESSABLE',
    message: 'the home refuses: USAGE: unknown question "later"',
  })
})

test('why a home refuses is told as such, and not as a home that does not run', async (t) => {
  const path = await openSocket(t, async () => {
    throw new HomebirdError('SETTING_INVALID', 'HOMEBIRD_TUNNEL is "x"')
  })
  await assert.rejects(askControlSocket(path, { kind: 'status' }), {
    code: 'UNPROCESSABLE',
    message: 'the home refuses: SETTING_INVALID: HOMEBIRD_TUNNEL is "x"',
  })
  await assert.rejects(askControlSocket(`${path}-none`, { kind: 'status' }), { code: 'NOT_RUNNING' })
})
