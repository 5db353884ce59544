import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { Channel } from '../../../../renderer/api/channel-socket.ts'
import { ChannelStreams, pathOfChannel } from '../../../../renderer/api/channel-streams.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { until } from '../../../support/until.ts'

const TAG: Channel = { stream: 'hashtag', tag: 'ferns' }

/** A home that holds the lines open, and tells what the test says. */
async function openStreams(t: TestContext) {
  const lines: ServerResponse[] = []
  const scripted = await openScriptedApi(t, () => ({
    write: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':hello\n\n')
      lines.push(response)
      response.once('close', () => lines.splice(lines.indexOf(response), 1))
    },
  }))
  let signedOut = 0
  const streams = new ChannelStreams({ fetch: scripted.fetch, onSignedOut: () => (signedOut += 1) })
  t.after(() => streams.close())
  const paths = (): string[] =>
    scripted.requests.map(({ path, query }) => [path, ...query.values()].join(' '))
  return { scripted, streams, lines, paths, signedOut: () => signedOut }
}

function watch(streams: ChannelStreams, channel: Channel) {
  const heard: string[] = []
  const stop = streams.watch(channel, {
    onEvent: (event, payload) => void heard.push(`${event} ${payload}`),
    onOpened: () => void heard.push('opened'),
  })
  return { heard, stop }
}

test('every stream has the path under which the home serves it', () => {
  assert.equal(pathOfChannel({ stream: 'public' }), '/api/v1/streaming/public')
  assert.equal(pathOfChannel({ stream: 'public:local' }), '/api/v1/streaming/public/local')
  assert.equal(pathOfChannel({ stream: 'direct' }), '/api/v1/streaming/direct')
  assert.equal(pathOfChannel({ stream: 'list', list: '7' }), '/api/v1/streaming/list?list=7')
  assert.equal(pathOfChannel({ stream: 'hashtag', tag: 'a&b' }), '/api/v1/streaming/hashtag?tag=a%26b')
})

test('two who listen to one stream share it, and it is closed with the last of them', async (t) => {
  const { streams, lines, paths } = await openStreams(t)
  assert.equal(streams.isLive, false)
  const one = watch(streams, TAG)
  await until('the line is open', () => one.heard.length === 1)
  assert.equal(streams.isLive, true)
  const other = watch(streams, TAG)
  assert.deepEqual(other.heard, ['opened'])
  lines[0]?.write('event: update\ndata: {"id":"1"}\n\n')
  await until('both hear it', () => other.heard.length === 2 && one.heard.length === 2)
  assert.deepEqual(other.heard, ['opened', 'update {"id":"1"}'])
  one.stop()
  one.stop()
  assert.equal(lines.length, 1)
  other.stop()
  await until('it is closed', () => lines.length === 0)
  assert.deepEqual(paths(), ['/api/v1/streaming/hashtag ferns'])
  assert.equal(streams.isLive, false)
})

test('a line that may be dead is opened anew, and whoever listens is told that something may be missed', async (t) => {
  const { streams, lines } = await openStreams(t)
  const { heard } = watch(streams, TAG)
  await until('the line is open', () => heard.length === 1)
  const [old] = lines
  streams.renew()
  assert.equal(streams.isLive, false)
  await until('another is open', () => heard.length === 2 && lines.length === 1)
  assert.notEqual(lines[0], old)
})

test('the end of the session is told, and the stream is not asked for again', async (t) => {
  const { scripted, streams, signedOut } = await openStreams(t)
  scripted.answer = () => ({ status: 401, body: { error: 'signed out' } })
  const { heard } = watch(streams, TAG)
  await until('it is told', () => signedOut() === 1)
  assert.deepEqual(heard, [])
  assert.equal(scripted.requests.length, 1)
})
