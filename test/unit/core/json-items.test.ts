/** A list in a JSON file is read item by item, wherever the chunks are cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJsonItems } from '../../../server/core/json-items.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

const OPTIONS = { keys: ['orderedItems', 'items'], mostBytes: 100 } as const

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function itemsOf(text: string, size = 3): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of readJsonItems(chunksOf(text, size), OPTIONS)) {
    items.push(item.kind === 'item' ? JSON.parse(item.bytes.toString()) : item.kind)
  }
  return items
}

test('objects and texts come whole and in order, whatever is in them and around them', async () => {
  const items = [{ a: '"]}, [{', b: [1, { c: [] }] }, 'a \\ "text"', { ö: '\u{1F426}' }, {}]
  const file = JSON.stringify({
    items_: [1],
    type: 'x',
    nested: { items: [9] },
    orderedItems: items,
    after: [{}],
  })
  for (const size of [1, 2, 7, 1_000]) assert.deepEqual(await itemsOf(file, size), items)
  assert.deepEqual(await itemsOf(JSON.stringify(items, null, 2)), items)
  assert.deepEqual(await itemsOf(`window.YTD.tweets.part0 = ${JSON.stringify(items)}`), items)
  assert.deepEqual(await itemsOf('[1, null, true, {"a":1}, -2.5e3]'), [{ a: 1 }])
  assert.deepEqual(await itemsOf('{"items":[]}'), [])
})

test('an item that is too large is passed over, and the next is read', async () => {
  assert.deepEqual(await itemsOf(JSON.stringify([{ a: 'x'.repeat(200) }, { b: 1 }])), ['too_large', { b: 1 }])
})

test('what ends in the middle, is too deep or holds no such list is refused', async () => {
  const cases = [
    ['[{"a":1}', /ends in the middle/],
    ['["a', /ends in the middle/],
    [`[${'['.repeat(300)}`, /nested deeper/],
    ['{"posts":[{}]}', /holds no list/],
    ['', /holds no list/],
    [`${' '.repeat(300)}[]`, /does not begin like JSON/],
    ['[]]', /closes more/],
  ] as const
  for (const [text, reason] of cases) {
    await assert.rejects(
      itemsOf(text),
      (error) => isHomebirdError(error, 'DOCUMENT_INVALID') && reason.test(error.message),
    )
  }
})
