/**
 * What other programs and web pages hand to the shell: links, and the few wishes of jump list and desktop actions. A link is a
 * stranger's word: it is read strictly, and the window asks before it looks anything up. Nothing that a link can say does
 * anything by itself; wishes come as arguments, which no link can be.
 * @see security rule 96
 */
import type { ElectronParts } from '../electron-parts.ts'
import type { KeptHome } from '../home/kept-home.ts'
import type { ShellActs } from './acts.ts'
import type { ShellStore } from './shell-store.ts'

export const DEEP_LINK_SCHEMES = ['web+activitypub', 'web+ap', 'homebird'] as const

const MOST_CHARACTERS = 2_048
const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/
const HANDLE = /^@?([\w.-]{1,64})@([^@/\s]{1,253})$/

/**
 * `web+ap://example.org/@ana` is `https://example.org/@ana`; a handle, or a whole https address, may stand behind the
 * scheme too.
 * @returns an https address or `@name@host`; null for anything else
 */
export function parseDeepLink(raw: string): string | null {
  if (raw.length > MOST_CHARACTERS || !/^[\x21-\x7E]+$/.test(raw)) return null
  const [, scheme = '', rest = ''] = /^([a-z+]{1,20}):(.+)$/i.exec(raw) ?? []
  if (!(DEEP_LINK_SCHEMES as readonly string[]).includes(scheme.toLowerCase())) return null
  return handleIn(rest) ?? addressIn(rest)
}

function handleIn(rest: string): string | null {
  const [, name, host] = HANDLE.exec(decoded(rest.replace(/^\/\//, '').replace(/\/$/, ''))) ?? []
  if (name === undefined || host === undefined) return null
  const plain = host.toLowerCase()
  return HOST.test(plain) ? `@${name}@${plain}` : null
}

function addressIn(rest: string): string | null {
  const address = rest.startsWith('//') ? `https:${rest}` : rest
  if (!/^https:\/\/[^/]/i.test(address) || !URL.canParse(address)) return null
  const url = new URL(address)
  const isPlain = url.protocol === 'https:' && url.username === '' && url.password === '' && url.port === ''
  return isPlain && HOST.test(url.hostname) ? url.href : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // it is no handle then
  }
}

export type Wish = 'new_post' | 'open' | 'pause'

/** What jump list and desktop actions start the program with. */
export const WISH_ARGUMENTS: Readonly<Record<Wish, string>> = {
  new_post: '--new-post',
  open: '--open',
  pause: '--pause',
}

export interface Asked {
  readonly wishes: readonly Wish[]
  /** As `parseDeepLink` gives them. */
  readonly links: readonly string[]
}

const MOST_LINKS = 3

/** @param argv  of a start, this one or a later one */
export function askedBy(argv: readonly string[]): Asked {
  const wishes = Object.entries(WISH_ARGUMENTS).flatMap(([wish, argument]) =>
    argv.includes(argument) ? [wish as Wish] : [],
  )
  // The first argument is the program itself.
  const links = argv.slice(1).flatMap((argument) => parseDeepLink(argument) ?? [])
  return { wishes, links: [...new Set(links)].slice(0, MOST_LINKS) }
}

interface DeepLinkNeeds {
  readonly acts: Pick<ShellActs, 'open' | 'command' | 'pause'>
  readonly home: Pick<KeptHome, 'stage' | 'onStage'>
  readonly store: ShellStore
  /** What the program was started with. */
  readonly argv: readonly string[]
  /** Program and arguments that come before a link: of a checkout, the folder that Electron is given. */
  readonly launch: { readonly path: string; readonly args: readonly string[] }
  readonly platform: NodeJS.Platform
  readonly noticed: (message: string) => void
}

export interface DeepLinks extends Disposable {
  /** Arguments of a later start, which has ended already. */
  take(argv: readonly string[]): void
}

export interface EarlyLinks {
  /** @returns what ends the listening */
  release(take: (link: string) => void): () => void
}

/** macOS hands links over before the program is ready: they are kept until somebody can take them. */
export function catchEarlyLinks({ app }: Pick<ElectronParts, 'app'>): EarlyLinks {
  const early: string[] = []
  let take: (link: string) => void = (link) => {
    if (early.length < MOST_LINKS) early.push(link)
  }
  const hear = (event: { preventDefault(): void }, link: string): void => {
    event.preventDefault()
    take(link)
  }
  app.on('open-url', hear)
  return {
    release(into) {
      take = into
      for (const link of early.splice(0)) into(link)
      return () => app.off('open-url', hear)
    },
  }
}

export function openDeepLinks(
  parts: Pick<ElectronParts, 'app'>,
  early: EarlyLinks,
  needs: DeepLinkNeeds,
): DeepLinks {
  const { acts, argv, home } = needs
  takeSchemes(parts, needs)
  let waiting: Asked = { wishes: [], links: [] }
  const obeyWaiting = (): void => {
    if (home.stage.kind !== 'running') return
    const { wishes, links } = waiting
    waiting = { wishes: [], links: [] }
    for (const wish of wishes) {
      if (wish === 'open') acts.open()
      else if (wish === 'new_post') acts.command({ kind: 'new_post' })
      else acts.pause('hour')
    }
    for (const address of links) acts.command({ kind: 'link', address })
  }
  // Only a home that runs can be paused, written in or looked at: until then it is kept, and how the start goes is shown.
  const obey = ({ wishes, links }: Asked): void => {
    const { kind } = home.stage
    const wantsWindow = links.length > 0 || wishes.some((wish) => wish !== 'pause')
    if (kind !== 'running' && (wantsWindow || kind === 'failed')) acts.open()
    waiting = {
      wishes: [...new Set([...waiting.wishes, ...wishes])],
      links: [...new Set([...waiting.links, ...links])].slice(0, MOST_LINKS),
    }
    obeyWaiting()
  }
  const endStages = home.onStage(obeyWaiting)
  const endLinks = early.release((link) => {
    const address = parseDeepLink(link)
    if (address === null) acts.open()
    else obey({ wishes: [], links: [address] })
  })
  obey(askedBy(argv))
  return {
    take(given) {
      const asked = askedBy(given)
      // Starting it again brings it forward, but for a pause, which wants no window.
      if (asked.wishes.length + asked.links.length === 0) acts.open()
      else obey(asked)
    },
    [Symbol.dispose]() {
      endStages()
      endLinks()
    },
  }
}

const TAKEN = 'linkSchemesTaken'

/**
 * Linux is told by the desktop file, macOS by the bundle; both take it again from here where they can. Once for each place
 * of the program: whoever has another program open these links since then is not overruled.
 */
function takeSchemes(
  { app }: Pick<ElectronParts, 'app'>,
  { launch, platform, noticed, store }: DeepLinkNeeds,
): void {
  const isNamed = launch.args.length === 0 || platform === 'darwin'
  const args = [...launch.args]
  const isOrBecomesOurs = (scheme: string): boolean =>
    isNamed
      ? app.isDefaultProtocolClient(scheme) || app.setAsDefaultProtocolClient(scheme)
      : app.isDefaultProtocolClient(scheme, launch.path, args) ||
        app.setAsDefaultProtocolClient(scheme, launch.path, args)
  // What an AppImage runs from has another name each time, but Linux and macOS go by the name of the program.
  const place = isNamed && platform !== 'win32' ? 'program' : [launch.path, ...args].join(' ')
  if (store.get(TAKEN) === place) return
  const left = DEEP_LINK_SCHEMES.filter((scheme) => !isOrBecomesOurs(scheme))
  for (const scheme of left) noticed(`links of ${scheme}: stay with another program`)
  if (left.length === 0) store.set(TAKEN, place)
}
