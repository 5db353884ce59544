import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { Live } from '../../../../renderer/stores/live.ts'
import { openScriptedApi } from '../../../support/scripted-api.ts'
import { until } from '../../../support/until.ts'

test('whoever listens hears their event until they stop', async (t) => {
  let line: ServerResponse | null = null
  const scripted = await openScriptedApi(t, () => ({
    write: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      line = response
    },
  }))
  const live = new Live({ fetch: scripted.fetch, onSignedOut: () => {} })
  t.after(() => live.close())
  const heard: unknown[] = []
  live.on('opened', ({ isAgain }) => heard.push(['opened', isAgain]))
  live.on('delete', (id) => heard.push(['delete', id]))
  live.on('filters_changed', (nothing) => heard.push(['filters', nothing]))
  live.on('update', ({ id }) => heard.push(['update', id]))
  live.on('conversation', ({ id }) => heard.push(['conversation', id]))
  const stop = live.on('notification', ({ id }) => heard.push(['notification', id]))
  live.open()
  const opened = await until('the line is open', async () => line)
  const tell = (event: string, data: string): void => void opened.write(`event: ${event}\ndata: ${data}\n\n`)
  tell('notification', '{"id":"7","type":"follow","account":{"id":"1"}}')
  tell('notification', '{"id":"cut sho')
  for (const broken of [
    '{"id":"7"}',
    '{"id":"7","type":"follow","account":null}',
    'null',
    '7',
    '[]',
    '"7"',
    '{"id":7,"type":"follow","account":{"id":"1"}}',
    '{"id":"7","type":"mention","account":{"id":"1"},"status":{}}',
  ]) {
    tell('notification', broken)
    if (!broken.includes('"1"')) tell('update', broken)
    tell('conversation', broken)
  }
  tell('filters_changed', 'undefined')
  tell('of_a_later_version', '{}')
  tell('delete', '5')
  await until('all was heard', async () => heard.length === 4)
  stop()
  tell('notification', '{"id":"8","type":"follow","account":{"id":"1"}}')
  tell('delete', '6')
  await until('the last was heard', async () => heard.length === 5)
  assert.deepEqual(heard, [
    ['opened', false],
    ['notification', '7'],
    ['filters', null],
    ['delete', '5'],
    ['delete', '6'],
  ])
})
