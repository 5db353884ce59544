/** What a recovery sheet says that only the home knows: where its data lies, and the fingerprints of its keys. */
import { createHash, createPublicKey } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import type { BackupsOverview } from '../../contracts/backups.ts'
import type { RecoveryBackups, RecoveryFacts } from '../../contracts/owner-api.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { describeError } from '../../core/errors.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

export function recoveryRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    // Open before the home is set up too: the first run offers the sheet.
    app.get('/recovery', { config: { scope: 'owner' } }, async (request): Promise<RecoveryFacts> => {
      await requireOwner(context, request)
      const folder = context.supervision?.dataDir ?? null
      const backups = await backupsOf(context)
      return { folder, computer: hostname(), keys: await fingerprints(context), backups }
    })
  }
}

async function backupsOf({ supervision, log }: HttpContext): Promise<RecoveryBackups | null> {
  if (supervision === null) return null
  try {
    const found = (await supervision.keep({ kind: 'keeping', ask: 'backups' })) as BackupsOverview
    const own = join(dataDirAt(supervision.dataDir).backups, 'kept')
    return {
      at: found.at,
      keepDays: found.keep.days,
      places: found.places.map(({ isOwn, label }) => (isOwn ? own : label)),
      canAddPlace: !found.fixed.includes('places'),
    }
  } catch (error) {
    // The sheet is worth having without it.
    log.warn({ event: 'recovery.backups_unknown', error: describeError(error) })
    return null
  }
}

/** SHA-256 of the public half, in groups that can be compared by eye. */
async function fingerprints({ db }: HttpContext): Promise<RecoveryFacts['keys']> {
  const identities = await listIdentities(db)
  if (identities.length === 0) return []
  const rows = await db
    .selectFrom('actor_keys')
    .select(['actor_id', 'key_uri', 'public_key_pem'])
    .where(
      'actor_id',
      'in',
      identities.map(({ id }) => id),
    )
    .orderBy('key_uri')
    .execute()
  return rows.map(({ key_uri: name, public_key_pem: pem }) => ({ name, fingerprint: fingerprintOf(pem) }))
}

function fingerprintOf(pem: string): string {
  const bytes = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  const hex = createHash('sha256').update(bytes).digest('hex')
  return hex.match(/.{4}/g)?.join(' ') ?? hex
}
