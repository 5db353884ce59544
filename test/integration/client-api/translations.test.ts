/** Public posts in the reader's language, by a service that the owner has set. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import type { Instance } from '../../../server/contracts/instance.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Translation } from '../../../server/contracts/translation.ts'
import { openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'

const json = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

interface Question {
  readonly q: readonly string[]
  readonly source: string
  readonly target: string
  readonly api_key?: string
}

test('a public post is translated whole, once, and what comes back is not trusted', async (t) => {
  const peer = await openFakePeer(t, { host: 'translate.example' })
  const asked: Question[] = []
  peer.answers('/lt/languages', () =>
    json([
      { code: 'de', targets: ['de', 'en', 'pt'] },
      { code: 'en', targets: ['de'] },
    ]),
  )
  peer.answers('/lt/translate', ({ body }) => {
    const question = JSON.parse(body.toString()) as Question
    asked.push(question)
    const translatedText = question.q.map(
      (text) => `${text.replaceAll('Vogel', 'bird')}<script>alert(1)</script>`,
    )
    return json({ translatedText })
  })
  const home = await openApiHome({
    domain: null,
    peers: [peer],
    env: {
      HOMEBIRD_TRANSLATOR: 'libretranslate',
      HOMEBIRD_TRANSLATOR_URL: 'https://translate.example/lt/',
      HOMEBIRD_TRANSLATOR_KEY: 'sesame',
    },
  })
  const app = await home.app()
  const ben = await home.others.actor('ben')
  const post = await home.others.post(ben, {
    html: '<p>Ein Vogel :bird: <a href="https://peer.example/:bird:">x</a></p>',
    summary: 'Vogel & <Co>',
    images: ['https://peer.example/a.png'],
    emojis: [{ shortcode: 'bird', url: 'https://peer.example/bird.png' }],
  })
  await home.db.updateTable('posts').set({ language: 'de' }).where('id', '=', post.id).execute()
  await home.db
    .updateTable('attachments')
    .set({ description: 'ein Vogel' })
    .where('post_id', '=', post.id)
    .execute()
  const masto = createRestAPIClient({ url: `http://${home.host}`, accessToken: app.token ?? '' })
  const translated = await masto.v1.statuses.$select(post.id).translate({ lang: 'en' })
  assert.equal(translated.provider, 'LibreTranslate')
  assert.match(translated.content, /^<p>Ein bird :bird: <a href="https:\/\/peer\.example\/:bird:"/)
  assert.doesNotMatch(translated.content, /script>|translate=/)
  const path = `/api/v1/statuses/${post.id}/translate`
  const again = await app.post<Translation>(path, { lang: 'en-GB' })
  assert.deepEqual(
    [
      again.spoiler_text,
      again.language,
      again.detected_source_language,
      again.media_attachments.map(({ description }) => description),
    ],
    ['bird & <Co>', 'en', 'de', ['ein bird']],
  )
  assert.equal(asked.length, 1, 'who looks twice pays once')
  assert.deepEqual([asked[0]?.source, asked[0]?.target, asked[0]?.api_key], ['de', 'en', 'sesame'])
  assert.match(asked[0]?.q[0] ?? '', /<span translate="no">:bird:<\/span>/)

  const refusedFor = async (body: object, at = path): Promise<number> =>
    (await app.ask(at, { method: 'POST', body })).status
  assert.equal(await refusedFor({ lang: 'de' }), 403, 'into its own language')
  assert.equal(await refusedFor({ lang: 'ja' }), 403, 'the service does not know it')
  assert.equal(await refusedFor({ lang: '!!' }), 403)
  const whisper = await app.post<Status>('/api/v1/statuses', {
    status: 'Vogel',
    visibility: 'private',
    language: 'de',
  })
  assert.equal(await refusedFor({ lang: 'en' }, `/api/v1/statuses/${whisper.id}/translate`), 403)
  const hidden = await home.others.post(ben, { visibility: 'followers' })
  assert.equal(await refusedFor({ lang: 'en' }, `/api/v1/statuses/${hidden.id}/translate`), 404)
  assert.equal((await home.stranger().ask(path, { method: 'POST' })).status, 401)
  assert.equal(asked.length, 1)

  const instance = await home.stranger().get<Instance>('/api/v2/instance')
  assert.equal(instance.configuration.translation.enabled, true)
  assert.deepEqual(await home.stranger().get('/api/v1/instance/translation_languages'), {
    de: ['en', 'pt'],
    en: ['de'],
  })
})

test('what the service refuses, breaks off or garbles is said in one sentence, and not kept', async (t) => {
  const peer = await openFakePeer(t, { host: 'deepl.example' })
  const languages = (all: readonly string[]) => json(all.map((language) => ({ language, name: language })))
  peer.answers('/v2/languages', ({ path }) =>
    languages(path.includes('target') ? ['EN-GB', 'PT-BR', 'DE'] : ['DE', 'EN']),
  )
  const home = await openApiHome({
    peers: [peer],
    env: {
      HOMEBIRD_TRANSLATOR: 'deepl',
      HOMEBIRD_TRANSLATOR_URL: 'https://deepl.example',
      HOMEBIRD_TRANSLATOR_KEY: 'secret:fx',
    },
  })
  const app = await home.app()
  const { id } = await app.post<Status>('/api/v1/statuses', { status: 'ein Vogel', language: 'de' })
  const translate = async (lang: string) =>
    app.ask(`/api/v1/statuses/${id}/translate`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `lang=${lang}`,
    })
  const told = async (): Promise<[number, string]> => {
    const answer = await translate('en')
    return [answer.status, (answer.json() as unknown as { error: string }).error]
  }
  const silent = 'The translation service does not answer.'
  for (const [answer, words] of [
    [json({}, 429), 'There have been too many requests to the translation service recently.'],
    [json({}, 456), 'The usage quota for the translation service has been exceeded.'],
    [json({}, 403), silent],
    [json({ translations: [] }), silent],
    [json([1]), silent],
    [json(null), silent],
    [{ status: 302, headers: { location: 'https://peer.example/' } }, silent],
    [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' }, silent],
    [{ status: 200, headers: { 'content-type': 'application/json' }, body: '{' }, silent],
    ['reset', silent],
  ] as const) {
    peer.answers('/v2/translate', () => answer)
    assert.deepEqual(await told(), [503, words])
  }
  peer.answers('/v2/translate', ({ headers, body }) => {
    assert.equal(headers['authorization'], 'DeepL-Auth-Key secret:fx')
    const { text, target_lang: to } = JSON.parse(body.toString()) as { text: string[]; target_lang: string }
    return json({
      translations: text.map((one) => ({ text: `${to} ${one}`, detected_source_language: 'DE' })),
    })
  })
  const good = (await translate('pt_BR')).json() as unknown as Translation
  assert.deepEqual(
    [good.language, good.detected_source_language, good.provider],
    ['pt-BR', 'de', 'DeepL.com'],
  )
  assert.match(good.content, /PT-BR/)
  assert.equal((await translate('en')).status, 200, 'English of no country is known')
})

test('without a service nothing is translated, and apps are told so', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { id } = await app.post<Status>('/api/v1/statuses', { status: 'a bird' })
  const answer = await app.ask(`/api/v1/statuses/${id}/translate`, { method: 'POST' })
  assert.equal(answer.status, 404)
  assert.deepEqual(await home.stranger().get('/api/v1/instance/translation_languages'), {})
})
