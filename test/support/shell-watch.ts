/** What the shell knows of a home, set by the test: views, notices, and what was missed. */
import type { HomeNotice, HomeSummary } from '../../server/contracts/home-feed.ts'
import type { HomeCondition } from '../../server/contracts/home-state.ts'
import type { HomeView, HomeWatch } from '../../electron/home/home-watch.ts'

export const QUIET: HomeSummary = {
  reach: 'reachable',
  provedAt: null,
  hasAlarm: false,
  pause: null,
  unread: 0,
  catchingUp: null,
  returned: null,
  backups: null,
}

export class ShownHome implements HomeWatch {
  view: HomeView = { condition: 'reachable', summary: QUIET }
  readonly pauses: (string | null)[] = []
  readonly #views = new Set<(view: HomeView) => void>()
  readonly #notices = new Set<(notice: HomeNotice) => void>()
  readonly #missed = new Set<(count: number) => void>()

  shows(summary: Partial<HomeSummary> | null, condition: HomeCondition = 'reachable'): void {
    this.view = { condition, summary: summary === null ? null : { ...QUIET, ...summary } }
    for (const tell of this.#views) tell(this.view)
  }

  notices(notice: Partial<HomeNotice> & { readonly id: string }): void {
    const whole: HomeNotice = {
      kind: 'mention',
      name: 'Ben',
      body: 'hello',
      path: `/posts/${notice.id}`,
      ...notice,
    }
    for (const tell of this.#notices) tell(whole)
  }

  misses(count: number): void {
    for (const tell of this.#missed) tell(count)
  }

  onView(tell: (view: HomeView) => void): () => void {
    this.#views.add(tell)
    tell(this.view)
    return () => this.#views.delete(tell)
  }

  onNotice(tell: (notice: HomeNotice) => void): () => void {
    this.#notices.add(tell)
    return () => this.#notices.delete(tell)
  }

  onMissed(tell: (count: number) => void): () => void {
    this.#missed.add(tell)
    return () => this.#missed.delete(tell)
  }

  async pause(until: Date | null): Promise<void> {
    this.pauses.push(until?.toISOString() ?? null)
  }

  async resume(): Promise<void> {
    this.pauses.push('resumed')
  }

  async backUp(): Promise<void> {}

  look(): void {}
  close(): void {}
}
