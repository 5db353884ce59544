/**
 * Pages that are the same for every visitor, kept as ready bytes until what they show changes: whoever asks next costs no
 * statement. Nothing of the request but its path and host may show in them.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { requestedOrigin } from '../federation/surface.ts'
import { type AnswerTag, readyAnswer, sendReady } from '../ready/ready-answer.ts'
import { readyAnswersOf } from '../ready/ready-answers.ts'
import type { PageDesk } from './desk.ts'
import { type Page, contentPolicy, writePage } from './layout.ts'
import { type Host, notFound } from './view.ts'

export interface ReadyPage {
  readonly page: Page
  /** What it shows, besides the name of the home. */
  readonly tags: readonly AnswerTag[]
  /** The object that it is the page of: said to servers by a header too. */
  readonly objectUri?: string
}

/**
 * @param make  for any visitor; what it throws is answered as an error and not kept
 * @throws what `make` throws
 */
export async function sendReadyPage(
  { source }: PageDesk,
  request: FastifyRequest,
  reply: FastifyReply,
  make: () => Promise<ReadyPage>,
): Promise<FastifyReply> {
  const { context } = source.api
  const [path = '/'] = (request.raw.url ?? '/').split('?', 1)
  const name = { variant: 'html', host: requestedOrigin(context, request).slice(8), path }
  const answer = await readyAnswersOf(context).get(name, async () => {
    const { page, tags, objectUri } = await make()
    return readyAnswer({
      contentType: 'text/html; charset=utf-8',
      document: writePage(await source.frame(), page),
      tags: [...tags, 'home', 'identities'],
      headers: {
        'content-security-policy': contentPolicy(context.config.mediaUrl),
        'x-frame-options': 'DENY',
        ...(objectUri === undefined ? {} : { link: alternateLink(objectUri) }),
      },
    })
  })
  if (answer === null) throw notFound(request)
  return sendReady(request, reply, answer)
}

/** Servers that read no HTML find the object by it. */
const alternateLink = (uri: string): string => `<${uri}>; rel="alternate"; type="application/activity+json"`

/** What is on every page of one person. */
export const hostTags = ({ actor: { id } }: Host): readonly AnswerTag[] => [
  `actor:${id}`,
  `posts-of:${id}`,
  `follows-of:${id}`,
  `blocks-of:${id}`,
]
