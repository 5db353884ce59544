/**
 * What is asked before something is done about a person or a server: any part of the window asks here, and one place of
 * the window shows the question.
 */
import type { Account } from '../../server/contracts/account.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export type PersonQuestion =
  | { readonly about: 'mute' | 'block' | 'lists' | 'follow'; readonly account: Account }
  | { readonly about: 'server'; readonly domain: string }
  | { readonly about: 'report'; readonly account: Account; readonly postIds: readonly string[] }

export class PersonQuestions {
  readonly #shown: Store<PersonQuestion | null> = createStore<PersonQuestion | null>(null)
  #path: string | null = null

  /** At most one: a question never stands upon another. */
  get shown(): Observable<PersonQuestion | null> {
    return this.#shown
  }

  /** For how long, and whether what they tell is hidden too. */
  mute(account: Account): void {
    this.#shown.set({ about: 'mute', account })
  }

  block(account: Account): void {
    this.#shown.set({ about: 'block', account })
  }

  /** With a look at what will be lost. @param domain  without a port, as it stands in handles */
  blockServer(domain: string): void {
    this.#shown.set({ about: 'server', domain })
  }

  /** @param postIds  those that are chosen when it opens */
  report(account: Account, postIds: readonly string[] = []): void {
    this.#shown.set({ about: 'report', account, postIds })
  }

  /** In which lists somebody who is followed stands. */
  chooseLists(account: Account): void {
    this.#shown.set({ about: 'lists', account })
  }

  /** How somebody is followed: boosts, news of each post, languages. */
  followOptions(account: Account): void {
    this.#shown.set({ about: 'follow', account })
  }

  /** A question belongs to the page it was asked from. @param path  of the page that is shown */
  turnTo(path: string): void {
    if (path !== this.#path) this.close()
    this.#path = path
  }

  close(): void {
    this.#shown.set(null)
  }
}

/** The server of somebody; null for the own identities, whose handles have no domain. */
export function serverOf({ acct }: Pick<Account, 'acct'>): string | null {
  const place = acct.indexOf('@')
  return place < 0 ? null : acct.slice(place + 1)
}
