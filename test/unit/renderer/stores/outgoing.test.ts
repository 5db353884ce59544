/** What is written while a post is on its way, and what another window writes on it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScriptedHome, openWriting, settled } from '../../../support/scripted-drafts.ts'

/** A window that writes, at a home whose answer to a sending comes when the test says so. */
async function openSlow() {
  const home = new ScriptedHome()
  const answer = Promise.withResolvers<void>()
  home.answersAfter = answer.promise
  const writing = openWriting(home)
  await writing.keeper.open()
  writing.drafts.change({ text: 'the first' })
  const { id } = writing.drafts.current()
  const sending = writing.outgoing.send(id)
  await settled()
  return {
    ...writing,
    home,
    id,
    answered: async () => {
      answer.resolve()
      await sending
    },
    held: () => writing.outgoing.view.get().held.map(({ id: key, text }) => [key, text]),
    kept: () => [...home.kept.values()].map(({ text, state }) => [text, state]),
  }
}

test('what is typed while a post is on its way stays in the composer, as a draft of its own', async () => {
  const { drafts, keeper, clock, id, answered, held, kept, home } = await openSlow()
  drafts.change({ text: 'the first, and then some' })
  // However long the answer takes: what is saved meanwhile would call the post back.
  await clock.passes(5_000)
  assert.deepEqual(kept(), [['the first', 'held']])
  await answered()
  await clock.passes(1_000)
  assert.deepEqual(held(), [[id, 'the first']])
  assert.equal(drafts.current().text, 'the first, and then some')
  assert.notEqual(drafts.current().id, id)
  assert.deepEqual(keeper.view.get().writtenOn, [drafts.current().id])
  assert.deepEqual(keeper.view.get().parted, [])
  assert.deepEqual(kept(), [
    ['the first', 'held'],
    ['the first, and then some', 'kept'],
  ])
  assert.deepEqual(
    home.calls.filter((call) => call.startsWith('DELETE')),
    [],
  )
})

test('a field that is emptied while its post is on its way takes nothing back', async () => {
  const { drafts, clock, id, answered, held, kept } = await openSlow()
  drafts.change({ text: '' })
  await clock.passes(5_000)
  await answered()
  await clock.passes(1_000)
  assert.deepEqual([held(), kept()], [[[id, 'the first']], [['the first', 'held']]])
  assert.deepEqual([drafts.current().text, drafts.current().id === id], ['', false])
})

test('a guess of the language meanwhile is nothing that was typed: the composer is empty', async () => {
  const { drafts, clock, answered, kept } = await openSlow()
  drafts.change({ language: 'en' })
  await clock.passes(5_000)
  await answered()
  assert.deepEqual([drafts.current().text, drafts.list()], ['', []])
  assert.deepEqual(kept(), [['the first', 'held']])
})

test('a post that went out before its answer came leaves what was written on', async () => {
  const { drafts, clock, answered, kept, home, id } = await openSlow()
  home.becomesPost(id)
  drafts.change({ text: 'the first, and then some' })
  await answered()
  await clock.passes(1_000)
  await settled()
  assert.deepEqual(kept(), [
    ['the first', 'sent'],
    ['the first, and then some', 'kept'],
  ])
})

/** Two windows that wrote on one draft; the home has what the other wrote. */
async function writtenInTwo() {
  const home = new ScriptedHome()
  const [one, other] = [openWriting(home), openWriting(home)]
  await one.keeper.open()
  one.drafts.change({ text: 'begun' })
  const { id } = one.drafts.current()
  await one.keeper.save(id)
  await other.keeper.open()
  other.drafts.change({ text: 'begun, said the other' }, id)
  await other.keeper.save(id)
  one.drafts.change({ text: 'begun, said the one' })
  return { ...one, home, id }
}

test('Post sends the words of this window, also where another wrote on the draft meanwhile', async () => {
  const { outgoing, home, id } = await writtenInTwo()
  await outgoing.send(id)
  const kept = [...home.kept.values()].map(({ text, state }) => `${text}: ${state}`)
  assert.deepEqual(kept.toSorted(), ['begun, said the one: held', 'begun, said the other: kept'])
})

test('Post while such a draft is being saved sends the words of this window too', async () => {
  const { outgoing, keeper, id } = await writtenInTwo()
  const saving = keeper.save(id)
  await Promise.all([saving, outgoing.send(id)])
  assert.deepEqual(
    outgoing.view.get().held.map(({ text }) => text),
    ['begun, said the one'],
  )
})
