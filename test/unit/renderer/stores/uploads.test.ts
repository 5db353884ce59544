/** A file on its way while its draft gets another name. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ApiClient } from '../../../../renderer/api/client.ts'
import { Drafts } from '../../../../renderer/stores/drafts.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

/** It sends by what a browser has, whose types are not those of Node: it is loaded by its path. */
const MODULE = join(import.meta.dirname, '..', '..', '..', '..', 'renderer', 'stores', 'uploads.ts')

interface UploadsModule {
  readonly Uploads: new (
    api: ApiClient,
    drafts: Drafts,
    newKey: () => string,
  ) => { add(files: readonly File[], most: number, limits: null): void; readonly view: { get(): unknown } }
}

const TAKEN = { id: '7', type: 'image', url: '/media/7.webp', preview_url: '/media/7-small.webp', meta: {} }

/** What a browser gives for sending files, which Node has not: it answers when the test says so. */
class HeldRequest extends EventTarget {
  static readonly last: HeldRequest[] = []
  readonly upload = new EventTarget()
  readonly status = 200
  response: unknown = null
  responseType = ''
  open(): void {
    HeldRequest.last.push(this)
  }
  setRequestHeader(): void {
    // The answer is the same whatever they say.
  }
  send(): void {
    // It is on its way until `answers`.
  }
  answers(body: unknown): void {
    this.response = body
    this.dispatchEvent(new Event('load'))
  }
}

test('a file arrives in the draft that has it, whatever that is called by then', async (t) => {
  const before = Reflect.get(globalThis, 'XMLHttpRequest') as unknown
  Reflect.set(globalThis, 'XMLHttpRequest', HeldRequest)
  t.after(() => Reflect.set(globalThis, 'XMLHttpRequest', before))
  let keys = 0
  const newKey = (): string => `key-${(keys += 1)}`
  const drafts = new Drafts({
    storage: memoryStorage(),
    newKey,
    nowMs: () => 0,
    readSource: async () => Promise.reject(new Error('nothing is edited')),
  })
  const { Uploads } = (await import(MODULE)) as UploadsModule
  const uploads = new Uploads({} as ApiClient, drafts, newKey)
  drafts.change({ text: 'with a picture' })
  uploads.add([new File(['png'], 'cup.png', { type: 'image/png' })], 4, null)
  assert.equal(drafts.current().media[0]?.id, null)
  const parted = drafts.part(drafts.current().id)
  HeldRequest.last.at(-1)?.answers(TAKEN)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    drafts.find(parted)?.media.map(({ id, name }) => [id, name]),
    [['7', 'cup.png']],
  )
  assert.deepEqual(uploads.view.get(), {})
})
