import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { EventStreamParser, type ServerEvent } from '../../../../renderer/api/event-stream.ts'
import { type StreamState, openStream, waitAfter } from '../../../../renderer/api/stream.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'

function eventsOf(...pieces: readonly string[]): ServerEvent[] {
  const events: ServerEvent[] = []
  const parser = new EventStreamParser((event) => events.push(event))
  for (const piece of pieces) parser.push(piece)
  return events
}

test('events are read whole, wherever the pieces are cut', () => {
  const whole = ':hello\n\nevent: update\nid: 7\ndata: {"a":\ndata:1}\n\nevent: delete\r\ndata: 5\r\n\r\n'
  const expected = [
    { event: 'update', data: '{"a":\n1}', id: '7' },
    { event: 'delete', data: '5', id: '7' },
  ]
  assert.deepEqual(eventsOf(whole), expected)
  assert.deepEqual(eventsOf(...whole.split('')), expected)
})

test('comments and empty blocks tell nothing, and an unnamed event is a message', () => {
  assert.deepEqual(eventsOf(':thump\n\n\n\nevent: update\n\ndata: x\n\n'), [
    { event: 'message', data: 'x', id: '' },
  ])
})

test('an event that is too large is dropped and the next one is read', () => {
  const events = eventsOf(`data: ${'x'.repeat(4_100_000)}\n\n`, 'data: small\n\n')
  assert.deepEqual(
    events.map(({ data }) => data),
    ['small'],
  )
})

test('of a line that is too long no piece is taken for a line of its own', () => {
  const told: ServerEvent[] = []
  const parser = new EventStreamParser((event) => told.push(event))
  parser.push(`event: update\ndata: ${'x'.repeat(4_000_001)}`)
  parser.push('event: delete')
  parser.push('\ndata: 5\n\n')
  parser.push('event: delete\ndata: 7\n\n')
  assert.deepEqual(
    told.map(({ event, data }) => [event, data]),
    [['delete', '7']],
  )
})

test('an event of nothing but empty lines is as large as they are many', () => {
  const told: ServerEvent[] = []
  const parser = new EventStreamParser((event) => told.push(event))
  for (let piece = 0; piece < 41; piece += 1) parser.push('data:\n'.repeat(100_000))
  parser.push('\ndata: next\n\n')
  assert.deepEqual(
    told.map(({ data }) => data),
    ['next'],
  )
})

test('the waits grow to half a minute and are spread', () => {
  assert.deepEqual(
    [1, 2, 3, 6, 60].map((failures) => waitAfter(failures, 1)),
    [1_000, 2_000, 4_000, 30_000, 30_000],
  )
  assert.equal(waitAfter(2, 0), 1_500)
})

interface Heard {
  readonly states: StreamState[]
  readonly events: ServerEvent[]
  /** Resolves when a state or event fits. */
  until(fits: (heard: Heard) => boolean): Promise<void>
}

function listening(): Heard & { onState(state: StreamState): void; onEvent(event: ServerEvent): void } {
  let wake = (): void => {}
  const heard = {
    states: [] as StreamState[],
    events: [] as ServerEvent[],
    onState: (state: StreamState) => {
      heard.states.push(state)
      wake()
    },
    onEvent: (event: ServerEvent) => {
      heard.events.push(event)
      wake()
    },
    until: async (fits: (all: Heard) => boolean) => {
      while (!fits(heard)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
  return heard
}

const phases = (heard: Heard): string[] => heard.states.map(({ phase }) => phase)

test('a line that falls is opened again at once when somebody asks for it', async (t) => {
  const lines: ServerResponse[] = []
  const scripted = await openScriptedApi(t, () => ({
    write: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(':thump\n\n')
      lines.push(response)
    },
  }))
  const heard = listening()
  const stream = openStream({ ...heard, fetch: scripted.fetch, path: '/stream', onSignedOut: () => {} })
  t.after(() => stream.close())
  await heard.until(() => phases(heard).includes('live'))
  lines[0]?.write('event: update\ndata: 1\n\n')
  await heard.until(() => heard.events.length === 1)
  lines[0]?.end()
  await heard.until(() => phases(heard).includes('waiting'))
  stream.retryNow()
  await heard.until(() => phases(heard).filter((phase) => phase === 'live').length === 2)
  assert.deepEqual(phases(heard), ['connecting', 'live', 'waiting', 'connecting', 'live'])
  assert.equal(scripted.requests[0]?.headers['accept'], 'text/event-stream')
})

test('failures are counted, and told with the moment of the next attempt', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ status: 503 }))
  const heard = listening()
  const clock = { fetch: scripted.fetch, path: '/stream', nowMs: () => 5_000, random: () => 1 }
  const stream = openStream({ ...heard, ...clock, onSignedOut: () => {} })
  t.after(() => stream.close())
  await heard.until(() => phases(heard).includes('waiting'))
  stream.retryNow()
  await heard.until(() => phases(heard).filter((phase) => phase === 'waiting').length === 2)
  assert.deepEqual(
    heard.states.filter(({ phase }) => phase === 'waiting'),
    [
      { phase: 'waiting', failures: 1, retryAtMs: 6_000 },
      { phase: 'waiting', failures: 2, retryAtMs: 7_000 },
    ],
  )
})

test('a session that has ended ends the stream for good', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ status: 401 }))
  const heard = listening()
  const { promise, resolve } = Promise.withResolvers<void>()
  openStream({ ...heard, fetch: scripted.fetch, path: '/stream', onSignedOut: resolve })
  await promise
  assert.deepEqual(phases(heard), ['connecting', 'ended'])
  assert.equal(scripted.requests.length, 1)
})

test('closing during a wait ends it', async (t) => {
  const scripted = await openScriptedApi(t, () => ({ status: 500 }))
  const heard = listening()
  const stream = openStream({ ...heard, fetch: scripted.fetch, path: '/stream', onSignedOut: () => {} })
  await heard.until(() => phases(heard).includes('waiting'))
  stream.close()
  assert.equal(phases(heard).at(-1), 'ended')
})
