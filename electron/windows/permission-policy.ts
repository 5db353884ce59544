/**
 * What a page may have of this computer: next to nothing. It may write to the clipboard and fill the screen; it is asked for no
 * other permission, chooses no device, and saves only what is its home's. Notifications are the shell's.
 * @see security rule 90
 */
import type { DownloadItem, Event, Session, WebContents } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import { isForwarded, parseAppAddress, placeOf } from '../protocol/app-address.ts'
import type { WindowRole } from './navigation-policy.ts'

const GIVEN: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen'])

interface Asking {
  readonly permission: string
  readonly role: WindowRole | null
  /** Address or origin of the frame that asks. */
  readonly from: string
  readonly isMainFrame: boolean
}

export function mayHave({ permission, role, from, isMainFrame }: Asking): boolean {
  return GIVEN.has(permission) && role === 'main' && isMainFrame && placeOf(from) === 'homebird'
}

/**
 * Own media may have been moved to another host; nothing else outside this computer is ever fetched by a page.
 * @param kind  as Electron names kinds of requests
 */
export function mayFetch(address: string, kind: string, mediaOrigin: string | null): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.protocol === 'blob:') return placeOf(url.pathname) !== null
  if (url.protocol === 'devtools:') return true
  if (url.protocol === 'data:') return kind === 'image' || kind === 'media'
  if (placeOf(address) !== null) return true
  return (kind === 'image' || kind === 'media') && mediaOrigin !== null && url.origin === mediaOrigin
}

/** Made by the page itself, or a file of the home. */
export function maySave(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url?.protocol === 'blob:') return placeOf(url.pathname) === 'homebird'
  const parsed = parseAppAddress(address)
  return parsed?.place === 'homebird' && isForwarded(parsed.url.pathname)
}

const MAX_NAME = 200

/** A name without folders, without what turns its reading round, and never hidden. @see security rule 98 */
export function savedName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
  if (plain === '') return 'homebird'
  if (plain.length <= MAX_NAME) return plain
  const ending = /\.[^.]{1,10}$/.exec(plain)?.[0] ?? ''
  // No half of a character is left at the cut.
  return plain.slice(0, MAX_NAME - ending.length).replace(/\p{Cs}$/u, '') + ending
}

interface PermissionNeeds {
  readonly roleOf: (contentsId: number) => WindowRole | null
  readonly mediaOrigin: () => string | null
  /** For the journal. */
  readonly noticed: (message: string) => void
}

/** After the app is ready, and as long as it is. Sessions that are made later, such as that of an update, get the same answers. */
export function openPermissionPolicy(
  { app, session }: Pick<ElectronParts, 'app' | 'session'>,
  needs: PermissionNeeds,
): void {
  const guard = (made: Session): void => guardSession(made, needs)
  app.on('session-created', guard)
  const { defaultSession } = session
  guard(defaultSession)
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = mayFetch(details.url, details.resourceType, needs.mediaOrigin())
    if (!isAllowed) needs.noticed('a page was kept from fetching from elsewhere')
    answer({ cancel: !isAllowed })
  })
}

function guardSession(guarded: Session, needs: PermissionNeeds): void {
  const roleOf = (contents: WebContents | null): WindowRole | null =>
    contents === null ? null : needs.roleOf(contents.id)
  guarded.setPermissionRequestHandler((contents, permission, answer, { requestingUrl, isMainFrame }) => {
    answer(mayHave({ permission, role: roleOf(contents), from: requestingUrl, isMainFrame }))
  })
  guarded.setPermissionCheckHandler((contents, permission, from, { isMainFrame }) =>
    mayHave({ permission, role: roleOf(contents), from, isMainFrame }),
  )
  guarded.setDevicePermissionHandler(() => false)
  guarded.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }))
  guarded.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses)
  guarded.on('select-hid-device', (event, _details, choose) => {
    event.preventDefault()
    choose(null)
  })
  guarded.on('select-usb-device', (event, _details, choose) => {
    event.preventDefault()
    choose()
  })
  guarded.on('select-serial-port', (event, _ports, _contents, choose) => {
    event.preventDefault()
    choose('')
  })
  guarded.on('file-system-access-restricted', (event, _details, answer) => {
    event.preventDefault()
    answer('deny')
  })
  guarded.on('will-download', (event, item) => guardDownload(event, item, needs))
}

/** The person chooses where it goes: nothing is saved unasked. */
function guardDownload(event: Event, item: DownloadItem, needs: PermissionNeeds): void {
  if (item.getURLChain().every((address) => maySave(address)) && maySave(item.getURL())) {
    item.setSaveDialogOptions({ defaultPath: savedName(item.getFilename()) })
    return
  }
  event.preventDefault()
  needs.noticed('a page was kept from saving a file that is not of this home')
}
