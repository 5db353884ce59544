/** Where `homebird restore` puts a backup, whether a home runs there or not. */
import type { lookAtPlace } from '../appliance/index.ts'

/** What has to be known of the home that is there, or is not. */
export interface RestoreGround extends Omit<ReturnType<typeof lookAtPlace>, 'addressOf'> {
  /** Of a place, by its name in the settings or as an address. @throws HomebirdError NOT_FOUND */
  readonly addressOf: (name: string) => string | Promise<string>
}
