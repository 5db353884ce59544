/** What the settings of a CDN must hold together: each kind is told in its own way and needs its own facts. */
import { HomebirdError } from './errors.ts'

export type CdnKind = 'none' | 'cloudflare' | 'bunny' | 'fastly' | 'varnish' | 'nginx' | 'generic'

export interface CdnSettings {
  readonly cdn: CdnKind
  readonly cdnPurgeUrl: string | null
  /** Empty where there is none. */
  readonly cdnPurgeToken: string
  readonly cdnZone: string
  readonly cdnPurgeMethod: 'purge' | 'ban' | 'get' | 'post' | 'put' | 'delete' | null
  readonly cdnPurgeHeaders: Readonly<Record<string, string>>
}

type PartName = Exclude<keyof CdnSettings, 'cdn'>

const VARIABLES: Readonly<Record<PartName, string>> = {
  cdnPurgeUrl: 'HOMEBIRD_CDN_PURGE_URL',
  cdnPurgeToken: 'HOMEBIRD_CDN_PURGE_TOKEN',
  cdnZone: 'HOMEBIRD_CDN_ZONE',
  cdnPurgeMethod: 'HOMEBIRD_CDN_PURGE_METHOD',
  cdnPurgeHeaders: 'HOMEBIRD_CDN_PURGE_HEADERS',
}

/** A part that is in neither list would be set for nothing: the owner believes that it does something. */
const PARTS: Readonly<Record<CdnKind, { needs: readonly PartName[]; takes: readonly PartName[] }>> = {
  none: { needs: [], takes: [] },
  cloudflare: { needs: ['cdnPurgeToken', 'cdnZone'], takes: [] },
  bunny: { needs: ['cdnPurgeToken', 'cdnZone'], takes: [] },
  fastly: { needs: ['cdnPurgeToken', 'cdnZone'], takes: [] },
  varnish: { needs: ['cdnPurgeUrl'], takes: ['cdnPurgeToken', 'cdnPurgeMethod'] },
  nginx: { needs: ['cdnPurgeUrl', 'cdnPurgeToken'], takes: [] },
  generic: { needs: ['cdnPurgeUrl'], takes: ['cdnPurgeMethod', 'cdnPurgeHeaders'] },
}

const TOKEN = /^[\x21-\x7E]+$/
/** The secret of a cache of one's own opens it for everybody who guesses it. */
const LEAST_SECRET_LENGTH = 16
const ZONE = /^[\w-]+$/
const PLACES = /\{(?:url|path|host)\}/

/** @throws HomebirdError SETTING_INVALID naming variable, value, limit and remedy */
export function checkCdn(settings: CdnSettings): void {
  checkParts(settings)
  checkValues(settings)
}

function checkParts(settings: CdnSettings): void {
  const { needs, takes } = PARTS[settings.cdn]
  for (const part of Object.keys(VARIABLES) as PartName[]) {
    const isSet = isGiven(settings[part])
    if (needs.includes(part) && !isSet)
      invalid(`HOMEBIRD_CDN is "${settings.cdn}", but ${VARIABLES[part]} is not set; set it too`)
    if (isSet && !needs.includes(part) && !takes.includes(part))
      invalid(
        `${VARIABLES[part]} is set, but HOMEBIRD_CDN is "${settings.cdn}", which has no use for it; remove it or choose another CDN`,
      )
  }
}

function isGiven(value: CdnSettings[PartName]): boolean {
  if (value === null || value === '') return false
  return typeof value === 'string' || Object.keys(value).length > 0
}

function checkValues({ cdn, cdnPurgeUrl, cdnPurgeToken, cdnPurgeMethod, cdnZone }: CdnSettings): void {
  if (cdnPurgeToken !== '' && !TOKEN.test(cdnPurgeToken))
    invalid('HOMEBIRD_CDN_PURGE_TOKEN is (hidden), but it holds spaces or signs that no header carries')
  const isOwnEdge = cdn === 'nginx' || cdn === 'varnish'
  if (isOwnEdge && cdnPurgeToken !== '' && cdnPurgeToken.length < LEAST_SECRET_LENGTH)
    invalid(
      `HOMEBIRD_CDN_PURGE_TOKEN is ${cdnPurgeToken.length} characters long and must have at least ${LEAST_SECRET_LENGTH}; make a longer one and put it into the configuration of ${cdn} too`,
    )
  if (cdnZone !== '' && !ZONE.test(cdnZone))
    invalid(`HOMEBIRD_CDN_ZONE is ${JSON.stringify(cdnZone)}, but an id holds letters and digits only`)
  if (cdn === 'varnish' && cdnPurgeMethod !== null && !['purge', 'ban'].includes(cdnPurgeMethod))
    invalid(`HOMEBIRD_CDN_PURGE_METHOD is "${cdnPurgeMethod}", but varnish is told by purge or ban`)
  if (cdnPurgeUrl === null) return
  const hasPlaces = PLACES.test(cdnPurgeUrl)
  if (cdn === 'generic' && !hasPlaces)
    invalid(
      `HOMEBIRD_CDN_PURGE_URL is "${cdnPurgeUrl}", but it says nowhere what is to be purged; write {url}, {path} or {host} into it`,
    )
  if (isOwnEdge && (hasPlaces || new URL(cdnPurgeUrl).pathname !== '/' || cdnPurgeUrl.includes('?')))
    invalid(
      `HOMEBIRD_CDN_PURGE_URL is "${cdnPurgeUrl}", but the paths to purge come behind it; give it as http://host:port`,
    )
}

function invalid(message: string): never {
  throw new HomebirdError('SETTING_INVALID', message)
}
