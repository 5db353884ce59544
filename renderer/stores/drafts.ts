/**
 * What is being written, kept letter by letter in this browser: any number of drafts, one of which is in the composer.
 * A draft goes only when the home has said yes to its post, or the person threw it away.
 */
import type { Account, StatusVisibility } from '../../server/contracts/account.ts'
import type { KeptDraft } from '../../server/contracts/draft.ts'
import type { Status, StatusSource } from '../../server/contracts/status.ts'
import { narrower } from '../formatting/reach.ts'
import {
  type Draft,
  type DraftChange,
  type DraftTarget,
  EMPTY_DRAFT,
  draftFromKept,
  isPlain,
  isWorthKeeping,
  mediaFromAttachment,
} from './draft.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'
import { type Observable, type Store, createStore } from './observable.ts'
import { parseDrafts } from './parse-draft.ts'
import { plainName } from '../formatting/plain-name.ts'

export type { Draft } from './draft.ts'

export interface ReplyStart {
  readonly target: DraftTarget
  /** Handles to begin with, `@ana@home.example `. */
  readonly text: string
  readonly warning: string
  readonly visibility: StatusVisibility
  readonly language?: string | null
}

export interface DraftsView {
  readonly currentId: string
  readonly drafts: Readonly<Record<string, Draft>>
}

interface DraftOptions {
  readonly storage: KeyValueStorage
  readonly newKey: () => string
  readonly nowMs: () => number
  /** What was written, for an edit. @throws ApiFailure */
  readonly readSource: (postId: string) => Promise<StatusSource>
}

type Named = Pick<Status, 'id' | 'account'>
type Quotable = Named & Pick<Status, 'visibility'>
export type Editable = Named &
  Pick<
    Status,
    'visibility' | 'sensitive' | 'language' | 'media_attachments' | 'poll' | 'in_reply_to_id' | 'quote'
  >

export const DRAFTS_KEY = 'homebird.drafts'

/** Which of them is in the composer. */
export const OPEN_DRAFT_KEY = 'homebird.drafts.open'

/** Most that a browser keeps; the home keeps more. */
const MAX_DRAFTS = 50

export class Drafts {
  readonly #options: DraftOptions
  readonly #view: Store<DraftsView>
  readonly #openings: Store<number> = createStore(0)
  #defaultVisibility: StatusVisibility = 'public'
  /** The new post to which replies, quotes and edits lead back. */
  #plainId: string

  constructor(options: DraftOptions) {
    this.#options = options
    const drafts = parseDrafts(readStored(options.storage, DRAFTS_KEY), options.newKey)
    const current = lastOpen(drafts, readStored(options.storage, OPEN_DRAFT_KEY)) ?? this.#empty()
    this.#plainId = current.id
    this.#view = createStore<DraftsView>({
      currentId: current.id,
      drafts: { ...drafts, [current.id]: current },
    })
    this.#noteOpen(current.id)
  }

  get view(): Observable<DraftsView> {
    return this.#view
  }

  /** Counts how often a draft was brought to the composer, which then takes the focus. */
  get openings(): Observable<number> {
    return this.#openings
  }

  current(): Draft {
    const { currentId } = this.#view.get()
    return this.find(currentId) ?? this.#empty(currentId)
  }

  find(id: string): Draft | undefined {
    return this.#view.get().drafts[id]
  }

  /** Those that hold something, the last changed first. */
  list(): Draft[] {
    return Object.values(this.#view.get().drafts)
      .filter(isWorthKeeping)
      .toSorted((a, b) => (b.savedAtMs ?? 0) - (a.savedAtMs ?? 0))
  }

  setDefaultVisibility(visibility: StatusVisibility): void {
    this.#defaultVisibility = visibility
    const current = this.current()
    if (current.savedAtMs === null && isPlain(current)) this.#show({ ...current, visibility })
  }

  /** @param id  of the draft; the one in the composer unless said otherwise */
  change(part: DraftChange, id = this.#view.get().currentId): void {
    const draft = this.find(id)
    if (draft === undefined) return
    if (id === this.#view.get().currentId) this.#noteOpen(id)
    this.#put({
      ...draft,
      ...part,
      idempotencyKey: this.#options.newKey(),
      savedAtMs: this.#options.nowMs(),
      isUnsaved: true,
    })
  }

  /** Brings a draft to the composer. */
  open(id: string): void {
    if (this.find(id) === undefined) return
    this.#view.update((view) => ({ ...view, currentId: id }))
    this.#noteOpen(id)
    this.#openings.update((count) => count + 1)
  }

  /** A new post; what is in the composer stays as a draft. */
  begin(part: DraftChange = {}): void {
    const current = this.current()
    const draft = isWorthKeeping(current) || !isPlain(current) ? this.#empty() : current
    this.#openFresh({ ...draft, ...part })
  }

  /** Opens the draft of a reply, the one that was begun before if there is one. */
  reply({ target, text, warning, visibility, language = null }: ReplyStart): void {
    const begun = this.#begun((draft) => draft.replyTo?.id === target.id && draft.edit === null)
    const words = { text, warning, hasWarning: warning !== '', visibility, language }
    this.#openFresh(begun ?? { ...this.#empty(), ...words, replyTo: target })
  }

  /** Opens a draft that quotes a post, the one that was begun before if there is one. It goes no further than the post. */
  quote(post: Quotable): void {
    const begun = this.#begun((draft) => draft.quote?.id === post.id && draft.edit === null)
    const visibility = narrower(post.visibility, this.#defaultVisibility)
    this.#openFresh(begun ?? { ...this.#empty(), visibility, quote: targetOf(post) })
  }

  /**
   * Opens an own post for a change, with what was written; a change that was begun before goes on.
   * @throws ApiFailure when what was written cannot be read
   */
  async edit(post: Editable): Promise<void> {
    const begun = this.#begun((draft) => draft.edit?.id === post.id)
    if (begun !== undefined) return this.open(begun.id)
    const source = await this.#options.readSource(post.id)
    const written = this.#written(post, source.text, source.spoiler_text)
    return this.#openFresh({ ...written, edit: targetOf(post) })
  }

  /** Writes a deleted post anew. @param status  the answer to its deletion, which holds the text */
  rewrite(
    status: Editable & Pick<Status, 'text' | 'spoiler_text'>,
    replyTo: DraftTarget | null = null,
  ): void {
    const draft = this.#written(status, status.text ?? '', status.spoiler_text)
    this.#put({ ...draft, replyTo, savedAtMs: this.#options.nowMs(), isUnsaved: true })
    this.open(draft.id)
  }

  /** Begins a post that names somebody. */
  mention(account: Pick<Account, 'acct'>, { isPrivate }: { readonly isPrivate: boolean }): void {
    const visibility = isPrivate ? 'direct' : this.#defaultVisibility
    this.begin({ text: `@${account.acct} `, visibility })
  }

  /** Back to the new post; what was written stays as a draft. */
  leave(): void {
    const { currentId, drafts } = this.#view.get()
    this.#settle(drafts, currentId)
  }

  /** The home said yes, or the person threw it away: a new post follows on a new post, never some other draft. */
  finish(id: string): void {
    const { [id]: _gone, ...drafts } = this.#view.get().drafts
    const { currentId } = this.#view.get()
    if (currentId === id) this.#settle(drafts, id)
    else this.#view.update((view) => ({ ...view, drafts }))
    this.#keep(id)
  }

  /** Puts a draft back, or one that the home keeps in the place of what was here. */
  put(draft: Draft): void {
    this.#put(draft)
  }

  take(kept: KeptDraft): void {
    this.#put(draftFromKept(kept, this.#options.newKey()))
  }

  /** The home has this much of it. */
  noteSaved(id: string, revision: number, idempotencyKey: string): void {
    const draft = this.find(id)
    if (draft === undefined) return
    this.#put({ ...draft, revision, isUnsaved: draft.idempotencyKey !== idempotencyKey })
  }

  /** Gives a draft another key: under its own the home keeps what another window wrote. @returns the new one */
  part(id: string): string {
    const draft = this.find(id)
    if (draft === undefined) return id
    const copy = { ...draft, id: this.#options.newKey(), revision: 0, isUnsaved: true }
    const { [id]: _old, ...drafts } = this.#view.get().drafts
    const { currentId } = this.#view.get()
    this.#view.set({
      currentId: currentId === id ? copy.id : currentId,
      drafts: { ...drafts, [copy.id]: copy },
    })
    if (currentId === id) this.#noteOpen(copy.id)
    this.#keep(id)
    this.#keep(copy.id)
    return copy.id
  }

  /** Forgets those that the home keeps, as at sign-out; what it does not have stays in this browser. */
  forgetSaved(): void {
    for (const { id, isUnsaved } of this.list()) if (!isUnsaved) this.finish(id)
  }

  #begun(isIt: (draft: Draft) => boolean): Draft | undefined {
    return Object.values(this.#view.get().drafts).find(isIt)
  }

  /** What stays of a post in the draft that changes it or writes it anew. */
  #written(post: Editable, text: string, warning: string): Draft {
    return {
      ...this.#empty(),
      text,
      warning,
      hasWarning: warning !== '',
      isSensitive: post.sensitive,
      visibility: post.visibility,
      language: post.language,
      isLanguageChosen: post.language !== null,
      media: post.media_attachments.map(mediaFromAttachment),
      poll: pollOf(post.poll, this.#options.nowMs()),
      quote: quotedBy(post),
    }
  }

  #empty(id = this.#options.newKey()): Draft {
    const { newKey } = this.#options
    return { ...EMPTY_DRAFT, visibility: this.#defaultVisibility, id, idempotencyKey: newKey() }
  }

  #openFresh(draft: Draft): void {
    this.#show(draft)
    this.open(draft.id)
  }

  #show(draft: Draft): void {
    this.#view.update((view) => ({ ...view, drafts: { ...view.drafts, [draft.id]: draft } }))
  }

  #settle(drafts: Readonly<Record<string, Draft>>, leftId: string): void {
    const left = drafts[leftId]
    const next = (leftId === this.#plainId ? undefined : drafts[this.#plainId]) ?? this.#empty()
    const { [leftId]: _left, ...others } = drafts
    const rest = left !== undefined && !isWorthKeeping(left) ? others : drafts
    this.#view.set({ currentId: next.id, drafts: { ...rest, [next.id]: next } })
    this.#noteOpen(next.id)
  }

  #noteOpen(id: string): void {
    const draft = this.find(id)
    if (draft !== undefined && isPlain(draft)) {
      this.#plainId = id
      writeStored(this.#options.storage, OPEN_DRAFT_KEY, id)
    }
  }

  #put(draft: Draft): void {
    this.#show(draft)
    this.#keep(draft.id)
  }

  /** Windows of one browser share its storage: only this draft is written, what others wrote meanwhile stays. */
  #keep(id: string): void {
    const { storage, newKey } = this.#options
    const { [id]: _old, ...others } = parseDrafts(readStored(storage, DRAFTS_KEY), newKey)
    const draft = this.find(id)
    const kept = draft !== undefined && isWorthKeeping(draft) ? [draft] : []
    const worth = [...kept, ...Object.values(others)]
      .toSorted((a, b) => (b.savedAtMs ?? 0) - (a.savedAtMs ?? 0))
      .slice(0, MAX_DRAFTS)
    const entries = worth.map((one) => [one.id, one] as const)
    writeStored(storage, DRAFTS_KEY, entries.length === 0 ? null : Object.fromEntries(entries))
  }
}

/** What was in the composer when the window was closed; where nothing says which, the new post that was changed last. */
function lastOpen(drafts: Readonly<Record<string, Draft>>, open: unknown): Draft | undefined {
  if (typeof open === 'string') return drafts[open]
  return Object.values(drafts)
    .filter(isPlain)
    .toSorted((a, b) => (b.savedAtMs ?? 0) - (a.savedAtMs ?? 0))[0]
}

export function targetOf({ id, account }: Named): DraftTarget {
  return { id, acct: account.acct, displayName: plainName(account.display_name) }
}

function quotedBy({ quote }: Pick<Editable, 'quote'>): DraftTarget | null {
  if (quote === null || !('quoted_status' in quote) || quote.quoted_status === null) return null
  return targetOf(quote.quoted_status)
}

/** The poll as it would be asked anew; one that has ended gets a day. */
function pollOf(poll: Status['poll'], nowMs: number): Draft['poll'] {
  if (poll === null) return null
  const leftMs = poll.expires_at === null ? 0 : Date.parse(poll.expires_at) - nowMs
  return {
    options: poll.options.map(({ title }) => title),
    expiresInSeconds: leftMs > 0 ? Math.max(300, Math.round(leftMs / 1_000)) : 86_400,
    isMultiple: poll.multiple,
    hidesTotals: poll.options.some(({ votes_count: count }) => count === null),
  }
}
