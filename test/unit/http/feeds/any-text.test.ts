/** Whatever people write: feeds stay well formed, keep their shape, and are read by a feed library of others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAtomFeed, parseRssFeed } from 'feedsmith'
import { SaxesParser } from 'saxes'
import type { Status } from '../../../../server/contracts/status.ts'
import { sanitizeHtml } from '../../../../server/domain/text/sanitize-html.ts'
import { atomDocument } from '../../../../server/http/feeds/atom.ts'
import { authorFrom, itemFromStatus } from '../../../../server/http/feeds/feed-items.ts'
import type { Feed } from '../../../../server/http/feeds/feed.ts'
import { jsonFeed } from '../../../../server/http/feeds/json-feed.ts'
import { rssDocument } from '../../../../server/http/feeds/rss.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

const ROUNDS = 300

/** Always the same: a failure can be seen again. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

const PIECES = [
  '<',
  '>',
  '&',
  '"',
  "'",
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '</item>',
  '</entry>',
  '&#x0;',
  '&amp;',
  '&nbsp;',

  '\u0000',
  '\u0008',
  '\u001F',
  '\uFFFE',
  '\uFFFF',
  '\uD800',
  '\uDC00',
  '\r',
  '\n',
  '\t',
  '\u0085',
  '\u2028',

  '\u202E',
  '\u2066',
  'עברית',
  'العربية',
  '日本語',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  ':blob:',
  'word ',
  '%s',
  '\\u0000',
  '${x}',
]

function textOf(roll: (below: number) => number): string {
  return Array.from({ length: roll(12) }, () => PIECES[roll(PIECES.length)] ?? '').join('')
}

function statusFrom(roll: (below: number) => number): Status {
  const text = (): string => textOf(roll)
  const title = text()
  return statusOf(String(roll(1_000)), {
    account: accountOf('ana', { display_name: text() }),
    content: sanitizeHtml(
      `<p>${text()}</p><a href="https://a.example/${encodeURIComponent('é')}">${text()}</a>`,
    ),
    spoiler_text: roll(2) === 0 ? '' : text(),
    sensitive: roll(2) === 0,
    tags: [{ name: text(), url: 'https://home.example/tags/x' }],
    emojis: [
      {
        shortcode: 'blob',
        url: 'https://a.example/b.png',
        static_url: '',
        visible_in_picker: false,
        category: null,
      },
    ],
    media_attachments: [
      {
        id: '9',
        type: 'image',
        url: 'https://home.example/media/9.webp?a=1&b=2',
        preview_url: 'https://home.example/media/9.webp',
        remote_url: null,
        preview_remote_url: null,
        text_url: null,
        meta: null,
        description: text(),
        blurhash: null,
      },
    ],
    poll: {
      id: '7',
      expires_at: null,
      expired: false,
      multiple: false,
      votes_count: 0,
      voters_count: 0,
      options: [{ title, votes_count: 0 }],
      emojis: [],
    },
  })
}

function feedFrom(roll: (below: number) => number): Feed {
  const account = accountOf('ana', { display_name: textOf(roll) })
  const files = new Map([['9', { mediaType: 'image/webp', bytes: 1 }]])
  return {
    title: `t${textOf(roll)}`,
    description: textOf(roll),
    pageUrl: 'https://home.example/@ana',
    urls: { rss: 'https://home.example/r', atom: 'https://home.example/a', json: 'https://home.example/j' },
    author: authorFrom(account),
    language: 'en',
    changedAt: new Date(),
    items: [statusFrom(roll), statusFrom(roll)].map((status) => itemFromStatus(status, files)),
  }
}

/** The names of the elements, in order. Throws for what is not well formed. */
function elementsOf(document: string): string[] {
  const names: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name }) => names.push(name))
  parser.write(document).close()
  return names
}

test('no text breaks a feed, or adds to it', () => {
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const feed = feedFrom(dice(seed))
    const told = `seed ${seed}`
    const rss = rssDocument(feed)
    assert.equal(elementsOf(rss).filter((name) => name === 'item').length, 2, told)
    assert.equal(parseRssFeed(rss).items?.length, 2, told)
    const atom = atomDocument(feed)
    assert.equal(elementsOf(atom).filter((name) => name === 'entry').length, 2, told)
    assert.equal(parseAtomFeed(atom).entries?.length, 2, told)
    assert.ok(JSON.stringify(jsonFeed(feed)).isWellFormed(), told)
  }
})

test('what a feed reader shows is what the sanitizer let through', () => {
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    for (const { html } of feedFrom(dice(seed)).items) {
      assert.doesNotMatch(
        html,
        /<(?!\/?(?:p|a|br|hr|strong|ul|li|img|span)\b)[a-z!/]/i,
        `seed ${seed}: ${html}`,
      )
    }
  }
})
