/** Other people's apps start, read, write and act, request by request: nothing that Mastodon answers well is refused here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { AnswerChecker, type ApiDocument } from '../../support/answer-checker.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { AppRequest } from '../../support/app-request.ts'
import { APP_REQUESTS } from '../../support/client-requests.ts'
import { formOf } from '../../support/multipart.ts'

/** Members that one app or another reads without looking whether they are there. */
const NEVER_NULL: Readonly<Record<string, readonly string[]>> = {
  status:
    `id uri url account content created_at emojis reblogs_count favourites_count replies_count sensitive spoiler_text
     visibility media_attachments mentions tags favourited reblogged bookmarked muted filtered`.split(/\s+/),
  account:
    `id username acct display_name note url avatar avatar_static header header_static locked bot created_at
     followers_count following_count statuses_count emojis fields`.split(/\s+/),
  notification: 'id type created_at account'.split(' '),
}

function kindOf(value: object): string | null {
  if ('spoiler_text' in value && 'account' in value && 'favourites_count' in value) return 'status'
  if ('acct' in value && 'followers_count' in value) return 'account'
  return 'type' in value && 'account' in value && 'created_at' in value ? 'notification' : null
}

/** Every entity in an answer that lacks what apps rely on. */
function* missing(value: unknown, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  const kind = kindOf(value)
  for (const name of kind === null ? [] : (NEVER_NULL[kind] ?? [])) {
    const member = (value as Record<string, unknown>)[name]
    if (member === null || member === undefined) yield `${path || 'the answer'}: a ${kind} without ${name}`
  }
  for (const [name, inner] of Object.entries(value)) yield* missing(inner, `${path}/${name}`)
}

async function seed(home: ApiHome): Promise<Map<string, string>> {
  const app = await home.app()
  const { ana, others } = home
  const ben = await others.actor('ben')
  await others.follow(ana, ben)
  await others.follow(ben, ana)
  const theirs = await others.post(ben, { html: '<p>hello</p>', hashtags: ['cats'] })
  const mention = await others.post(ben, { html: '<p>for you</p>', visibility: 'direct', mentions: [ana] })
  const asked = await app.post<Status>('/api/v1/statuses', {
    status: 'which?',
    poll: { options: ['a', 'b'], expires_in: 3_600 },
  })
  const other = await addIdentity(
    home.db,
    { username: 'cleo', displayName: 'Cleo', domain: null },
    systemClock,
  )
  const cleo = await home.app(undefined, other.id)
  const poll = await cleo.post<Status>('/api/v1/statuses', {
    status: 'vote',
    poll: { options: ['a', 'b'], expires_in: 3_600 },
  })
  const { id: notification } = await home.db
    .insertInto('notifications')
    .values({ actor_id: ana.id, kind: 'mention', from_actor_id: ben.id, post_id: mention.id })
    .returning('id')
    .executeTakeFirstOrThrow()
  await app.post('/api/v1/statuses', { status: '@ben@peer.example for you', visibility: 'direct' })
  const [conversation] = await app.get<Array<{ id: string }>>('/api/v1/conversations')
  return new Map([
    ['me', ana.id],
    ['ben', ben.id],
    ['theirs', theirs.id],
    ['asked', asked.id],
    ['poll', poll.poll?.id ?? ''],
    ['notification', notification],
    ['conversation', conversation?.id ?? ''],
  ])
}

async function ask(app: ApiClient, { method, path, body }: AppRequest, known: ReadonlyMap<string, string>) {
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => known.get(name) ?? `no ${name}`)
  const url = filled(path).replaceAll('[', '%5B').replaceAll(']', '%5D')
  if (Array.isArray(body)) return app.ask(url, { method, ...formOf(body as Array<[string, string]>, []) })
  if (typeof body === 'object') {
    return app.ask(url, {
      method,
      body: filled(JSON.stringify(body)),
      headers: { 'content-type': 'application/json' },
    })
  }
  if (body === undefined || body === '') return app.ask(url, { method })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return app.ask(url, { method, body: filled(body), headers: type })
}

const home = await openApiHome()
const things = await seed(home)
const checker = new AnswerChecker(await home.stranger().get<ApiDocument>('/api/openapi.json'))

for (const [name, requests] of Object.entries(APP_REQUESTS)) {
  test(`${name} starts, reads, writes and acts`, async () => {
    const known = new Map(things)
    const app = await home.app()
    const flaws: string[] = []
    for (const request of requests) {
      const { method, path, status = 200, isStranger = false, keeps } = request
      const answer = await ask(isStranger ? home.stranger() : app, request, known)
      const line = `${method} ${path}`
      if (answer.status !== status) {
        flaws.push(`${line}: ${answer.status} ${answer.text().slice(0, 200)}`)
        continue
      }
      if (status !== 200) continue
      const body: unknown = JSON.parse(answer.text())
      const flaw = checker.flawIn(method, path.replaceAll(/\{\w+\}/g, '1'), body)
      if (flaw !== null) flaws.push(`${line}: ${flaw}`)
      for (const gap of missing(body)) flaws.push(`${line}: ${gap}`)
      if (keeps !== undefined) known.set(keeps, (body as { id: string }).id)
    }
    assert.deepEqual(flaws, [])
  })
}
