/**
 * What is being written, kept letter by letter: one draft for a new post and one for each reply. A draft goes only
 * when the home has said yes to its post.
 */
import type { StatusVisibility } from '../../server/contracts/account.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'

export interface ReplyTarget {
  readonly id: string
  /** Handle as shown, without the leading @. */
  readonly acct: string
  readonly displayName: string
}

export interface Draft {
  readonly text: string
  readonly warning: string
  readonly hasWarning: boolean
  readonly visibility: StatusVisibility
  readonly replyTo: ReplyTarget | null
  /** Stays with one wording: a request that is sent again makes no second post, another wording is another post. */
  readonly idempotencyKey: string
  /** Milliseconds since 1970; null while there is nothing worth keeping. */
  readonly savedAtMs: number | null
}

export interface ReplyStart {
  readonly target: ReplyTarget
  /** Handles to begin with, `@ana@home.example `. */
  readonly text: string
  readonly warning: string
  readonly visibility: StatusVisibility
}

export interface DraftsView {
  /** `new`, or the id of the post that is answered. */
  readonly currentKey: string
  readonly drafts: Readonly<Record<string, Draft>>
}

interface DraftOptions {
  readonly storage: KeyValueStorage
  readonly newKey: () => string
  readonly nowMs: () => number
}

const STORAGE_KEY = 'homebird.drafts'
const NEW = 'new'
const MAX_DRAFTS = 50

export class Drafts {
  readonly #options: DraftOptions
  readonly #view: Store<DraftsView>
  #defaultVisibility: StatusVisibility = 'public'

  constructor(options: DraftOptions) {
    this.#options = options
    this.#view = createStore<DraftsView>({
      currentKey: NEW,
      drafts: parseDrafts(readStored(options.storage, STORAGE_KEY)),
    })
  }

  get view(): Observable<DraftsView> {
    return this.#view
  }

  current(): Draft {
    const { currentKey, drafts } = this.#view.get()
    return drafts[currentKey] ?? this.#empty()
  }

  setDefaultVisibility(visibility: StatusVisibility): void {
    this.#defaultVisibility = visibility
  }

  change(part: Partial<Pick<Draft, 'text' | 'warning' | 'hasWarning' | 'visibility'>>): void {
    const draft = { ...this.current(), ...part }
    this.#put(this.#view.get().currentKey, {
      ...draft,
      idempotencyKey: this.#options.newKey(),
      savedAtMs: this.#options.nowMs(),
    })
  }

  /** Opens the draft of a reply, the one that was begun before if there is one. */
  reply({ target, text, warning, visibility }: ReplyStart): void {
    const { drafts } = this.#view.get()
    const fresh: Draft = {
      ...this.#empty(),
      text,
      warning,
      hasWarning: warning !== '',
      visibility,
      replyTo: target,
    }
    this.#view.set({
      currentKey: target.id,
      drafts: { ...drafts, [target.id]: drafts[target.id] ?? fresh },
    })
  }

  /** Back to the new post; the reply's draft stays. */
  leaveReply(): void {
    this.#view.update((view) => ({ ...view, currentKey: NEW }))
  }

  /** The home said yes, or the person threw it away. */
  finish(key: string): void {
    const { [key]: _gone, ...drafts } = this.#view.get().drafts
    const { currentKey } = this.#view.get()
    this.#view.set({ currentKey: currentKey === key ? NEW : currentKey, drafts })
    this.#keep()
  }

  #empty(): Draft {
    return {
      text: '',
      warning: '',
      hasWarning: false,
      visibility: this.#defaultVisibility,
      replyTo: null,
      idempotencyKey: this.#options.newKey(),
      savedAtMs: null,
    }
  }

  #put(key: string, draft: Draft): void {
    this.#view.update((view) => ({ ...view, drafts: { ...view.drafts, [key]: draft } }))
    this.#keep()
  }

  #keep(): void {
    const worth = Object.entries(this.#view.get().drafts)
      .filter(([, draft]) => draft.savedAtMs !== null && (draft.text !== '' || draft.warning !== ''))
      .sort(([, a], [, b]) => (b.savedAtMs ?? 0) - (a.savedAtMs ?? 0))
      .slice(0, MAX_DRAFTS)
    writeStored(this.#options.storage, STORAGE_KEY, worth.length === 0 ? null : Object.fromEntries(worth))
  }
}

const VISIBILITIES: ReadonlySet<string> = new Set(['public', 'unlisted', 'private', 'direct'])

/** What another version wrote is taken as far as it is understood. */
function parseDrafts(stored: unknown): Record<string, Draft> {
  if (typeof stored !== 'object' || stored === null) return {}
  return Object.fromEntries(
    Object.entries(stored).flatMap(([key, value]) => {
      const draft = parseDraft(value)
      return draft === null ? [] : [[key, draft]]
    }),
  )
}

function parseDraft(value: unknown): Draft | null {
  if (typeof value !== 'object' || value === null) return null
  const { text, warning, visibility, replyTo, idempotencyKey, savedAtMs } = value as Draft
  const isDraft =
    typeof text === 'string' &&
    typeof warning === 'string' &&
    VISIBILITIES.has(visibility) &&
    typeof idempotencyKey === 'string' &&
    typeof savedAtMs === 'number' &&
    (replyTo === null || (typeof replyTo === 'object' && typeof replyTo.id === 'string'))
  if (!isDraft) return null
  return {
    text,
    warning,
    hasWarning: 'hasWarning' in value && value.hasWarning === true,
    visibility,
    replyTo,
    idempotencyKey,
    savedAtMs,
  }
}
