/**
 * What stands behind a proxied path. A good answer is remembered for a minute, and no longer than the blocks it was given under,
 * so that a file that is asked for often costs no statement.
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Database } from '../../db/pool.ts'
import { hostOf } from '../../net/origin.ts'
import { findProxiedUrl } from '../media/find-proxied-url.ts'
import { type ProxyKind, isProxyMac } from '../media/media-urls.ts'
import type { Home } from '../owner/home.ts'
import type { RemoteItem } from './media-shapes.ts'

export interface ProxiedFile {
  readonly item: RemoteItem
  readonly host: string
  /** Something else can be shown in its place. */
  readonly isPicture: boolean
}

const KEPT = 20_000
/** A picture that was changed or taken away may be had at its old address for so long. */
const KEPT_MS = 60_000

export class ProxiedAddresses {
  readonly #db: Database
  readonly #key: Buffer
  readonly #home: Pick<Home, 'isBlockedDomain'>
  readonly #kept = boundedMap<string, ProxiedFile>({ max: KEPT, ttl: KEPT_MS })

  /** @param home  tells when what is blocked may have changed, for as long as it is open */
  constructor(db: Database, key: Buffer, home: Pick<Home, 'isBlockedDomain' | 'onRefreshed'>) {
    this.#db = db
    this.#key = key
    this.#home = home
    home.onRefreshed(() => this.#kept.clear())
  }

  /** Null for what is not there, what is blocked, and a path that nobody was given. */
  async find(kind: ProxyKind, id: string, mac: string): Promise<ProxiedFile | null> {
    const name = `${kind} ${id} ${mac}`
    const kept = this.#kept.get(name)
    const file = kept ?? (await this.#read(kind, id, mac))
    if (file === null || this.#home.isBlockedDomain(file.host)) return null
    if (kept === undefined) this.#kept.set(name, file)
    return file
  }

  async #read(kind: ProxyKind, id: string, mac: string): Promise<ProxiedFile | null> {
    const found = await findProxiedUrl(this.#db, kind, id)
    if (found === null || !isProxyMac(this.#key, kind, id, found.url, mac)) return null
    return { item: { kind, url: found.url }, host: hostOf(found.url) ?? '', isPicture: found.isPicture }
  }
}
