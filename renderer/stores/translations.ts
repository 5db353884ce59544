/** Translations that the reader asked for, by the id of the post; they live as long as the window. */
import type { Translation } from '../../server/contracts/translation.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { translatePost } from '../api/post-acts.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export type TranslationState =
  | { readonly phase: 'loading' }
  | { readonly phase: 'failed'; readonly failure: ApiFailure }
  | { readonly phase: 'ready'; readonly translation: Translation; readonly isShown: boolean }

export type TranslationView = ReadonlyMap<string, TranslationState>

export class Translations {
  readonly #api: ApiClient
  readonly #view: Store<TranslationView> = createStore<TranslationView>(new Map())

  constructor(api: ApiClient) {
    this.#api = api
  }

  get view(): Observable<TranslationView> {
    return this.#view
  }

  /** Shows the translation, or what was written again. @param language  BCP 47 tag of the reader's language */
  async toggle(id: string, language: string): Promise<void> {
    const state = this.#view.get().get(id)
    if (state?.phase === 'loading') return
    if (state?.phase === 'ready') return this.#set(id, { ...state, isShown: !state.isShown })
    this.#set(id, { phase: 'loading' })
    try {
      const translation = await translatePost(this.#api, id, language)
      this.#set(id, { phase: 'ready', translation, isShown: true })
    } catch (error) {
      this.#set(id, { phase: 'failed', failure: toFailure(error) })
    }
  }

  clear(): void {
    this.#view.set(new Map())
  }

  #set(id: string, state: TranslationState): void {
    this.#view.update((view) => new Map(view).set(id, state))
  }
}
