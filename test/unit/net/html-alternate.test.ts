/** The ActivityPub alternate of an HTML page: found where it stands, and nowhere else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findActivityAlternate } from '../../../server/net/html-alternate.ts'

const LINK = '<link rel="alternate" type="application/activity+json" href="/ap/1?a=1&amp;b=2">'

test('the first ActivityPub link of the head is found', () => {
  const page = `<!doctype html><html><head><title>x</title>
    <link rel="alternate" type="application/rss+xml" href="/feed">
    <link rel="stylesheet" type="application/activity+json" href="/no">${LINK}
    <link rel="alternate" type="application/activity+json" href="/second"></head><body></body></html>`
  assert.equal(findActivityAlternate(page), '/ap/1?a=1&b=2')
})

test('the long spelling of the type, other relations beside it and capitals are understood', () => {
  const page = `<LINK REL="me Alternate" HREF=/ap/1 TYPE='application/ld+json; profile="https://www.w3.org/ns/activitystreams"'>`
  assert.equal(findActivityAlternate(page), '/ap/1')
})

test('what only looks like a link is none', () => {
  for (const page of [
    `<script>document.write('${LINK}')</script>`,
    `<style>${LINK}</style>`,
    `<title>${LINK}</title>`,
    `<textarea>${LINK}</textarea>`,
    `<!-- ${LINK} -->`,
    `<noframes>${LINK}</noframes>`,
    `<a title='${LINK}'>`,
    `<plaintext>${LINK}`,
    `<head></head><body>${LINK}</body>`,
    LINK.replaceAll('<', '&lt;'),
    '',
  ]) {
    assert.equal(findActivityAlternate(page), undefined, page)
  }
})

test('elements with the names of object members are elements like others', () => {
  assert.equal(findActivityAlternate(`<constructor><tostring><__proto__>${LINK}`), '/ap/1?a=1&b=2')
})

test('a link is found although the page is read in steps', () => {
  for (let padding = 4000; padding < 4200; padding += 7) {
    assert.equal(findActivityAlternate(`<meta content="${'x'.repeat(padding)}">${LINK}`), '/ap/1?a=1&b=2')
  }
})

test('a tag with more attributes than any honest one ends the search', () => {
  const attributes = Array.from({ length: 20_000 }, (_, index) => `a${index}`).join(' ')
  assert.equal(findActivityAlternate(`<a ${attributes}>${LINK}`), undefined)
})
