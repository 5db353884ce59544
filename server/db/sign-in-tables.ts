/** The tables of the owner's second factors, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, NullableMoment } from './column-types.ts'

interface TotpKeysTable {
  is_pending: boolean
  secret: Buffer
  created_at: Moment
  last_step: Generated<string>
}

interface RecoveryCodesTable {
  code_hash: Buffer
  created_at: Moment
  used_at: NullableMoment
}

interface PasskeysTable {
  id: Generated<string>
  credential_id: string
  public_key: Buffer
  counter: Generated<string>
  transports: string[]
  rp_id: string
  name: string
  is_synced: boolean
  created_at: Moment
  last_used_at: NullableMoment
}

interface PasskeyLinksTable {
  token_hash: Buffer
  rp_id: string
  created_at: Moment
  expires_at: Moment
}

interface UsedChallengesTable {
  challenge_hash: Buffer
  used_at: Moment
}

export interface SignInTables {
  totp_keys: TotpKeysTable
  recovery_codes: RecoveryCodesTable
  passkeys: PasskeysTable
  passkey_links: PasskeyLinksTable
  used_challenges: UsedChallengesTable
}
