/**
 * Public pages at the addresses that accounts and posts give as their `url`: HTML for people, a redirect to the id for
 * servers. They show what a stranger may see and nothing else.
 * @see security rules 65, 66, 82; the header table of the tunnel page
 */
import type { FastifyPluginAsync } from 'fastify'
import { openApi } from '../client-api/api.ts'
import type { HttpContext } from '../http-context.ts'
import { aboutRoutes } from './about-routes.ts'
import { answerMissing, openPageDesk } from './desk.ts'
import { embedRoutes } from './embed-routes.ts'
import { followRoutes } from './follow-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { tagRoutes } from './tag-routes.ts'
import { postRoutes } from './post-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { openPageSource } from './view.ts'

export function pageRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    // Pictures go by path: the page is of this host, by whatever name it was reached.
    const api = await openApi(context, 'private')
    const desk = openPageDesk(openPageSource(api))
    app.setErrorHandler(async (error, request, reply) => desk.fail(error, request, reply))
    answerMissing(app, desk)
    aboutRoutes(app, desk)
    profileRoutes(app, desk)
    postRoutes(app, desk)
    embedRoutes(app, desk)
    tagRoutes(app, desk)
    peopleRoutes(app, desk)
    await app.register(async (limited) => searchRoutes(limited, desk))
    await app.register(async (limited) => followRoutes(limited, desk))
  }
}
