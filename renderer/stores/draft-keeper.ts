/**
 * Brings drafts to the home a second after the last letter, and what other windows wrote back from it. Where two windows
 * wrote on one draft, the newer revision keeps its name and the other becomes a draft of its own: nothing is lost.
 */
import type { KeptDraft } from '../../server/contracts/draft.ts'
import type { ApiClient } from '../api/client.ts'
import { callDraftBack, conflictOf, deleteDraft, keepDraft, listDrafts } from '../api/drafts.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { type Draft, contentOf, draftFromKept, isSameContent, isWorthKeeping, saysTheSame } from './draft.ts'
import type { Drafts } from './drafts.ts'
import { type Observable, type Store, createStore } from './observable.ts'

const PAUSE_MS = 1_000
const RETRY_MS = 10_000

export interface KeeperView {
  /** Milliseconds since 1970, by draft. */
  readonly savedAtMs: Readonly<Record<string, number>>
  /** Why the last saving failed; what is written stays in this browser and is tried again. */
  readonly failure: ApiFailure | null
  /** Drafts that were changed in two windows and are two now; until a later change of theirs was saved. */
  readonly parted: readonly string[]
  /** What was written on while what stood there before was on its way to be a post; likewise. */
  readonly writtenOn: readonly string[]
}

const NOTHING: KeeperView = { savedAtMs: {}, failure: null, parted: [], writtenOn: [] }

interface KeeperClock {
  readonly nowMs: () => number
  readonly set: (act: () => void, ms: number) => unknown
  readonly clear: (timer: never) => void
}

const WALL_CLOCK: KeeperClock = {
  nowMs: () => Date.now(),
  set: (act, ms) => setTimeout(act, ms),
  clear: (timer) => clearTimeout(timer),
}

export class DraftKeeper {
  readonly #api: ApiClient
  readonly #drafts: Drafts
  readonly #clock: KeeperClock
  readonly #view: Store<KeeperView> = createStore<KeeperView>(NOTHING)
  /** One request at a time for each draft; each ends with the id under which it is kept then, as `save` does. */
  readonly #underWay = new Map<string, Promise<string | null>>()
  /** On their way to be posts. */
  readonly #sending = new Set<string>()
  /** The home may still have them, or say so in an answer that is late. */
  readonly #thrownAway = new Set<string>()
  #timer: unknown = null
  #stopListening: (() => void) | null = null
  #tellSent: (kept: KeptDraft) => void = () => {}

  constructor(api: ApiClient, drafts: Drafts, clock: KeeperClock = WALL_CLOCK) {
    this.#api = api
    this.#drafts = drafts
    this.#clock = clock
  }

  get view(): Observable<KeeperView> {
    return this.#view
  }

  /**
   * Brings what the home keeps, and begins to save.
   * @returns those on their way or failed at it
   * @throws ApiFailure when the home does not answer; saving has begun all the same
   */
  async open(): Promise<readonly KeptDraft[]> {
    this.#stopListening ??= this.#drafts.view.subscribe(() => this.#saveSoon())
    return this.refresh()
  }

  /** Brings what other windows wrote meanwhile. @throws ApiFailure */
  async refresh(): Promise<readonly KeptDraft[]> {
    const kept = await listDrafts(this.#api)
    const wanted = kept.filter(({ key, state }) => state !== 'held' && !this.#thrownAway.has(key))
    for (const draft of wanted) this.#merge(draft)
    const known = new Set(kept.map(({ key }) => key))
    for (const draft of this.#drafts.list()) {
      if (draft.revision === 0 || known.has(draft.id) || this.#sending.has(draft.id)) continue
      // Sent or thrown away elsewhere; what was written on here meanwhile is a new draft.
      if (draft.isUnsaved) this.#drafts.put({ ...draft, revision: 0 })
      else this.#drafts.finish(draft.id)
    }
    this.#saveSoon()
    return kept.filter(({ state }) => state === 'held' || state === 'failed')
  }

  close(): void {
    this.#stopListening?.()
    this.#stopListening = null
    this.#clock.clear(this.#timer as never)
    this.#timer = null
    this.#drafts.forgetSaved()
  }

  /**
   * @returns the id under which it is kept now: another one where another window wrote under its own; null where what stood under
   *   it is a post by now, or it is no more
   * @throws ApiFailure when the home does not have it then
   */
  async save(draftId: string): Promise<string | null> {
    let id = draftId
    for (;;) {
      const under = this.#underWay.get(id)
      if (under === undefined) break
      const kept = await under.catch(() => id) // told where it began; it is tried again below
      if (kept === null) return null
      id = kept
    }
    const draft = this.#drafts.find(id)
    if (draft === undefined) return null
    if (!draft.isUnsaved) return id
    const work = this.#write(draft)
    this.#underWay.set(id, work)
    try {
      const keptId = await work
      // What was said with its first saving has been read by whoever wrote more since.
      if (draft.revision > 0) this.#forgetParting(id)
      this.#view.update((view) => ({
        ...view,
        failure: null,
        savedAtMs: { ...view.savedAtMs, [id]: this.#clock.nowMs() },
      }))
      return keptId
    } catch (error) {
      this.#view.update((view) => ({ ...view, failure: toFailure(error) }))
      throw error
    } finally {
      this.#underWay.delete(id)
    }
  }

  /** The page is being closed: what is not saved yet goes out at once, as far as the browser lets it. */
  leave(): void {
    for (const draft of this.#unsaved()) {
      const { id: key, revision } = draft
      keepDraft(this.#api, { key, revision, content: contentOf(draft), isLeaving: true }).catch(
        () => undefined,
      )
    }
  }

  /**
   * Sends it; until the answer is there nothing of it is saved, as the home would take that for a wish to have it back. What is
   * written meanwhile is saved afterwards.
   */
  async whileSending<T>(id: string, send: () => Promise<T>): Promise<T> {
    this.#sending.add(id)
    try {
      await this.#underWay.get(id)?.catch(() => undefined) // told where it began
      return await send()
    } finally {
      this.#sending.delete(id)
      if (this.#stopListening !== null) this.#saveSoon()
    }
  }

  /** @param listener  told of a draft that is a post by now, though no answer said so */
  whenSent(listener: (kept: KeptDraft) => void): void {
    this.#tellSent = listener
  }

  /** Here; the home keeps it until `remove`, for as long as it can be taken back. */
  throwAway(id: string): void {
    this.#thrownAway.add(id)
    this.#drafts.finish(id)
  }

  takeBack(draft: Draft): void {
    this.#thrownAway.delete(draft.id)
    this.#drafts.put(draft)
  }

  /** Thrown away here and on the home. A failure leaves it on the home, where it is found again. @throws ApiFailure */
  async remove(id: string): Promise<void> {
    this.throwAway(id)
    await this.#underWay.get(id)?.catch(() => undefined)
    try {
      await deleteDraft(this.#api, id)
    } catch (error) {
      this.#thrownAway.delete(id)
      throw error
    }
  }

  /** What this draft says goes on as one of its own; as it was, it is on its way. */
  writesOn(id: string): void {
    const partedId = this.#drafts.part(id)
    this.#view.update((view) => ({ ...view, writtenOn: [...view.writtenOn, partedId] }))
  }

  #forgetParting(id: string): void {
    const others = (ids: readonly string[]): readonly string[] => ids.filter((one) => one !== id)
    this.#view.update((view) => ({ ...view, parted: others(view.parted), writtenOn: others(view.writtenOn) }))
  }

  #unsaved(): Draft[] {
    const { drafts } = this.#drafts.view.get()
    return Object.values(drafts).filter(
      (draft) =>
        draft.isUnsaved && !this.#sending.has(draft.id) && (isWorthKeeping(draft) || draft.revision > 0),
    )
  }

  #saveSoon(afterMs = PAUSE_MS): void {
    this.#clock.clear(this.#timer as never)
    this.#timer = null
    if (this.#unsaved().length === 0) return
    this.#timer = this.#clock.set(() => void this.#saveAll(), afterMs)
  }

  async #saveAll(): Promise<void> {
    this.#timer = null
    const results = await Promise.allSettled(this.#unsaved().map(async ({ id }) => this.save(id)))
    const isFailed = results.some(({ status }) => status === 'rejected')
    if (this.#stopListening !== null) this.#saveSoon(isFailed ? RETRY_MS : PAUSE_MS)
  }

  async #write(draft: Draft): Promise<string | null> {
    const { id, revision, idempotencyKey } = draft
    if (!isWorthKeeping(draft)) {
      await deleteDraft(this.#api, id)
      this.#drafts.noteSaved(id, 0, idempotencyKey)
      return id
    }
    try {
      const kept = await keepDraft(this.#api, { key: id, revision, content: contentOf(draft) })
      this.#drafts.noteSaved(id, kept.revision, idempotencyKey)
      return id
    } catch (error) {
      const other = conflictOf(error)
      if (other === null) throw error
      return this.#settle(draft, other)
    }
  }

  /** The home has something else under this key. @returns as `save` */
  async #settle(draft: Draft, other: KeptDraft): Promise<string | null> {
    // Whatever became of it here, nobody wants what is held back.
    if (this.#drafts.find(draft.id) === undefined) return null
    const theirs = other.state === 'held' ? await this.#calledBack(other) : other
    // It was held by a request of this window whose answer was lost: what is written now is newer.
    const isOwn = other.state === 'held' && other.revision === draft.revision && theirs.state === 'kept'
    const here = this.#drafts.find(draft.id)
    if (here === undefined) return null
    if (isSentSo(here, theirs)) {
      this.#drafts.finish(draft.id)
      this.#tellSent(theirs)
      return null
    }
    if (isKeptSo(here, theirs)) {
      this.#drafts.noteSaved(draft.id, theirs.revision, here.idempotencyKey)
      return draft.id
    }
    if (isOwn) {
      const kept = await keepDraft(this.#api, {
        key: draft.id,
        revision: theirs.revision,
        content: contentOf(here),
      })
      this.#drafts.noteSaved(draft.id, kept.revision, here.idempotencyKey)
      return draft.id
    }
    const partedId = await this.save(this.#part(draft.id, theirs))
    return theirs.state === 'sent' ? null : partedId
  }

  async #calledBack(held: KeptDraft): Promise<KeptDraft> {
    try {
      return await callDraftBack(this.#api, held.key)
    } catch (error) {
      const sent = conflictOf(error)
      if (sent === null) throw error
      return sent
    }
  }

  #merge(kept: KeptDraft): void {
    const here = this.#drafts.find(kept.key)
    if (here?.revision === kept.revision) return
    if (here !== undefined && isKeptSo(here, kept)) {
      this.#drafts.noteSaved(here.id, kept.revision, here.idempotencyKey)
    } else if (here?.isUnsaved === true) this.#part(kept.key, kept)
    else this.#drafts.take(kept)
  }

  /** What is here goes on under another key; under its own stands what the home has, unless that is a post by now. */
  #part(key: string, theirs: KeptDraft): string {
    const id = this.#drafts.part(key)
    if (theirs.state !== 'sent') this.#drafts.take(theirs)
    this.#view.update((view) => ({ ...view, parted: [...view.parted, id] }))
    return id
  }
}

/** The last saving of a page that was closed has arrived, and nothing else was written since. */
const isKeptSo = (here: Draft, kept: KeptDraft): boolean =>
  kept.state !== 'sent' && isSameContent(here, draftFromKept(kept, here.idempotencyKey))

/** The answer to its sending was lost: it is the post that its author wanted, and nothing else was written since. */
const isSentSo = (here: Draft, kept: KeptDraft): boolean =>
  kept.state === 'sent' && saysTheSame(here, draftFromKept(kept, here.idempotencyKey))
