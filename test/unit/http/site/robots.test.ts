/** What crawlers make of robots.txt: a parser of others is the judge. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import robots from 'robots-parser'
import { AI_CRAWLERS } from '../../../../server/http/site/ai-crawlers.ts'
import { type RobotRules, robotsText } from '../../../../server/http/site/robots.ts'

// Its types say `default`, its code does not.
const robotsParser = robots as unknown as typeof robots.default

const HOME = 'https://home.example'
const RULES: RobotRules = { deniesAiCrawlers: true, deniedAgents: [], sitemapUrl: null }

function read(rules: Partial<RobotRules> = {}) {
  const parsed = robotsParser(`${HOME}/robots.txt`, robotsText({ ...RULES, ...rules }))
  return {
    allows: (agent: string, path: string) => parsed.isAllowed(`${HOME}${path}`, agent),
    sitemaps: parsed.getSitemaps(),
  }
}

test('pages, feeds and own media are open to search; what is for programs is not', () => {
  const { allows } = read()
  for (const path of [
    '/',
    '/@ana',
    '/@ana/1',
    '/@ana.rss',
    '/tags/bees',
    '/media/ab/cd.webp',
    '/robots.txt',
  ]) {
    assert.equal(allows('Googlebot', path), true, path)
  }
  for (const path of [
    '/api/v1/instance',
    '/ap/posts/1',
    '/oauth/authorize',
    '/proxy/avatar/1/x',
    '/@ana/search?q=x',
  ]) {
    assert.equal(allows('Googlebot', path), false, path)
  }
})

test('crawlers that train models are asked to stay away, unless the owner lets them in', () => {
  assert.ok(AI_CRAWLERS.length > 50)
  assert.equal(new Set(AI_CRAWLERS.map((name) => name.toLowerCase())).size, AI_CRAWLERS.length)
  for (const agent of AI_CRAWLERS) {
    assert.equal(read().allows(agent, '/@ana'), false, agent)
    assert.equal(read({ deniesAiCrawlers: false }).allows(agent, '/@ana'), true, agent)
  }
  for (const agent of [
    'Googlebot',
    'bingbot',
    'DuckDuckBot',
    'Applebot',
    'facebookexternalhit',
    'Twitterbot',
  ]) {
    assert.equal(read().allows(agent, '/@ana'), true, agent)
  }
})

test('the owner names further ones, each once', () => {
  const rules = { deniedAgents: ['NosyBot', 'gptbot'] }
  assert.equal(read(rules).allows('NosyBot', '/@ana'), false)
  assert.equal(read({ ...rules, deniesAiCrawlers: false }).allows('GPTBot/1.0', '/@ana'), false)
  assert.equal(robotsText({ ...RULES, ...rules }).match(/^User-agent: gptbot$/gim)?.length, 1)
})

test('a sitemap is named where there is one', () => {
  assert.deepEqual(read().sitemaps, [])
  assert.deepEqual(read({ sitemapUrl: `${HOME}/sitemap.xml` }).sitemaps, [`${HOME}/sitemap.xml`])
})
