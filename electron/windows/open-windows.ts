/**
 * Everything that stands between a page and this computer, opened in one go and in order: what pages may do is settled before
 * the first of them is there.
 */
import { join } from 'node:path'
import type { ElectronParts } from '../electron-parts.ts'
import { type Ipc, openIpc } from '../ipc/handle.ts'
import { openAppProtocol } from '../protocol/app-protocol.ts'
import { type OwnerSession, type RunningHome, openOwnerSession } from '../protocol/owner-session.ts'
import { type SessionSealer, openSessionKeep } from '../protocol/session-keep.ts'
import { type ExternalLinks, openExternalLinks } from './external-links.ts'
import { type WindowRole, openNavigationPolicy } from './navigation-policy.ts'
import { openPermissionPolicy } from './permission-policy.ts'
import { type WindowFactory, openWindowFactory } from './window-factory.ts'

export interface WindowGround extends AsyncDisposable {
  readonly factory: WindowFactory
  readonly ipc: Ipc
  /** Asks the home as its owner; the shell's own rooms do too. */
  readonly session: OwnerSession
  readonly links: ExternalLinks
}

/** What is read of a home that runs. */
export interface HomeFacts {
  readonly privateListen: RunningHome['listen'] | null
  readonly oneTimeKey: { readonly key: string }
  readonly config: { readonly mediaUrl: string }
}

type Parts = Pick<
  ElectronParts,
  'app' | 'BrowserWindow' | 'clipboard' | 'dialog' | 'ipcMain' | 'protocol' | 'session' | 'shell'
>

interface GroundNeeds {
  readonly home: () => HomeFacts | null
  /** The folder of the home. */
  readonly dataDir: string
  readonly sealer: SessionSealer
  readonly places: { readonly windowDir: string; readonly startDir: string; readonly preloadDir: string }
  readonly words: (id: string) => string
  /** Another window with that page. */
  readonly openPage: (address: string) => void
  /** For the journal. */
  readonly noticed: (message: string) => void
}

export function openWindowGround(parts: Parts, needs: GroundNeeds): WindowGround {
  const { places, words, noticed, openPage } = needs
  const factory = openWindowFactory(parts, {
    preloads: {
      main: join(places.preloadDir, 'preload.cjs'),
      start: join(places.preloadDir, 'startup-preload.cjs'),
    },
    isPackaged: parts.app.isPackaged,
    noticed,
  })
  const roleOf = (contentsId: number): WindowRole | null => factory.roleOf(contentsId)
  const links = openExternalLinks(parts, { words, noticed })
  const mediaOrigin = mediaOriginOf(needs.home)
  openNavigationPolicy(parts, {
    roleOf,
    openOutside: async (address) => links.open(address),
    openPage,
    noticed,
  })
  openPermissionPolicy(parts, { roleOf, mediaOrigin, noticed })
  const session = openOwnerSession({
    home: () => runningHomeOf(needs.home()),
    keep: openSessionKeep(join(needs.dataDir, 'desktop-session'), { sealer: needs.sealer, noticed }),
    userAgent: parts.session.defaultSession.getUserAgent(),
  })
  const protocol = openAppProtocol(parts, { session, mediaOrigin, ...places })
  const ipc = openIpc(parts, { roleOf, noticed })
  return {
    factory,
    ipc,
    session,
    links,
    async [Symbol.asyncDispose]() {
      ipc.close()
      await protocol[Symbol.asyncDispose]()
      await session.close()
    },
  }
}

function runningHomeOf(home: HomeFacts | null): RunningHome | null {
  const listen = home?.privateListen ?? null
  return home === null || listen === null ? null : { listen, oneTimeKey: home.oneTimeKey.key }
}

/** A window that was opened while the home ran is filled again while it does not: the last answer holds. */
function mediaOriginOf(home: GroundNeeds['home']): () => string | null {
  let last: string | null = null
  return () => {
    const mediaUrl = home()?.config.mediaUrl
    if (mediaUrl !== undefined) last = URL.canParse(mediaUrl) ? new URL(mediaUrl).origin : null
    return last
  }
}
