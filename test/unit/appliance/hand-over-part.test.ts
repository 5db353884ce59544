/** Who may say what of the handing over of a home, and who is told the code of an offer. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { HandOverPart } from '../../../server/appliance/keeping/hand-over-part.ts'

function openPart(t: TestContext): HandOverPart {
  const folder = mkdtempSync(join(tmpdir(), 'hb-lease-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return new HandOverPart({
    folder,
    keeper: { start: () => undefined, endHandOver: () => undefined },
    keys: () => ({ key: 'a key', locks: [] }),
    whyNot: () => null,
    changeVoice: async () => undefined,
    notice: () => undefined,
  })
}

test('the code is told to who has made the offer and to commands of the account, not to a server that asks how it stands', async (t) => {
  const part = openPart(t)
  const made = await part.answer('server-0', { kind: 'hand_over', ask: 'offer', host: '127.0.0.1' })
  assert.match(made.offer?.code ?? '', /^(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}$/)
  assert.deepEqual(made.offer?.addresses, [], 'nobody listens yet')
  await part.answer('keeper', { kind: 'hand_over', ask: 'listening', port: 4182 })
  const asked = await part.answer('server-0', { kind: 'hand_over', ask: 'state' })
  assert.deepEqual(asked.offer, { ...made.offer, code: null, addresses: ['127.0.0.1:4182'] })
  const command = await part.answer('command', { kind: 'hand_over', ask: 'state' })
  assert.equal(command.offer?.code, made.offer?.code)
})

test('no other part of the home offers it, has it speak, or says what the keeper says', async (t) => {
  const part = openPart(t)
  for (const asker of ['worker-0', 'tunnel', 'keeper', 'media-0'])
    for (const ask of ['offer', 'speak'] as const)
      await assert.rejects(part.answer(asker, { kind: 'hand_over', ask }), /cannot say who speaks/)
  for (const asker of ['worker-0', 'server-0', 'command'])
    await assert.rejects(part.answer(asker, { kind: 'hand_over', ask: 'give' }), /only the keeper/)
})
