import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiFailure } from '../../../../renderer/api/failure.ts'
import { AutoSave } from '../../../../renderer/stores/auto-save.ts'

/** Time that passes by hand. */
function handClock() {
  const waiting = new Set<{ act: () => void }>()
  return {
    clock: {
      set: (act: () => void) => {
        const timer = { act }
        waiting.add(timer)
        return timer
      },
      clear: (timer: never) => void waiting.delete(timer),
    },
    count: () => waiting.size,
  }
}

test('a text is saved once, a moment after the last letter', async () => {
  const saved: string[] = []
  const { clock, count } = handClock()
  const saver = new AutoSave({ save: async (text) => saved.push(text), clock })
  saver.type('f')
  saver.type('fe')
  saver.type('fern')
  assert.equal(count(), 1)
  assert.equal(saver.state.get().phase, 'waiting')
  await saver.flush()
  assert.deepEqual(saved, ['fern'])
  assert.equal(saver.state.get().phase, 'saved')
})

test('what is typed while it is being saved is saved after it', async () => {
  const saved: string[] = []
  const { clock } = handClock()
  const saver: AutoSave = new AutoSave({
    save: async (text) => {
      if (saved.length === 0) saver.type('second')
      saved.push(text)
    },
    clock,
  })
  saver.type('first')
  await saver.flush()
  assert.deepEqual(saved, ['first', 'second'])
})

test('a failure keeps the text, and the next attempt sends it', async () => {
  const saved: string[] = []
  let isAway = true
  const { clock } = handClock()
  const saver = new AutoSave({
    save: async (text) => {
      if (isAway) throw new ApiFailure('offline', { status: null, detail: 'away' })
      saved.push(text)
    },
    clock,
  })
  saver.type('kept')
  await saver.flush()
  assert.equal(saver.state.get().phase, 'failed')
  isAway = false
  await saver.flush()
  assert.deepEqual(saved, ['kept'])
})
