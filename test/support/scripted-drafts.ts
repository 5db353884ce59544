/** A home of drafts whose answers a test says, a clock that goes when the test says so, and what writes to it. */
import type { DraftForm, KeptDraft } from '../../server/contracts/draft.ts'
import type { ApiClient } from '../../renderer/api/client.ts'
import { ApiFailure } from '../../renderer/api/failure.ts'
import { DraftKeeper } from '../../renderer/stores/draft-keeper.ts'
import { Drafts } from '../../renderer/stores/drafts.ts'
import { memoryStorage } from '../../renderer/stores/key-value-storage.ts'
import { Outgoing } from '../../renderer/stores/outgoing.ts'

/** A home that keeps drafts by revisions, as the real one does. */
export class ScriptedHome {
  readonly kept = new Map<string, KeptDraft>()
  readonly calls: string[] = []
  isAway = false
  /** The next answer is lost on its way. */
  losesAnswer = false
  /** The answer to a sending comes after it; what was asked for is done at once. */
  answersAfter: Promise<void> = Promise.resolve()

  readonly api = {
    get: async (path: string) => this.#answer(`GET ${path}`, () => this.#read(path)),
    put: async (path: string, options: { body: DraftForm }) =>
      this.#answer(`PUT ${path}`, () => this.#put(keyOf(path), options.body)),
    post: async (path: string, options: { body: { holdSeconds: number } }) => {
      const answer = this.#answer(`POST ${path}`, () =>
        this.#change(keyOf(path), { state: 'held', sendsInMs: options.body.holdSeconds * 1_000 }),
      )
      await this.answersAfter
      return answer
    },
    delete: async (path: string) => this.#answer(`DELETE ${path}`, () => this.#delete(path)),
  } as unknown as ApiClient

  async #answer<T>(call: string, work: () => T): Promise<T> {
    this.calls.push(call)
    if (this.isAway) throw new ApiFailure('offline', { status: null, detail: 'away' })
    const answer = work()
    const isLost = this.losesAnswer
    this.losesAnswer = false
    if (isLost) throw new ApiFailure('offline', { status: null, detail: 'lost' })
    return Promise.resolve(answer)
  }

  #read(path: string): unknown {
    if (path.endsWith('/drafts'))
      return { drafts: [...this.kept.values()].filter(({ state }) => state !== 'sent') }
    if (path.includes('/statuses/')) return { id: path.split('/').at(-1) }
    return this.#get(keyOf(path))
  }

  #get(key: string): KeptDraft {
    const draft = this.kept.get(key)
    if (draft === undefined) throw new ApiFailure('refused', { status: 404, detail: 'none' })
    return draft
  }

  #put(key: string, { revision, draft }: DraftForm): KeptDraft {
    const before = this.kept.get(key)
    if (before !== undefined && (before.revision !== revision || before.state !== 'kept'))
      throw conflict(before)
    const facts = {
      state: 'kept',
      changedAt: new Date(0).toISOString(),
      sendsInMs: null,
      postId: null,
      failure: null,
    } as const
    const kept: KeptDraft = { ...draft, ...facts, key, revision: revision + 1, media: [] }
    this.kept.set(key, kept)
    return kept
  }

  #delete(path: string): unknown {
    if (!path.endsWith('/send')) return this.kept.delete(keyOf(path))
    const draft = this.#get(keyOf(path))
    if (draft.state === 'sent') throw conflict(draft)
    return this.#change(draft.key, { state: 'kept', sendsInMs: null })
  }

  #change(key: string, change: Partial<KeptDraft>): KeptDraft {
    const draft = { ...this.#get(key), ...change }
    this.kept.set(key, draft)
    return draft
  }

  becomesPost(key: string): void {
    this.#change(key, { state: 'sent', postId: '77', sendsInMs: null })
  }
}

const keyOf = (path: string): string => path.replace('/send', '').split('/').at(-1) ?? ''
const conflict = (draft: KeptDraft): ApiFailure =>
  new ApiFailure('refused', { status: 409, detail: 'changed elsewhere', body: { draft } })

/** Time that passes when the test says so. */
class Clock {
  #now = 0
  #waiting: { act: () => void; at: number }[] = []
  readonly nowMs = (): number => this.#now
  readonly set = (act: () => void, ms: number): object => {
    const timer = { act, at: this.#now + ms }
    this.#waiting.push(timer)
    return timer
  }
  readonly clear = (timer: never): void => {
    this.#waiting = this.#waiting.filter((one) => one !== timer)
  }

  async passes(ms: number): Promise<void> {
    this.#now += ms
    const due = this.#waiting.filter(({ at }) => at <= this.#now)
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now)
    for (const { act } of due) act()
    await settled()
  }
}

/** What was promised has come. */
export const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let keys = 0
export function openWriting(home: ScriptedHome, storage = memoryStorage()) {
  const clock = new Clock()
  const drafts = new Drafts({
    storage,
    newKey: () => `key-${(keys += 1)}`,
    nowMs: clock.nowMs,
    readSource: async (id) => Promise.resolve({ id, text: '', spoiler_text: '' }),
  })
  const keeper = new DraftKeeper(home.api, drafts, clock)
  const posted: string[] = []
  const outgoing = new Outgoing({
    api: home.api,
    drafts,
    keeper,
    clock,
    holdSeconds: () => 10,
    onPosted: (status) => posted.push(status.id),
    onEdited: () => undefined,
  })
  return { clock, drafts, keeper, outgoing, posted }
}
