/**
 * Notifications of the reader: how many are new, and the list of one quick filter while its page is open. Live ones join
 * their groups at once; how many are new is always asked of the home, which knows what other devices have read.
 */
import type { Account } from '../../server/contracts/account.ts'
import type { Notification } from '../../server/contracts/notification.ts'
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import {
  clearNotifications,
  countUnreadNotifications,
  dismissNotificationGroup,
  getNotificationMarker,
  listNotificationGroups,
  setNotificationMarker,
} from '../api/notifications.ts'
import { compareIds } from './ids.ts'
import { type LeavableList, type Leaving, isAbout, nameOfLeaving } from './left-out.ts'
import {
  NOTICE_KINDS,
  type NoticeGroup,
  type NoticeKind,
  groupFromOne,
  groupFromPage,
  isOfKind,
  withLive,
  withNewest,
  withOlder,
} from './notice-groups.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import type { PostStore } from './posts.ts'

const PAGE = 30
/** Above this a number says no more than "many". */
export const MOST_UNREAD = 99

export interface NotificationsView {
  readonly kind: NoticeKind
  /** Newest first. */
  readonly groups: readonly NoticeGroup[]
  readonly accounts: ReadonlyMap<string, Account>
  readonly phase: 'closed' | 'starting' | 'ready' | 'failed'
  /** Of the last attempt of any kind; null after a good one. */
  readonly failure: ApiFailure | null
  readonly isLoadingOlder: boolean
  /** Where the next page begins; null at the end. */
  readonly olderThan: string | null
  /** Read up to here when the page was opened. */
  readonly leftAtId: string | null
}

const EMPTY: NotificationsView = {
  kind: 'all',
  groups: [],
  accounts: new Map(),
  phase: 'closed',
  failure: null,
  isLoadingOlder: false,
  olderThan: null,
  leftAtId: null,
}

export class Notifications implements LeavableList {
  readonly #api: ApiClient
  readonly #posts: PostStore
  /** Kinds that the reader wants neither listed nor counted. */
  readonly #hidden: () => readonly string[]
  readonly #view: Store<NotificationsView> = createStore(EMPTY)
  readonly #unread: Store<number> = createStore(0)
  #counting: Promise<void> | null = null
  #countsAgain = false
  /** Answers to questions of an earlier opening are not for this one. */
  #opening = 0
  /** Something was told while the first page was on its way, which may not have it. */
  #missedMeanwhile = false
  /** The newest id of each group that was taken off the screen: an answer that was on its way brings none of them back. */
  readonly #away = new Map<string, string>()
  /** By the deed that took them out. */
  readonly #leftOut = new Map<string, readonly NoticeGroup[]>()

  constructor(api: ApiClient, posts: PostStore, hidden: () => readonly string[] = () => []) {
    this.#api = api
    this.#posts = posts
    this.#hidden = hidden
  }

  get view(): Observable<NotificationsView> {
    return this.#view
  }

  /** Groups that nobody has read yet on any device, at most MOST_UNREAD and one more. */
  get unread(): Observable<number> {
    return this.#unread
  }

  /** Shows one quick filter from its top. */
  async open(kind: NoticeKind): Promise<void> {
    this.#opening += 1
    const opening = this.#opening
    this.#missedMeanwhile = false
    this.#leftOut.clear()
    this.#view.set({ ...EMPTY, kind, phase: 'starting' })
    try {
      const [leftAtId, page] = await Promise.all([getNotificationMarker(this.#api), this.#read(kind)])
      if (opening !== this.#opening) return
      this.#change({ ...page, leftAtId, phase: 'ready' })
      if (this.#missedMeanwhile) await this.#readNewest()
    } catch (error) {
      if (opening === this.#opening) this.#change({ phase: 'failed', failure: toFailure(error) })
    }
  }

  /** The page is left: its list is forgotten, the number of new ones goes on. */
  close(): void {
    this.#opening += 1
    this.#view.set(EMPTY)
  }

  async loadOlder(): Promise<void> {
    const { kind, phase, isLoadingOlder, olderThan } = this.#view.get()
    if (phase !== 'ready' || isLoadingOlder || olderThan === null) return
    const opening = this.#opening
    this.#change({ isLoadingOlder: true, failure: null })
    try {
      const page = await this.#read(kind, olderThan)
      if (opening !== this.#opening) return
      const { groups, accounts } = this.#view.get()
      this.#change({
        groups: withOlder(groups, page.groups),
        accounts: new Map([...accounts, ...page.accounts]),
        olderThan: page.olderThan,
        isLoadingOlder: false,
      })
    } catch (error) {
      if (opening === this.#opening) this.#change({ isLoadingOlder: false, failure: toFailure(error) })
    }
  }

  /** The live line tells of one. */
  arrive(one: Notification): void {
    if (one.status !== undefined) this.#posts.put([one.status])
    const { kind, phase, groups, accounts } = this.#view.get()
    if (phase === 'starting') this.#missedMeanwhile = true
    const isHidden = this.#hidden().includes(one.type)
    if (phase === 'ready' && isOfKind(one.type, kind) && !isHidden) {
      this.#change({
        groups: withLive(groups, groupFromOne(one)),
        accounts: new Map([...accounts, [one.account.id, one.account]]),
      })
    }
    void this.refresh()
  }

  /** Other kinds are hidden than before: the list begins anew if it is open. */
  async hideOthers(): Promise<void> {
    const { kind, phase } = this.#view.get()
    await Promise.all([this.refresh(), phase === 'closed' ? undefined : this.open(kind)])
  }

  /** After a lost line, a sleep, or when those that waited were let in. */
  async catchUp(): Promise<void> {
    await Promise.all([this.refresh(), this.#readNewest()])
  }

  /** Asks again how many are new; what is asked meanwhile is asked once more at the end. */
  async refresh(): Promise<void> {
    if (this.#counting !== null) {
      this.#countsAgain = true
      return this.#counting
    }
    this.#counting = this.#count()
    await this.#counting
    this.#counting = null
    if (!this.#countsAgain) return undefined
    this.#countsAgain = false
    return this.refresh()
  }

  /**
   * Everything up to the newest is read, on every device.
   * @throws ApiFailure
   */
  async markRead(): Promise<void> {
    const newest = await this.#findNewest()
    if (newest !== null) await this.#tellRead(newest)
  }

  /** What is on the screen was read: told quietly, and again by the next rest if the home is away. */
  async restedAtTop(): Promise<void> {
    const { kind, phase, groups, leftAtId } = this.#view.get()
    const newest = groups[0]?.newestId
    if (kind !== 'all' || phase !== 'ready' || newest === undefined || this.#unread.get() === 0) return
    if (leftAtId !== null && compareIds(newest, leftAtId) <= 0) return
    try {
      await this.#tellRead(newest)
    } catch (error) {
      toFailure(error) // the number stays, which says the same
    }
  }

  /** Takes a group off the screen. @returns what puts it back */
  hide(key: string): () => void {
    const { groups } = this.#view.get()
    const place = groups.findIndex((group) => group.key === key)
    const group = groups[place]
    if (group === undefined) return () => undefined
    this.#away.set(key, group.newestId)
    this.#change({ groups: groups.toSpliced(place, 1) })
    return () => {
      this.#away.delete(key)
      this.#putBack(group)
    }
  }

  /** What only they have told; where others are named too the next reading counts anew. */
  leaveOut(leaving: Leaving): void {
    if (leaving.deed === 'unfollow') return
    const { groups, accounts } = this.#view.get()
    const isTheirs = ({ accountIds }: NoticeGroup): boolean =>
      accountIds.length > 0 &&
      accountIds.map((id) => accounts.get(id)).every((one) => one !== undefined && isAbout(leaving, one))
    this.#leftOut.set(nameOfLeaving(leaving), groups.filter(isTheirs))
    this.#change({ groups: groups.filter((group) => !isTheirs(group)) })
  }

  bringBack(leaving: Leaving): void {
    for (const group of this.#leftOut.get(nameOfLeaving(leaving)) ?? []) this.#putBack(group)
    this.#leftOut.delete(nameOfLeaving(leaving))
  }

  /** For good. @param putBack  of `hide`, in case the home says no */
  async dismiss(key: string, putBack: () => void): Promise<void> {
    try {
      await dismissNotificationGroup(this.#api, key)
      void this.refresh()
    } catch (error) {
      putBack()
      if (this.#view.get().phase === 'ready') this.#change({ failure: toFailure(error) })
    }
  }

  /** @throws ApiFailure */
  async clearAll(): Promise<void> {
    await clearNotifications(this.#api)
    if (this.#view.get().phase === 'ready') this.#change({ groups: [], olderThan: null, failure: null })
    void this.refresh()
  }

  /** Forgets everything, as at sign-out. */
  forget(): void {
    this.close()
    this.#away.clear()
    this.#unread.set(0)
  }

  #putBack(group: NoticeGroup): void {
    const { phase, groups } = this.#view.get()
    if (phase !== 'ready' || groups.some(({ key }) => key === group.key)) return
    const below = groups.findIndex(({ newestId }) => compareIds(newestId, group.newestId) < 0)
    this.#change({ groups: groups.toSpliced(below < 0 ? groups.length : below, 0, group) })
  }

  async #count(): Promise<void> {
    try {
      this.#unread.set(await countUnreadNotifications(this.#api, MOST_UNREAD + 1, this.#hidden()))
    } catch (error) {
      toFailure(error) // the last number stands until the next asking
    }
  }

  async #readNewest(): Promise<void> {
    const { kind, phase } = this.#view.get()
    if (phase === 'failed') return this.open(kind)
    if (phase === 'starting') this.#missedMeanwhile = true
    if (phase !== 'ready') return undefined
    const opening = this.#opening
    try {
      const page = await this.#read(kind)
      if (opening !== this.#opening) return undefined
      const { groups, accounts, olderThan } = this.#view.get()
      const merged = withNewest(groups, page.groups, page.olderThan === null)
      this.#change({
        groups: merged,
        accounts: new Map([...accounts, ...page.accounts]),
        olderThan: merged.length > page.groups.length ? olderThan : page.olderThan,
        failure: null,
      })
    } catch (error) {
      if (opening === this.#opening) this.#change({ failure: toFailure(error) })
    }
    return undefined
  }

  async #read(
    kind: NoticeKind,
    olderThan?: string,
  ): Promise<Pick<NotificationsView, 'groups' | 'accounts' | 'olderThan'>> {
    const { body, links } = await listNotificationGroups(this.#api, {
      limit: PAGE,
      types: NOTICE_KINDS[kind],
      hidden: this.#hidden(),
      ...(olderThan === undefined ? {} : { olderThan }),
    })
    this.#posts.put(body.statuses)
    return {
      groups: body.notification_groups.map(groupFromPage).filter((group) => !this.#isAway(group)),
      accounts: new Map(body.accounts.map((account) => [account.id, account])),
      olderThan: body.notification_groups.length === 0 ? null : links.olderThan,
    }
  }

  /** What came since is news, and brings its group back. */
  #isAway({ key, newestId }: NoticeGroup): boolean {
    const seen = this.#away.get(key)
    return seen !== undefined && compareIds(newestId, seen) <= 0
  }

  async #findNewest(): Promise<string | null> {
    const { body } = await listNotificationGroups(this.#api, { limit: 1, types: [], hidden: [] })
    const [group] = body.notification_groups.map(groupFromPage)
    return group?.newestId ?? null
  }

  async #tellRead(id: string): Promise<void> {
    await setNotificationMarker(this.#api, id)
    await this.refresh()
  }

  #change(change: Partial<NotificationsView>): void {
    this.#view.update((view) => ({ ...view, ...change }))
  }
}
