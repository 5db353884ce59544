/** The owner's own files in the owner's hands: how many and how large, what nobody needs, and taking that away at once. */
import type { FastifyPluginAsync } from 'fastify'
import type { MediaReport, MediaSweepPreview, MediaSwept } from '../../contracts/media-care.ts'
import { compareStore, readMediaReport, sweepMedia } from '../../domain/uploads/media-care.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

export function ownFilesRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, media, clock, log, config } = context
  return async (app) => {
    app.get('/media', OWNER, async (): Promise<MediaReport> => readMediaReport(db, media))
    app.get('/media/sweep', OWNER, async (): Promise<MediaSweepPreview> => {
      const { unnamed } = await readMediaReport(db, media)
      return { unnamed, ...(await compareStore(db, media)) }
    })
    app.post('/media/sweep', OWNER, async (): Promise<MediaSwept> => {
      const swept = await sweepMedia(db, media, clock.now(), config.mediaUrl)
      log.info({ event: 'media.swept', ...swept })
      return swept
    })
  }
}
