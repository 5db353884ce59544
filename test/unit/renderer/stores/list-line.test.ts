import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel, ChannelListener } from '../../../../renderer/api/channel-socket.ts'
import { type ListLine, openListLine } from '../../../../renderer/stores/list-line.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { statusOf } from '../../../support/statuses.ts'

/** A list that counts how often it is asked for newer posts. */
function openLine(channels: readonly Channel[]) {
  const [listeners, homeListeners] = [new Set<ChannelListener>(), new Map<string, () => void>()]
  const facts = { looks: 0, isLive: false, isSeen: true }
  const posts = new PostStore()
  const line: ListLine = openListLine({
    list: { loadNewer: async () => void (facts.looks += 1) },
    channels,
    socket: {
      get isLive() {
        return facts.isLive
      },
      watch: (_channel, listener) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    live: {
      on: (name, handler) => {
        homeListeners.set(name, handler as () => void)
        return () => void homeListeners.delete(name)
      },
    },
    posts,
    isSeen: () => facts.isSeen,
  })
  const tell = (event: string, payload: string): void => {
    for (const listener of listeners) listener.onEvent(event, payload)
  }
  return { line, facts, posts, listeners, homeListeners, tell }
}

test('with its stream a list is asked when there is something, and not from time to time', () => {
  const { line, facts, tell, homeListeners } = openLine([{ stream: 'public' }])
  facts.isLive = true
  line.lookAround()
  homeListeners.get('update')?.()
  assert.equal(facts.looks, 0)
  tell('update', JSON.stringify(statusOf('7')))
  assert.equal(facts.looks, 1)
})

test('without a socket it is asked from time to time, and whenever the home timeline has something', () => {
  const { line, facts, homeListeners } = openLine([{ stream: 'public' }])
  line.lookAround()
  homeListeners.get('update')?.()
  homeListeners.get('opened')?.()
  assert.equal(facts.looks, 3)
})

test('a list without a stream of its own is asked from time to time in any case', () => {
  const { line, facts } = openLine([])
  facts.isLive = true
  line.lookAround()
  assert.equal(facts.looks, 1)
})

test('what changes or goes is so at once; what is cut short is nothing', () => {
  const { posts, tell } = openLine([{ stream: 'public' }])
  posts.put([statusOf('7'), statusOf('8')])
  tell('status.update', JSON.stringify(statusOf('7', { content: '<p>changed</p>' })))
  tell('status.update', '{"id":"8"')
  tell('delete', '8')
  assert.deepEqual([posts.get('7')?.content, posts.get('8')], ['<p>changed</p>', undefined])
})

test('nothing is fetched for a page that nobody sees, nor after it was left', () => {
  const { line, facts, tell, listeners, homeListeners } = openLine([{ stream: 'public' }])
  facts.isSeen = false
  tell('update', '{}')
  assert.equal(facts.looks, 0)
  line.close()
  assert.deepEqual([listeners.size, homeListeners.size], [0, 0])
})
