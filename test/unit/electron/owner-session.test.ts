/** The shell's session at a home that accepts and does not answer: nothing waits for it for ever. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ServerResponse, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, suite, test } from 'node:test'
import { type OwnerSession, openOwnerSession } from '../../../electron/protocol/owner-session.ts'
import { HomeAway } from '../../../electron/protocol/private-line.ts'
import { MemoryKeep } from '../../support/desktop-home.ts'

const STATE = '/api/homebird/v1/state'
const TOKEN = 'a-session-that-is-good-for-this-home'

const LIMITS = { answerMs: 1_000, closeMs: 1_000 }

type Answers = Readonly<Record<'good' | 'hangs' | 'breaks off', (answer: ServerResponse) => void>>

const answers: Answers = {
  good: (answer) => {
    answer.writeHead(200, { 'set-cookie': `homebird=${TOKEN}; HttpOnly` })
    answer.end('{"phase":"signed_in"}')
  },
  hangs: () => undefined,
  'breaks off': (answer) => {
    answer.writeHead(200)
    answer.write('{"phase":')
  },
}

interface Desk {
  readonly keep: MemoryKeep
  /** What the home was asked. */
  readonly asked: string[]
  does: keyof Answers
  session(limits: { answerMs: number; closeMs: number }): OwnerSession
}

async function openDesk(t: TestContext): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'hb-hang-'))
  const path = join(folder, 'private.sock')
  const keep = new MemoryKeep()
  const asked: string[] = []
  const server = createServer((request, answer) => {
    asked.push(`${request.method} ${request.url}`)
    answers[desk.does](answer)
  })
  server.listen(path)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const home = () => ({ listen: { kind: 'socket', path } as const, oneTimeKey: 'key' })
  const desk: Desk = {
    keep,
    asked,
    does: 'good',
    session: (limits) => openOwnerSession({ home, keep, userAgent: 'Homebird', limits }),
  }
  return desk
}

suite('the session at a home that hangs', { timeout: 20_000, concurrency: true }, () => {
  for (const does of ['hangs', 'breaks off'] as const)
    test(`a home that ${does} counts as away, and is asked anew once it answers`, async (t) => {
      const desk = await openDesk(t)
      desk.keep.token = TOKEN
      const session = desk.session(LIMITS)
      desk.does = does
      await assert.rejects(session.ask({ method: 'GET', path: STATE }), HomeAway)
      desk.does = 'good'
      const answer = await session.ask({ method: 'GET', path: STATE })
      answer.resume()
      assert.equal(answer.statusCode, 200)
      assert.deepEqual(
        desk.asked,
        Array.from({ length: 3 }, () => `GET ${STATE}`),
      )
    })

  test('a key that is not answered is no end of the asking either', async (t) => {
    const desk = await openDesk(t)
    const session = desk.session(LIMITS)
    desk.does = 'hangs'
    await assert.rejects(session.ask({ method: 'GET', path: STATE }), HomeAway)
    assert.deepEqual(desk.asked, ['POST /api/homebird/v1/session/key'])
  })

  test('closing waits no longer than its limit', async (t) => {
    const desk = await openDesk(t)
    desk.keep.canWrite = false
    const session = desk.session({ ...LIMITS, answerMs: 10_000 })
    const answer = await session.ask({ method: 'GET', path: STATE })
    answer.resume()
    desk.does = 'hangs'
    await session.close()
    assert.equal(desk.asked.at(-1), 'DELETE /api/homebird/v1/session')
  })
})
