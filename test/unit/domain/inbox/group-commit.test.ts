import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHomebirdError } from '../../../../server/core/errors.ts'
import { GroupCommit } from '../../../../server/domain/inbox/group-commit.ts'
import type { ReceivedMessage } from '../../../../server/domain/inbox/receive-messages.ts'

const LIMITS = { rows: 10, bytes: 1_000, waitingBytes: 5_000 }

function message(activityId: string, body = 'x'): ReceivedMessage {
  const signed = { keyUri: 'https://a.example/ana#main-key', scheme: 'cavage' } as const
  const facts = { activityType: 'Like', objectUri: null, followOffer: null, ...signed }
  return { signerUri: 'https://a.example/ana', activityId, host: 'a.example', body, ...facts }
}

/** A database whose answers the test gives itself. */
function openWriter() {
  const written: string[][] = []
  const answers: PromiseWithResolvers<void>[] = []
  const write = async (messages: readonly ReceivedMessage[]): Promise<void> => {
    written.push(messages.map(({ activityId }) => activityId))
    const answer = Promise.withResolvers<void>()
    answers.push(answer)
    return answer.promise
  }
  return { written, answers, commit: new GroupCommit(write, LIMITS) }
}

test('the first message waits for nobody, those that arrive meanwhile go together', async () => {
  const { written, answers, commit } = openWriter()
  const first = commit.add(message('1'))
  const others = [commit.add(message('2')), commit.add(message('3'))]
  assert.deepEqual(written, [['1']])
  answers[0]?.resolve()
  await first
  assert.deepEqual(written, [['1'], ['2', '3']])
  answers[1]?.resolve()
  await Promise.all(others)
  const later = commit.add(message('4'))
  assert.deepEqual(written.at(-1), ['4'])
  answers[2]?.resolve()
  await later
})

test('one statement holds at most so many rows and so many bytes', async () => {
  const { written, answers, commit } = openWriter()
  const adding = [commit.add(message('first'))]
  for (let n = 0; n < 12; n += 1) adding.push(commit.add(message(`${n}`)))
  adding.push(commit.add(message('big', 'x'.repeat(2_000))), commit.add(message('last')))
  for (let n = 0; n < 5; n += 1) {
    answers[n]?.resolve()
    await new Promise(setImmediate)
  }
  await Promise.all(adding)
  assert.deepEqual(
    written.map((group) => group.length),
    [1, 10, 2, 1, 1],
  )
  assert.deepEqual(written[3], ['big'])
})

test('a message that the database will not take harms only itself', async () => {
  const stored: string[] = []
  const commit = new GroupCommit(async (messages) => {
    await new Promise(setImmediate)
    if (messages.some(({ activityId }) => activityId === 'bad'))
      throw Object.assign(new Error('22P05'), { code: '22P05' })
    stored.push(...messages.map(({ activityId }) => activityId))
  }, LIMITS)
  const results = await Promise.allSettled(['1', '2', 'bad', '3'].map(async (id) => commit.add(message(id))))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(stored, ['1', '2', '3'])
})

test('when the database is away all of a group are told, once', async () => {
  const { written, answers, commit } = openWriter()
  const adding = Promise.allSettled([
    commit.add(message('1')),
    commit.add(message('2')),
    commit.add(message('3')),
  ])
  answers[0]?.resolve()
  await new Promise(setImmediate)
  answers[1]?.reject(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }))
  const results = await adding
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  )
  assert.equal(written.length, 2)
})

test('more than may wait is refused', async () => {
  const { answers, commit } = openWriter()
  const adding = [commit.add(message('1')), commit.add(message('2', 'x'.repeat(4_000)))]
  await assert.rejects(commit.add(message('3', 'x'.repeat(2_000))), (error) =>
    isHomebirdError(error, 'UNAVAILABLE'),
  )
  answers[0]?.resolve()
  await new Promise(setImmediate)
  answers[1]?.resolve()
  await Promise.all(adding)
})
