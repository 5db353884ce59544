import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiFailure } from '../../../../renderer/api/failure.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { ScriptedHome, openWriting, settled } from '../../../support/scripted-drafts.ts'

test('what is written is at home a second after the last letter, once', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  for (const text of ['a', 'ab', 'abc']) drafts.change({ text })
  await clock.passes(999)
  assert.equal(home.kept.size, 0)
  await clock.passes(1)
  assert.deepEqual(
    [...home.kept.values()].map(({ text, revision }) => [text, revision]),
    [['abc', 1]],
  )
  assert.equal(drafts.current().isUnsaved, false)
  await clock.passes(5_000)
  assert.equal(home.calls.filter((call) => call.startsWith('PUT')).length, 1)
})

test('while the home is away everything stays here, and is saved when it is back', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  home.isAway = true
  drafts.change({ text: 'in the dark' })
  await clock.passes(1_000)
  assert.equal(keeper.view.get().failure?.kind, 'offline')
  home.isAway = false
  await clock.passes(10_000)
  assert.equal([...home.kept.values()][0]?.text, 'in the dark')
  assert.equal(keeper.view.get().failure, null)
})

test('two windows write on one draft: both versions are there, and it is said', async () => {
  const home = new ScriptedHome()
  const [one, other] = [openWriting(home), openWriting(home)]
  await one.keeper.open()
  one.drafts.change({ text: 'begun' })
  await one.clock.passes(1_000)
  await other.keeper.open()
  const [begun] = other.drafts.list()
  assert.ok(begun)
  other.drafts.open(begun.id)
  other.drafts.change({ text: 'begun, said the other' })
  await other.clock.passes(1_000)
  one.drafts.change({ text: 'begun, said the one' })
  await one.clock.passes(1_000)
  await settled()
  assert.deepEqual([...home.kept.values()].map(({ text }) => text).toSorted(), [
    'begun, said the one',
    'begun, said the other',
  ])
  assert.equal(one.drafts.current().text, 'begun, said the one')
  assert.deepEqual(one.keeper.view.get().parted, [one.drafts.current().id])
  one.drafts.change({ text: 'begun, said the one, and more' })
  assert.deepEqual(one.keeper.view.get().parted, [one.drafts.current().id])
  await one.clock.passes(1_000)
  assert.deepEqual(one.keeper.view.get().parted, [])
})

test('that it was written on is said until a later change of it was saved', async () => {
  const { clock, drafts, keeper } = openWriting(new ScriptedHome())
  await keeper.open()
  drafts.change({ text: 'on its way' })
  keeper.writesOn(drafts.current().id)
  const { id } = drafts.current()
  await clock.passes(1_000)
  assert.deepEqual([drafts.current().isUnsaved, keeper.view.get().writtenOn], [false, [id]])
  drafts.change({ text: 'on its way, and more' })
  await clock.passes(1_000)
  assert.deepEqual([drafts.current().id, keeper.view.get().writtenOn], [id, []])
})

test('a draft that was emptied goes from the home too', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  drafts.change({ text: 'a' })
  await clock.passes(1_000)
  drafts.change({ text: '' })
  await clock.passes(1_000)
  assert.equal(home.kept.size, 0)
})

test('what was sent or thrown away elsewhere goes here; what was written on meanwhile stays', async () => {
  const home = new ScriptedHome()
  const storage = memoryStorage()
  const first = openWriting(home, storage)
  await first.keeper.open()
  first.drafts.change({ text: 'done elsewhere' })
  await first.clock.passes(1_000)
  home.kept.clear()
  const second = openWriting(home, storage)
  await second.keeper.open()
  assert.deepEqual(second.drafts.list(), [])
  second.drafts.change({ text: 'not done' })
  await second.clock.passes(1_000)
  home.kept.clear()
  second.drafts.change({ text: 'not done yet' })
  await second.keeper.refresh()
  assert.equal(second.drafts.current().text, 'not done yet')
})

test('a draft that was thrown away does not come back with what the home says meanwhile, but with Undo', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  drafts.change({ text: 'not needed' })
  await clock.passes(1_000)
  const [draft] = drafts.list()
  assert.ok(draft)
  keeper.throwAway(draft.id)
  await keeper.refresh()
  assert.deepEqual(drafts.list(), [])
  keeper.takeBack(draft)
  await keeper.refresh()
  assert.deepEqual(
    drafts.list().map(({ text }) => text),
    ['not needed'],
  )
  const late = keeper.refresh()
  await keeper.remove(draft.id)
  await late
  assert.deepEqual([drafts.list(), home.kept.size], [[], 0])
})

test('a draft that the home could not throw away is found again', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  drafts.change({ text: 'still there' })
  await clock.passes(1_000)
  const [draft] = drafts.list()
  assert.ok(draft)
  home.isAway = true
  await assert.rejects(keeper.remove(draft.id), ApiFailure)
  home.isAway = false
  await keeper.refresh()
  assert.equal(drafts.list()[0]?.text, 'still there')
})

test('at sign-out only what the home does not have stays in this browser', async () => {
  const home = new ScriptedHome()
  const storage = memoryStorage()
  const { clock, drafts, keeper } = openWriting(home, storage)
  await keeper.open()
  drafts.change({ text: 'at home' })
  await clock.passes(1_000)
  home.isAway = true
  drafts.begin()
  drafts.change({ text: 'only here' })
  keeper.close()
  assert.deepEqual(
    openWriting(home, storage)
      .drafts.list()
      .map(({ text }) => text),
    ['only here'],
  )
})

test('a post is held, then the window learns what became of it', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, outgoing, posted } = openWriting(home)
  drafts.change({ text: 'going' })
  const { id } = drafts.current()
  await outgoing.send(id)
  assert.deepEqual([outgoing.view.get().held[0]?.id, drafts.current().text], [id, ''])
  home.becomesPost(id)
  await clock.passes(11_000)
  await settled()
  assert.deepEqual(outgoing.view.get(), { held: [], ending: { kind: 'posted', postId: '77' } })
  assert.deepEqual(posted, ['77'])
})

test('Undo brings it back into the composer; Undo that comes too late says so', async () => {
  const home = new ScriptedHome()
  const { drafts, outgoing } = openWriting(home)
  drafts.change({ text: 'perhaps' })
  const { id } = drafts.current()
  await outgoing.send(id)
  await outgoing.undo(id)
  assert.deepEqual([drafts.current().id, drafts.current().text], [id, 'perhaps'])
  await outgoing.send(id)
  home.becomesPost(id)
  await outgoing.undo(id)
  assert.deepEqual(outgoing.view.get().ending, { kind: 'too_late', postId: '77' })
})

test('a send whose answer was lost keeps the text; written on and sent again it is one post', async () => {
  const home = new ScriptedHome()
  const { drafts, keeper, outgoing } = openWriting(home)
  drafts.change({ text: 'once' })
  const { id } = drafts.current()
  await keeper.save(id)
  home.losesAnswer = true
  await assert.rejects(outgoing.send(id), { kind: 'offline' })
  assert.equal(drafts.current().text, 'once')
  drafts.change({ text: 'once, better' })
  await outgoing.send(id)
  assert.deepEqual(
    [...home.kept.values()].map(({ key, text, state }) => [key, text, state]),
    [[id, 'once, better', 'held']],
  )
})

test('a post whose answer was lost is told as posted when it is tried again, and its draft goes', async () => {
  const home = new ScriptedHome()
  const { drafts, keeper, outgoing } = openWriting(home)
  drafts.change({ text: 'once', language: null })
  const { id } = drafts.current()
  await keeper.save(id)
  home.losesAnswer = true
  await assert.rejects(outgoing.send(id), { kind: 'offline' })
  home.becomesPost(id)
  // The guess came a moment after the sending.
  drafts.change({ language: 'en' }, id)
  await outgoing.send(id)
  await settled()
  assert.deepEqual(outgoing.view.get().ending, { kind: 'posted', postId: '77' })
  assert.deepEqual([drafts.list(), drafts.current().text, keeper.view.get().parted], [[], '', []])
  assert.equal(home.kept.size, 1)
})

test('what was written on after a lost answer is another draft, and the post stays as it went', async () => {
  const home = new ScriptedHome()
  const { drafts, keeper, outgoing } = openWriting(home)
  drafts.change({ text: 'once' })
  const { id } = drafts.current()
  await keeper.save(id)
  home.losesAnswer = true
  await assert.rejects(outgoing.send(id), { kind: 'offline' })
  home.becomesPost(id)
  drafts.change({ text: 'once, and more' })
  await keeper.save(id)
  const parted = drafts.current()
  assert.deepEqual(
    [parted.text, keeper.view.get().parted, home.kept.get(id)?.text],
    ['once, and more', [parted.id], 'once'],
  )
})

test('what a closing page saved at the last moment is the same draft when the window opens again', async () => {
  const home = new ScriptedHome()
  const storage = memoryStorage()
  const first = openWriting(home, storage)
  await first.keeper.open()
  first.drafts.change({
    text: 'in a hurry',
    poll: { options: ['a', 'b'], expiresInSeconds: 600, isMultiple: false, hidesTotals: false },
  })
  home.losesAnswer = true
  first.keeper.leave()
  await settled()
  for (const [key, kept] of home.kept) {
    // Databases keep no order of names.
    const poll = { hidesTotals: false, isMultiple: false, expiresInSeconds: 600, options: ['a', 'b'] }
    home.kept.set(key, { ...kept, poll })
  }
  const again = openWriting(home, storage)
  await again.keeper.open()
  await again.clock.passes(1_000)
  assert.deepEqual(
    again.drafts.list().map(({ text, revision, isUnsaved }) => [text, revision, isUnsaved]),
    [['in a hurry', 1, false]],
  )
  assert.deepEqual([home.kept.size, again.keeper.view.get().parted], [1, []])
})

test('a save whose answer was lost is not taken for the words of another window', async () => {
  const home = new ScriptedHome()
  const { clock, drafts, keeper } = openWriting(home)
  await keeper.open()
  drafts.change({ text: 'once' })
  home.losesAnswer = true
  await clock.passes(1_000)
  await clock.passes(10_000)
  assert.deepEqual([drafts.list().length, home.kept.size, keeper.view.get().parted], [1, 1, []])
  assert.equal(drafts.list()[0]?.isUnsaved, false)
})
