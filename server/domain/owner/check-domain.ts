/** Whether the settings and the home agree on where it lives: the ids of everything written carry that name. */
import { HomebirdError } from '../../core/errors.ts'
import type { Home } from './home.ts'
import { UNPUBLISHED_DOMAIN } from './own-uris.ts'

/**
 * @param wanted  the domain of the settings; null where they name none
 * @throws HomebirdError SETTING_INVALID when the home lives under another name
 */
export function checkDomainSetting(
  home: Pick<Home, 'domains' | 'primaryDomain'>,
  wanted: string | null,
): void {
  const primary = home.primaryDomain()
  if (wanted === null || primary === null || home.domains().some(({ domain }) => domain === wanted)) return
  const remedy =
    primary.domain === UNPUBLISHED_DOMAIN
      ? `give it this address once: homebird domain publish ${wanted}`
      : `remove the setting, or add the domain beside it: homebird domain add ${wanted}`
  const where = primary.domain === UNPUBLISHED_DOMAIN ? 'only on this computer' : `at ${primary.domain}`
  throw new HomebirdError(
    'SETTING_INVALID',
    `HOMEBIRD_DOMAIN is "${wanted}", but this home lives ${where} and every id it gave out says so; ${remedy}`,
  )
}
