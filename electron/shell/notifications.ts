/**
 * Notifications of the system: what the owner wants to see while no window has the focus. Few come one by one; many at
 * once, and what was missed, come as one. What strangers wrote is plain text, and short.
 * @see security rule 98
 */
import type { Notification } from 'electron'
import {
  type BackupTrouble,
  type HomeNotice,
  type HomeReturn,
  MOST_COUNTED,
  MOST_SINGLE_NOTICES,
} from '../../server/contracts/home-feed.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { HomeView, HomeWatch } from '../home/home-watch.ts'
import type { ShellActs } from './acts.ts'
import { asMarkup, plainText } from './plain-text.ts'
import type { Words } from './words.ts'

export interface ShownNotice {
  readonly title: string
  readonly body: string
  /** The page that a press opens. */
  readonly path: string
}

export function noticeShown(notice: HomeNotice, words: Words): ShownNotice {
  const { kind, name, body, path } = notice
  if (name === null) return { title: words('notice.private'), body: '', path }
  const id = kind === 'admin.report' ? 'notice.admin_report' : `notice.${kind}`
  return { title: words(id, { name: plainText(name) }), body: plainText(body), path }
}

export function manyShown(count: number, words: Words): ShownNotice {
  const title =
    count < MOST_COUNTED
      ? words('menu.unread', { count })
      : words('menu.unread_many', { count: MOST_COUNTED - 1 })
  return { title, body: '', path: '/notifications' }
}

const HOUR_SECONDS = 3_600

/** @param notices  how many came while the home caught up */
export function returnShown({ awaySeconds, posts }: HomeReturn, notices: number, words: Words): ShownNotice {
  const title =
    awaySeconds < HOUR_SECONDS
      ? words('notice.away_minutes', { minutes: Math.round(awaySeconds / 60), posts })
      : words('notice.away', { hours: Math.round(awaySeconds / HOUR_SECONDS), posts })
  const more = notices === 0 ? null : manyShown(notices, words)
  return { title, body: more?.title ?? '', path: more?.path ?? '/home' }
}

/** Windows shows notifications of programs that stand in its start menu by this name. */
const APP_USER_MODEL_ID = 'org.homebird.Homebird'

interface NotificationNeeds {
  readonly platform: NodeJS.Platform
  readonly words: Words
  readonly watch: Pick<HomeWatch, 'view' | 'onView' | 'onNotice' | 'onMissed'>
  readonly acts: Pick<ShellActs, 'openPage'>
  /** What is said once of an absence outlives the shell. */
  readonly store: { get(name: string): unknown; set(name: string, value: unknown): void }
  /** Calls back after so many milliseconds. @returns what prevents it */
  readonly later?: (work: () => void, ms: number) => () => void
}

/** What comes within this time is shown together. */
const GATHER_MS = 1_000
const MOST_KNOWN = 1_000
const TOLD_RETURN = 'toldReturn'
const TOLD_BACKUPS = 'toldBackups'

type NotificationParts = Pick<ElectronParts, 'app' | 'BrowserWindow' | 'Notification' | 'powerMonitor'>

export function openNotifications(parts: NotificationParts, needs: NotificationNeeds): Disposable {
  if (needs.platform === 'win32') parts.app.setAppUserModelId(APP_USER_MODEL_ID)
  return new NoticeDesk(parts, needs)
}

class NoticeDesk implements Disposable {
  readonly #parts: NotificationParts
  readonly #needs: NotificationNeeds
  readonly #ends: Array<() => void>
  /** Shown and not closed: one that nobody holds may lose its press. */
  readonly #open = new Set<Notification>()
  readonly #known = new Set<string>()
  #summary: Notification | null = null
  #gathered: HomeNotice[] = []
  #missed = 0
  #returned: HomeReturn | null = null
  #isCatchingUp = false
  /** Linux does not tell; there a private mention is one line that names nobody, as everywhere. */
  #isScreenLocked = false
  #endTimer: (() => void) | null = null

  constructor(parts: NotificationParts, needs: NotificationNeeds) {
    this.#parts = parts
    this.#needs = needs
    const { watch } = needs
    this.#ends = [
      watch.onView((view) => this.#look(view)),
      watch.onNotice((notice) => this.#take(notice)),
      watch.onMissed((count) => {
        this.#missed += count
        this.#gather()
      }),
      this.#watchScreen(),
    ]
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends.splice(0)) end()
    this.#endTimer?.()
    for (const one of this.#open) one.close()
    this.#open.clear()
  }

  #watchScreen(): () => void {
    const { powerMonitor } = this.#parts
    const lock = (): void => {
      this.#isScreenLocked = true
    }
    const unlock = (): void => {
      this.#isScreenLocked = false
      if (this.#gathered.length > 0) this.#gather()
    }
    powerMonitor.on('lock-screen', lock)
    powerMonitor.on('unlock-screen', unlock)
    return () => {
      powerMonitor.off('lock-screen', lock)
      powerMonitor.off('unlock-screen', unlock)
    }
  }

  /** The feed tells the same twice when it was interrupted. */
  #take(notice: HomeNotice): void {
    if (this.#known.has(notice.id)) return
    this.#known.add(notice.id)
    const [oldest] = this.#known
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    this.#gathered.push(notice)
    this.#gather()
  }

  #gather(): void {
    if (this.#isCatchingUp || this.#endTimer !== null) return
    const { later = timed } = this.#needs
    this.#endTimer = later(() => {
      this.#endTimer = null
      if (!this.#isCatchingUp) this.#showGathered()
    }, GATHER_MS)
  }

  #showGathered(): void {
    // Of a private mention nothing stands on a locked screen, not even that there is one.
    const isHeld = ({ name }: HomeNotice): boolean => this.#isScreenLocked && name === null
    const notices = this.#gathered.filter((notice) => !isHeld(notice))
    const count = notices.length + this.#missed
    const returned = this.#returned
    this.#gathered = this.#gathered.filter(isHeld).slice(-MOST_KNOWN)
    this.#missed = 0
    this.#returned = null
    const { words } = this.#needs
    if (returned !== null) {
      if (returned.posts + count > 0) this.#showSummary(returnShown(returned, count, words))
    } else if (count > MOST_SINGLE_NOTICES || notices.length < count)
      this.#showSummary(manyShown(count, words))
    else for (const notice of notices) this.#put(noticeShown(notice, words))
  }

  /** While the home catches up everything is held back, and told as one at the end. */
  #look({ summary }: HomeView): void {
    // Between two readings of the feed nothing is known, and nothing changes.
    if (summary === null) return
    const wasCatchingUp = this.#isCatchingUp
    this.#isCatchingUp = summary.catchingUp !== null
    if (this.#isCatchingUp) return
    const { returned } = summary
    const { store } = this.#needs
    this.#tellOfBackups(summary.backups)
    if (returned !== null && store.get(TOLD_RETURN) !== returned.id) {
      store.set(TOLD_RETURN, returned.id)
      this.#returned = returned
      this.#gather()
    } else if (wasCatchingUp && this.#gathered.length + this.#missed > 0) this.#gather()
  }

  /** Each trouble once, until all is well again. */
  #tellOfBackups(trouble: BackupTrouble | null): void {
    const { store, words } = this.#needs
    const kept = store.get(TOLD_BACKUPS)
    const told = typeof kept === 'string' ? kept.split(' ') : []
    if (trouble === null ? told.length === 0 : told.includes(trouble)) return
    if (trouble === null) return store.set(TOLD_BACKUPS, trouble)
    const title = words(`notice.backups_${trouble}`)
    const shown = this.#put({ title, body: words('notice.backups_body'), path: '/backups' })
    // Whoever had a window before them is told later.
    if (shown !== null) store.set(TOLD_BACKUPS, [...told, trouble].join(' '))
  }

  /** The newest summary stands for those before it. */
  #showSummary(shown: ShownNotice): void {
    this.#summary?.close()
    this.#summary = this.#put(shown)
  }

  #put({ title, body, path }: ShownNotice): Notification | null {
    const { BrowserWindow: windows, Notification: SystemNotification } = this.#parts
    // Whoever looks at a window sees it there.
    if (windows.getFocusedWindow() !== null || !SystemNotification.isSupported()) return null
    // On Linux the body, and it alone, is read as markup.
    const shownBody = this.#needs.platform === 'linux' ? asMarkup(body) : body
    const one = new SystemNotification({ title, body: shownBody })
    const forget = (): void => {
      this.#open.delete(one)
      if (this.#summary === one) this.#summary = null
    }
    one.once('click', () => {
      forget()
      this.#needs.acts.openPage(path)
    })
    one.once('close', forget)
    one.once('failed', forget)
    this.#open.add(one)
    one.show()
    return one
  }
}

function timed(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}
