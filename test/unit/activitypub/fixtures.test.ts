/** Every document of the fixture catalogue, read as an inbox reads it. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parseActivityJson } from '../../../server/activitypub/json.ts'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { parseActivity } from '../../../server/activitypub/parse-activity.ts'
import type { ActivityFacts } from '../../../server/activitypub/parse-activity.ts'
import { parseActor } from '../../../server/activitypub/parse-actor.ts'
import { parsePost } from '../../../server/activitypub/parse-object.ts'
import type { PostFacts } from '../../../server/activitypub/parse-object.ts'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'
import {
  FIXTURES,
  FIXTURE_HOME,
  fixtureBytes,
  fixtureDocument,
  fixturesThat,
  placeFixture,
  withPublicKey,
} from '../../fixtures/index.ts'
import type { Fixture } from '../../fixtures/index.ts'

function readDocument(fixture: Fixture): JsonObject {
  const parsed = parseActivityJson(fixtureBytes(fixture.software, fixture.name))
  assert.ok(parsed.ok)
  return parsed.document
}

function readActivity(fixture: Fixture): ActivityFacts {
  const parsed = parseActivity(readDocument(fixture))
  assert.equal(parsed.outcome, 'activity')
  return parsed.activity
}

function followersOf(fixture: Fixture): string | null {
  const parsed = parseActor(fixtureDocument(fixture.software, 'actor'))
  assert.ok(parsed.ok)
  return parsed.actor.followers
}

function readPost(fixture: Fixture): { readonly activity: ActivityFacts; readonly post: PostFacts } {
  const activity = readActivity(fixture)
  assert.ok(activity.object)
  const parsed = parsePost(activity.object, {
    actorUri: activity.actorUri,
    followersUri: followersOf(fixture),
  })
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return { activity, post: parsed.post }
}

const title = (fixture: Fixture): string => `${fixture.software} ${fixture.name}`

describe('the catalogue', () => {
  test('names every document in the folders, each once', () => {
    const root = new URL('../../fixtures/', import.meta.url)
    const files = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((folder) => {
        const names = readdirSync(new URL(`${folder.name}/`, root))
        assert.ok(names.includes('SOURCE.md'), `${folder.name} names no source`)
        return names
          .filter((name) => name.endsWith('.json'))
          .map((name) => `${folder.name} ${name.slice(0, -5)}`)
      })
    assert.deepEqual(FIXTURES.map(title).toSorted(), files.toSorted())
  })

  test('can be moved to other hosts and signed with other keys', () => {
    const moved = placeFixture(fixtureDocument('wordpress', 'create-note'), {
      'wordpress.example': 'localhost:4443',
      [FIXTURE_HOME.actorUri]: 'https://ben.home.test/ap/actors/7',
    })
    assert.ok(JSON.stringify(moved).includes('https://localhost:4443/?author=1'))
    assert.ok(!JSON.stringify(moved).includes('wordpress.example'))
    assert.ok(JSON.stringify(moved).includes('"href":"https://ben.home.test/ap/actors/7"'))
    const actor = withPublicKey(fixtureDocument('hollo', 'actor'), 'PEM')
    assert.deepEqual(actor['publicKey'], {
      id: 'https://hollo.example/@jun#main-key',
      type: 'CryptographicKey',
      owner: 'https://hollo.example/@jun',
      publicKeyPem: 'PEM',
    })
  })
})

describe('actors', () => {
  for (const fixture of fixturesThat('actor')) {
    test(title(fixture), () => {
      const parsed = parseActor(readDocument(fixture))
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
      const { actor } = parsed
      assert.deepEqual(
        {
          what: 'actor',
          uri: actor.uri,
          kind: actor.kind,
          username: actor.username,
          displayName: actor.name,
          bio: htmlToPlainText(actor.summaryHtml),
          isLocked: actor.manuallyApprovesFollowers,
          keyId: actor.publicKeys[0]?.id,
          sharedInbox: actor.sharedInbox,
          followers: actor.followers,
          icon: actor.icon?.url ?? null,
          header: actor.image?.url ?? null,
          fields: actor.fields.map((field) => [field.name, htmlToPlainText(field.value)]),
        },
        fixture.expect,
      )
      assert.equal(actor.publicKeys.length, 1)
      assert.match(actor.publicKeys[0]?.pem ?? '', /^-----BEGIN PUBLIC KEY-----\n/)
      assert.equal(sanitizeHtml(actor.summaryHtml), actor.summaryHtml)
    })
  }
})

describe('posts', () => {
  for (const fixture of fixturesThat('post')) {
    test(title(fixture), () => {
      const { activity, post } = readPost(fixture)
      const { expect } = fixture
      assert.deepEqual(
        {
          what: 'post',
          activity: activity.type,
          actorUri: post.actorUri,
          uri: post.uri,
          kind: post.kind,
          text: htmlToPlainText(post.contentHtml),
          title: post.title,
          warning: post.summary,
          sensitive: post.sensitive,
          visibility: post.visibility,
          language: post.language,
          mentionsHome: post.mentions.some((mention) => mention.href === FIXTURE_HOME.actorUri),
          repliesToHome: post.inReplyTo === FIXTURE_HOME.postUri,
          quotesHome: post.quoteUri === FIXTURE_HOME.postUri,
          hashtags: post.hashtags.map((hashtag) => hashtag.name),
          emojis: post.emojis.map((emoji) => emoji.shortcode),
          media: post.attachments.map((attachment) => [attachment.kind, attachment.description]),
          poll: post.poll?.options.map((option) => [option.title, option.votes]) ?? null,
          isMultipleChoice: post.poll?.isMultiple ?? false,
          isEdited: post.updated !== null,
        },
        {
          title: null,
          warning: null,
          sensitive: false,
          visibility: 'public',
          language: null,
          mentionsHome: false,
          repliesToHome: false,
          quotesHome: false,
          hashtags: [],
          emojis: [],
          media: [],
          poll: null,
          isMultipleChoice: false,
          isEdited: false,
          ...withoutHolds(expect),
        },
      )
      for (const markup of expect.holds ?? []) assert.ok(post.contentHtml.includes(markup), post.contentHtml)
      assert.equal(post.actorUri, activity.actorUri)
      assert.equal(post.pollVote, null)
      assert.ok(post.published !== null)
      assert.equal(sanitizeHtml(post.contentHtml), post.contentHtml)
      for (const attachment of post.attachments) assert.equal(new URL(attachment.url).href, attachment.url)
    })
  }
})

function withoutHolds<T extends { readonly holds?: unknown }>(expect: T): Omit<T, 'holds'> {
  const { holds: _, ...rest } = expect
  return rest
}

describe('votes', () => {
  for (const fixture of fixturesThat('vote')) {
    test(title(fixture), () => {
      const activity = readActivity(fixture)
      assert.equal(activity.actorUri, fixture.expect.actorUri)
      const votes = activity.objects.map((object) => parsePost(object, { actorUri: activity.actorUri }))
      assert.deepEqual(
        votes.map((vote) => vote.ok && [vote.post.pollVote, vote.post.inReplyTo, vote.post.visibility]),
        fixture.expect.choices.map((choice) => [choice, FIXTURE_HOME.postUri, 'direct']),
      )
    })
  }
})

describe('other activities', () => {
  for (const fixture of fixturesThat('effect')) {
    test(title(fixture), () => {
      const activity = readActivity(fixture)
      const embedded = activity.object?.['type']
      assert.deepEqual(
        {
          what: 'effect',
          type: activity.type,
          actorUri: activity.actorUri,
          objectUri: activity.objectUri,
          ...(activity.content === null ? {} : { content: activity.content }),
          ...(activity.targetUri === null ? {} : { targetUri: activity.targetUri }),
          ...(embedded === undefined ? {} : { embedded }),
        },
        fixture.expect,
      )
    })
  }

  test('a complaint names the actor and the posts', () => {
    const flag = fixturesThat('effect').find((fixture) => fixture.name === 'flag')
    assert.ok(flag)
    assert.deepEqual(readActivity(flag).objectUris, [FIXTURE_HOME.actorUri, FIXTURE_HOME.postUri])
  })

  test('a custom emoji reaction brings its picture, also without an id', () => {
    const react = fixturesThat('effect').find((fixture) => fixture.name === 'emoji-react-custom')
    assert.ok(react)
    assert.deepEqual(readActivity(react).tag, [
      { type: 'Emoji', name: ':fox:', icon: { type: 'Image', url: 'https://pleroma.example/emoji/fox.png' } },
    ])
  })

  for (const fixture of fixturesThat('nothing')) {
    test(`${title(fixture)} is ignored`, () => {
      const parsed = parseActivity(readDocument(fixture))
      assert.equal(parsed.outcome, 'ignored')
      assert.equal(parsed.type, fixture.expect.type)
    })
  }
})
