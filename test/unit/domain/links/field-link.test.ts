import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkShowingHost, soleLinkOf } from '../../../../server/domain/links/field-link.ts'
import { sanitizeHtml } from '../../../../server/domain/text/sanitize-html.ts'

test('only a field that is one https link, and nothing else, stands for that link', () => {
  const cases: ReadonlyArray<readonly [html: string, link: string | null]> = [
    ['<a href="https://ana.example">my site</a>', 'https://ana.example/'],
    [' <p><a href="https://ana.example/x"><span>ana</span></a></p> ', 'https://ana.example/x'],
    ['see <a href="https://ana.example">this</a>', null],
    ['<a href="https://ana.example">a</a><a href="https://bank.example">b</a>', null],
    ['<a href="http://ana.example">plain</a>', null],
    ['<a href="javascript:alert(1)">x</a>', null],
    ['<a href="https://me:pw@ana.example/">x</a>', null],
    ['ana.example', null],
    ['', null],
  ]
  for (const [html, link] of cases) assert.equal(soleLinkOf(html), link, html)
})

test('a link that can be relied on is made from its address, with the whole host in sight', () => {
  const host = `${'long.'.repeat(20)}example`
  const html = linkShowingHost(`https://${host}/a/path?b=1`)
  assert.ok(html.includes(`<span class="ellipsis">${host}</span>`), html)
  assert.ok(linkShowingHost('https://bücher.example/').includes('>xn--bcher-kva.example</span>'))
  const stable = sanitizeHtml(html)
  assert.equal(sanitizeHtml(stable), stable)
  assert.equal(
    stable,
    html.replace(/ rel="[^"]*" target="_blank"/, ' rel="nofollow noopener noreferrer" target="_blank"'),
  )
})
