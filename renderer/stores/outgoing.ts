/**
 * Posts on their way: held back by the home for some seconds, in which they can be called back, then posts. The home
 * holds them, so that closing the window neither loses nor doubles one.
 */
import type { KeptDraft } from '../../server/contracts/draft.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { ApiClient } from '../api/client.ts'
import { callDraftBack, conflictOf, getDraft, sendDraft } from '../api/drafts.ts'
import { editPost, getPost, schedulePost } from '../api/posts.ts'
import { type Draft, draftFromKept, isWorthKeeping, saysTheSame } from './draft.ts'
import type { DraftKeeper } from './draft-keeper.ts'
import type { Drafts } from './drafts.ts'
import { type Observable, type Store, createStore } from './observable.ts'
import { changeOfDraft, postOfDraft } from './post-words.ts'

export interface HeldPost {
  readonly id: string
  readonly text: string
  readonly revision: number
  /** Milliseconds since 1970 by this window's clock. */
  readonly sendsAtMs: number
  /** Its moment has come. */
  readonly isGoing: boolean
}

export type Ending =
  | { readonly kind: 'posted' | 'edited'; readonly postId: string }
  | { readonly kind: 'scheduled'; readonly moment: string }
  /** Undo came after its moment. */
  | { readonly kind: 'too_late'; readonly postId: string }
  /** It is a draft again; the reason in the home's words. */
  | { readonly kind: 'failed'; readonly draftId: string; readonly reason: string }

export interface OutgoingView {
  readonly held: readonly HeldPost[]
  readonly ending: Ending | null
}

interface OutgoingParts {
  readonly api: ApiClient
  readonly drafts: Drafts
  readonly keeper: Pick<DraftKeeper, 'save' | 'whenSent' | 'whileSending' | 'writesOn' | 'remove'>
  readonly holdSeconds: () => number
  /** The last moment to complete a draft; it waits for nothing. */
  readonly beforeSending?: (id: string) => void
  readonly onPosted: (status: Status) => void
  readonly onEdited: (status: Status) => void
  readonly clock?: OutgoingClock
}

interface OutgoingClock {
  readonly nowMs: () => number
  readonly set: (act: () => void, ms: number) => unknown
  readonly clear: (timer: never) => void
}

const WALL_CLOCK: OutgoingClock = {
  nowMs: () => Date.now(),
  set: (act, ms) => setTimeout(act, ms),
  clear: (timer) => clearTimeout(timer),
}

/** How often the home is asked what became of a post whose moment has come. */
const FIRST_LOOK_MS = 150
const LAST_LOOK_MS = 5_000

export class Outgoing {
  readonly #parts: OutgoingParts
  readonly #clock: OutgoingClock
  readonly #view: Store<OutgoingView> = createStore<OutgoingView>({ held: [], ending: null })
  readonly #timers = new Map<string, unknown>()

  constructor(parts: OutgoingParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? WALL_CLOCK
    parts.keeper.whenSent((kept) => this.adopt(kept))
  }

  get view(): Observable<OutgoingView> {
    return this.#view
  }

  /**
   * Sends a draft: an edit and a post for later at once, all else after the hold.
   * @throws ApiFailure when the home did not take it; the draft stays as it is
   */
  async send(id: string): Promise<void> {
    const { api, drafts, keeper, holdSeconds } = this.#parts
    this.#parts.beforeSending?.(id)
    const draft = drafts.find(id)
    if (draft === undefined) return
    this.#end(null)
    const { edit, scheduledAt } = draft
    if (edit !== null) {
      const status = await keeper.whileSending(id, async () => editPost(api, edit.id, changeOfDraft(draft)))
      this.#parts.onEdited(status)
      this.#forget(draft, { kind: 'edited', postId: status.id })
      return
    }
    if (scheduledAt !== null) {
      const later = await keeper.whileSending(id, async () =>
        schedulePost(api, postOfDraft(draft), scheduledAt),
      )
      this.#forget(draft, { kind: 'scheduled', moment: later.scheduled_at })
      return
    }
    const keptId = await keeper.save(id)
    const saved = keptId === null ? undefined : drafts.find(keptId)
    if (saved === undefined) return
    const kept = await keeper.whileSending(saved.id, async () =>
      sendDraft(api, saved.id, saved.revision, holdSeconds()),
    )
    this.#finish(saved.id, draft, draftFromKept(kept, saved.idempotencyKey))
    this.adopt(kept)
  }

  /** Follows a draft that the home holds, also one that another window or an earlier visit has sent. */
  adopt(kept: KeptDraft): void {
    if (kept.state !== 'held') return void this.#take(kept)
    const sendsAtMs = this.#clock.nowMs() + (kept.sendsInMs ?? 0)
    const { key: id, text, revision } = kept
    const post: HeldPost = { id, text, revision, sendsAtMs, isGoing: kept.sendsInMs === 0 }
    this.#view.update((view) => ({ ...view, held: [...view.held.filter((one) => one.id !== id), post] }))
    this.#wait(id, Math.max(0, kept.sendsInMs ?? 0) + FIRST_LOOK_MS, FIRST_LOOK_MS)
    return undefined
  }

  /** @throws ApiFailure when the home does not answer */
  async undo(id: string): Promise<void> {
    try {
      const kept = await callDraftBack(this.#parts.api, id)
      this.#drop(id)
      this.#parts.drafts.take(kept)
      this.#parts.drafts.open(id)
    } catch (error) {
      const sent = conflictOf(error)
      if (sent === null) throw error
      await this.#take(sent)
      if (sent.postId !== null) this.#end({ kind: 'too_late', postId: sent.postId })
    }
  }

  /** @throws ApiFailure when the home does not answer */
  async sendNow(id: string): Promise<void> {
    const post = this.#view.get().held.find((one) => one.id === id)
    if (post !== undefined) this.adopt(await sendDraft(this.#parts.api, id, post.revision, 0))
  }

  forgetEnding(): void {
    this.#end(null)
  }

  close(): void {
    for (const timer of this.#timers.values()) this.#clock.clear(timer as never)
    this.#timers.clear()
    this.#view.set({ held: [], ending: null })
  }

  #wait(id: string, ms: number, nextMs: number): void {
    this.#clock.clear(this.#timers.get(id) as never)
    this.#timers.set(
      id,
      this.#clock.set(() => void this.#look(id, nextMs), ms),
    )
  }

  /** Without an answer the home still holds it: it is asked again. */
  async #look(id: string, lookMs: number): Promise<void> {
    this.#view.update((view) => ({
      ...view,
      held: view.held.map((one) => (one.id === id ? { ...one, isGoing: true } : one)),
    }))
    const kept = await getDraft(this.#parts.api, id).catch(() => null)
    if (!this.#timers.has(id)) return
    if (kept === null || kept.state === 'held') {
      const waitMs = kept?.sendsInMs ?? 0
      if (waitMs > 0 && kept !== null) this.adopt(kept)
      else this.#wait(id, lookMs, Math.min(LAST_LOOK_MS, lookMs * 1.5))
      return
    }
    await this.#take(kept)
  }

  /** What became of it. */
  async #take(kept: KeptDraft): Promise<void> {
    const { api, drafts, onPosted } = this.#parts
    this.#drop(kept.key)
    if (kept.state !== 'sent') {
      if (drafts.find(kept.key) === undefined) drafts.take(kept)
      if (kept.failure !== null) this.#end({ kind: 'failed', draftId: kept.key, reason: kept.failure })
      return
    }
    if (kept.postId === null) return
    this.#end({ kind: 'posted', postId: kept.postId })
    const status = await getPost(api, kept.postId).catch(() => null)
    // Without an answer the stream brings it.
    if (status !== null) onPosted(status)
  }

  /** Letters that were typed while it was on its way are a draft of their own: none is lost by an answer. */
  #finish(id: string, ...sent: readonly Draft[]): void {
    const { drafts, keeper } = this.#parts
    const now = drafts.find(id)
    const isWrittenOn = now !== undefined && isWorthKeeping(now) && !sent.some((one) => saysTheSame(now, one))
    if (isWrittenOn) keeper.writesOn(id)
    drafts.finish(id)
  }

  #forget(sent: Draft, ending: Ending): void {
    const { keeper, drafts } = this.#parts
    const { id } = sent
    const wasKept = (drafts.find(id)?.revision ?? 0) > 0
    this.#finish(id, sent)
    // A failure leaves a draft of what is done; the person can throw it away.
    if (wasKept) keeper.remove(id).catch(() => undefined)
    this.#end(ending)
  }

  #drop(id: string): void {
    this.#clock.clear(this.#timers.get(id) as never)
    this.#timers.delete(id)
    this.#view.update((view) => ({ ...view, held: view.held.filter((one) => one.id !== id) }))
  }

  #end(ending: Ending | null): void {
    this.#view.update((view) => ({ ...view, ending }))
  }
}
