import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Draft, EMPTY_DRAFT } from '../../../../renderer/stores/draft.ts'
import type { DraftsView } from '../../../../renderer/stores/drafts.ts'
import { createStore } from '../../../../renderer/stores/observable.ts'
import type { OutgoingView } from '../../../../renderer/stores/outgoing.ts'
import { watchWriting } from '../../../../renderer/stores/writing-watch.ts'

/** A composer of which the test says what is in it, and time that passes when the test says so. */
class Desk {
  nowMs = 1_000_000
  due: { act: () => void; atMs: number } | null = null
  readonly told: boolean[] = []
  #draft: Draft = { ...EMPTY_DRAFT, id: 'a', idempotencyKey: 'a' }
  readonly #drafts = createStore<DraftsView>({ currentId: 'a', drafts: {} })
  readonly uploads = createStore<Readonly<Record<string, { failure: unknown }>>>({})
  readonly outgoing = createStore<OutgoingView>({ held: [], ending: null })

  watch(): () => void {
    const drafts = { view: this.#drafts, current: () => this.#draft }
    const parts = { drafts, uploads: { view: this.uploads }, outgoing: { view: this.outgoing } }
    return watchWriting(parts, (isWriting) => void this.told.push(isWriting), {
      nowMs: () => this.nowMs,
      set: (act, ms) => (this.due = { act, atMs: this.nowMs + ms }),
      clear: () => (this.due = null),
    })
  }

  types(text: string): void {
    this.#draft = { ...this.#draft, text, savedAtMs: this.nowMs }
    this.#drafts.set({ currentId: 'a', drafts: { a: this.#draft } })
  }

  pass(ms: number): void {
    this.nowMs += ms
    const { due } = this
    if (due === null || due.atMs > this.nowMs) return
    this.due = null
    due.act()
  }
}

test('who types is writing, until a minute after the last letter', () => {
  const desk = new Desk()
  desk.watch()
  desk.types('h')
  desk.pass(59_000)
  desk.types('hello')
  desk.pass(59_000)
  assert.deepEqual(desk.told, [false, true])
  desk.pass(1_000)
  assert.deepEqual(desk.told, [false, true, false])
})

test('an emptied field is nothing that is written', () => {
  const desk = new Desk()
  desk.watch()
  desk.types('h')
  desk.types('')
  assert.deepEqual(desk.told, [false, true, false])
  assert.equal(desk.due, null)
})

test('a file on its way counts for as long as it takes; one that failed does not', () => {
  const desk = new Desk()
  desk.watch()
  desk.uploads.set({ one: { failure: null } })
  desk.pass(600_000)
  assert.deepEqual(desk.told, [false, true])
  desk.uploads.set({
    one: { failure: 'no answer' },
  })
  assert.deepEqual(desk.told, [false, true, false])
})

test('a post that is held counts until it has gone, but not for ever where the home does not answer', () => {
  const desk = new Desk()
  const held = { id: 'a', text: 'x', revision: 1, sendsAtMs: desk.nowMs + 10_000, isGoing: false }
  desk.outgoing.set({ held: [held], ending: null })
  desk.watch()
  desk.pass(69_000)
  assert.deepEqual(desk.told, [true])
  desk.pass(1_000)
  assert.deepEqual(desk.told, [true, false])
})

test('after the window is left nobody writes', () => {
  const desk = new Desk()
  const stop = desk.watch()
  desk.types('h')
  stop()
  assert.deepEqual(desk.told, [false, true, false])
  desk.types('he')
  assert.equal(desk.told.length, 3)
})
