/**
 * Serves the window: one document for every page of it, its hashed files for ever, and a policy that lets it speak to
 * nobody but this home. Where the bundle was not built, a plain page says how to build it.
 * @see security rules 81, 89
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import { WINDOW_PATHS } from '../../contracts/owner-api.ts'
import { WINDOW_HEADERS, WINDOW_NAMED_FILES, windowPolicy } from '../../contracts/window-bundle.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'

const OPEN = { config: { scope: 'public' } } as const

/** Where whoever keeps the owner's passwords leads them to. @see W3C, A Well-Known URL for Changing Passwords */
const PASSWORD_PAGE: (typeof WINDOW_PATHS)[number] = '/sign-in'

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Homebird</title>
<h1>The window is not built</h1>
<p>The home runs. Its window comes from a folder that is not there yet: run <code>npm run build:window</code> beside
<code>package.json</code>, then start the home again.</p>
</html>
`

export function windowRoutes(context: HttpContext): FastifyPluginAsync {
  const { mediaUrl } = context.config
  const policy = windowPolicy(URL.canParse(mediaUrl) ? new URL(mediaUrl).origin : null)
  return async (app) => {
    answerAs(app, 'never')
    app.addHook('onSend', async (_request, reply, payload) => {
      void reply.headers(WINDOW_HEADERS).header('content-security-policy', policy)
      return payload
    })
    const document = context.windowDir === null ? null : await findDocument(context.windowDir)
    if (context.windowDir !== null && document !== null) await serveFiles(app, context.windowDir)
    app.get('/.well-known/change-password', OPEN, async (_request, reply) =>
      reply.redirect(PASSWORD_PAGE, 302),
    )
    await serveNamedFiles(app, context.windowDir)
    for (const path of WINDOW_PATHS) {
      app.get(path, OPEN, async (_request, reply) => sendDocument(reply, document))
    }
  }
}

async function findDocument(windowDir: string): Promise<Buffer | null> {
  try {
    return await readFile(join(windowDir, 'index.html'))
  } catch {
    return null // not built, which the page says
  }
}

/** The files of the bundle and no others. One route for all: each of its own would take 10 kB of memory, and a bundle has hundreds. */
async function serveFiles(app: FastifyInstance, windowDir: string): Promise<void> {
  const root = join(windowDir, 'assets')
  const files = new Set(await readdir(root))
  await app.register(async (assets) => {
    answerAs(assets, 'asset')
    await assets.register(fastifyStatic, { root, serve: false, index: false, cacheControl: false })
    assets.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
      const name = request.params['*']
      if (files.has(name)) void reply.sendFile(name)
      else reply.callNotFound()
    })
  })
}

/** Read once; what was not built is not there. */
async function serveNamedFiles(app: FastifyInstance, windowDir: string | null): Promise<void> {
  for (const [name, type] of Object.entries(WINDOW_NAMED_FILES)) {
    const file = windowDir === null ? null : await readFile(join(windowDir, name)).catch(() => null)
    app.get(`/${name}`, OPEN, async (_request, reply) => {
      if (file === null) throw new HomebirdError('NOT_FOUND', `${name} is not in the bundle of the window`)
      return reply.type(type).send(file)
    })
  }
}

function sendDocument(reply: FastifyReply, document: Buffer | null): FastifyReply {
  void reply.type('text/html; charset=utf-8')
  return document === null ? reply.code(503).send(NOT_BUILT) : reply.send(document)
}
