/** Takes a server over in a test, as the command does. */
import type { Config } from '../../server/core/config.ts'
import { openForeignDatabase } from '../../server/db/foreign-database.ts'
import type { Database } from '../../server/db/pool.ts'
import { type AdoptionProgress, type AdoptionReport, adopt } from '../../server/domain/adoption/adopt.ts'
import { type AdoptionWishes, planAdoption } from '../../server/domain/adoption/plan.ts'
import { type Source, openSource } from '../../server/domain/adoption/source.ts'
import { ADOPTED_LIMITS } from '../../server/domain/adoption/step.ts'
import { hashPassword } from '../../server/domain/owner/password.ts'
import { openFolderSource } from '../../server/storage/file-source.ts'
import type { MediaStore } from '../../server/storage/media-store.ts'
import type { TakaheServer } from './takahe-server.ts'

export interface AdoptingOptions extends Partial<AdoptionWishes> {
  readonly withoutFiles?: boolean
  readonly onProgress?: (progress: AdoptionProgress) => void
  readonly signal?: AbortSignal
}

interface EmptyHome {
  readonly db: Database
  readonly media: MediaStore
  readonly config: Pick<Config, 'mediaUrl'>
}

export async function takeOver(
  server: TakaheServer,
  home: EmptyHome,
  options: AdoptingOptions = {},
): Promise<AdoptionReport> {
  const database = await openForeignDatabase(server.connection)
  try {
    return await takeAll(await openSource(database), server, home, options)
  } finally {
    await database.close()
  }
}

async function takeAll(
  source: Source,
  server: TakaheServer,
  home: EmptyHome,
  options: AdoptingOptions,
): Promise<AdoptionReport> {
  const plan = await planAdoption(source, { user: options.user ?? null, mainHost: options.mainHost ?? null })
  const files = options.withoutFiles === true ? null : await openFolderSource(server.media)
  const passwordHash = await hashPassword('correct horse battery')
  const { db, media, config } = home
  const world = {
    db,
    media,
    config,
    source,
    plan,
    files,
    limits: ADOPTED_LIMITS,
    passwordHash,
    now: new Date(),
  }
  return await adopt(world, options.onProgress ?? (() => undefined), options.signal)
}
