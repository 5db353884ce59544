/** Hostile HTML: after the sanitizer a browser builds nothing but harmless elements, whatever the trick. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'
import { assertAllowed } from './allowed-html.ts'

const PLAIN = [
  '<script>alert(1)</script>',
  '<script src=https://evil.example/x.js></script>',
  '<SCRIPT>alert(1)</SCRIPT>',
  '<script\u0000>alert(1)</script>',
  '<script/xss src="x">',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<<script>alert(1);//<</script>',
  '<script>alert(1)',
  '<script ~~~>alert(0%0)</script ~~~>',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<img src=x:alert(alt) onerror=eval(src) alt=xss>',
  '<img/src/onerror=alert(1)>',
  '<img """><script>alert("x")</script>">',
  '<img alt="<script>alert(1)</script>">',
  '<img alt="</p><img src=x onerror=alert(1)>">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg/onload=alert(1)//',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"/></svg>',
  '<math href="javascript:alert(1)">CLICK</math>',
  '<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">x</maction></math>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="javascript:alert(1)">',
  '<applet code="x"></applet>',
  '<body onload=alert(1)>x</body>',
  '<html onclick=alert(1)>x</html>',
  '<form action="javascript:alert(1)"><input type=submit></form>',
  '<button formaction="javascript:alert(1)">x</button>',
  '<isindex action="javascript:alert(1)" type=image>',
  '<input onfocus=alert(1) autofocus>',
  '<select onfocus=alert(1) autofocus><option>x</option></select>',
  '<textarea onfocus=alert(1) autofocus></textarea>',
  '<video src=x onerror=alert(1)></video>',
  '<video><source onerror="alert(1)"></video>',
  '<audio src=x onerror=alert(1)></audio>',
  '<details open ontoggle=alert(1)>x</details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<keygen autofocus onfocus=alert(1)>',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<base href="https://evil.example/">',
  '<style>@import "https://evil.example/x.css"</style>',
  '<p style="background:url(javascript:alert(1))">x</p>',
  '<div style="position:fixed;inset:0">x</div>',
  '<frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>',
  '<template><img src=x onerror=alert(1)></template>',
  '<p id=cookie name=body>x</p>',
  '<form id=document><input name=getElementById></form>',
  '<portal src="https://evil.example/"></portal>',
  '<a href=https://a.example/ onmouseover=alert(1)>x</a>',
  '<a href="https://a.example/" style="display:block" target="_self" ping="https://evil.example/">x</a>',
  '<p/onclick=alert(1)>x',
  '<p\u00a0onclick=alert(1)>x',
  '<p class="a" class="b" onclick=alert(1)>x',
  '<a href="https://a.example/&quot; onclick=&quot;alert(1)">x</a>',
  '<span class="mention&quot; onclick=&quot;alert(1)">x</span>',
  '<ol start="1&quot; onclick=&quot;alert(1)">x</ol>',
]

const SCHEMES = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  '&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)',
  '&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:alert(1)',
  'javascript&colon;alert(1)',
  'java&Tab;script:alert(1)',
  'javascript://https://a.example/%0aalert(1)',
  'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
  'vbscript:msgbox(1)',
  'blob:https://a.example/1',
  'file:///etc/passwd',
  'ftp://a.example/',
  'https:\\\\evil.example@a.example',
  'https://user:secret@evil.example/',
  'feed:javascript:alert(1)',
  'view-source:https://a.example',
  '//evil.example/',
  'http://',
  'https://[::1',
]

/** Input that is harmless where it is first parsed and harmful where its result is parsed again. */
const MUTATIONS = [
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math><mtext><table><mglyph><style><math><img src onerror=alert(1)></style></table>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<svg><p><style><g title="</style><img src onerror=alert(1)>">',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<svg><foreignobject><p><style><!--</style><img src=x onerror=alert(1)>--></style></p></foreignobject></svg>',
  '<math><annotation-xml encoding="text/html"><style></annotation-xml><img src=x onerror=alert(1)></style>',
  '<math><mi><style><img src=x onerror=alert(1)></style></mi></math>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<noscript><style></noscript><img src=x onerror=alert(1)></style>',
  '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
  '<noframes><p title="</noframes><img src=x onerror=alert(1)>"></noframes>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
  '<title><p title="</title><img src=x onerror=alert(1)>">',
  '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
  '<iframe><p title="</iframe><img src=x onerror=alert(1)>">',
  '<style><p title="</style><img src=x onerror=alert(1)>">',
  '<plaintext><img src=x onerror=alert(1)>',
  '<listing>&lt;img onerror=alert(1) src=x&gt;</listing>',
  '<template><template><style></template></template><img src=x onerror=alert(1)></style>',
  '<select><style></select><img src=x onerror=alert(1)></style>',
  '<select><template><style><!--</template></select><img src=x onerror=alert(1)>',
  '<table><td><style></td><img src=x onerror=alert(1)></style></table>',
  '<p><svg><desc></p><style><img src=x onerror=alert(1)></style></desc></svg>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!-- --!><img src=x onerror=alert(1)> -->',
  '<!--- <img src=x onerror=alert(1)>',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]></svg>',
  '<?xml version="1.0"?><img src=x onerror=alert(1)>',
  '<![if IE]><img src=x onerror=alert(1)><![endif]>',
  '<a href="https://a.example/`onclick=alert(1)//">x</a>',
  '<b><p><a href="https://a.example/"><p></b><a href="https://b.example/">x',
  '<a href="https://a.example/"><b></a><p></b><i></p></a></i>x',
  '&lt;img src=x onerror=alert(1)&gt;',
  '&amp;lt;img src=x onerror=alert(1)&amp;gt;',
  '<pre>\n\n\n</pre><pre>\n&#10;x</pre>',
  '<ruby><rt><rt><rp><p><rt></ruby><rt>x',
  '<ul><p><li><ul></p></ul><li><p></li></ul>',
  '<li><ol><li></ol><p><li></p></li>',
  '<h1><h2><p></h1><h3></p></h2>',
  '<table><a href="https://a.example/"><tr><a href="https://b.example/"><td></a></table>',
  '<p><table><p></table></p></p>',
  '</p></br></b></a></li></ul>',
  '<br/><br></br><hr/><p/>x',
  '<del><ins><code><pre><p></code></del>x</pre>',
]

const TEXT_MARKS = ['alert(', 'onerror', 'evil.example/x']

function assertHarmless(html: string): void {
  const result = sanitizeHtml(html)
  assertAllowed(result)
  assert.equal(sanitizeHtml(result), result, `not stable: ${result}`)
  assert.doesNotMatch(result, /<[^>]*\son\w+=/i)
  assert.doesNotMatch(result, /<[^>]*javascript:/i)
}

describe('well-known attacks', () => {
  for (const html of PLAIN) test(JSON.stringify(html), () => assertHarmless(html))
})

describe('links to elsewhere than the web', () => {
  for (const target of SCHEMES) {
    test(JSON.stringify(target), () => {
      const html = `<a href="${target}">x</a>`
      assertHarmless(html)
      assert.equal(sanitizeHtml(html), 'x')
    })
  }
})

describe('attacks by parsing twice', () => {
  for (const html of MUTATIONS) test(JSON.stringify(html), () => assertHarmless(html))
})

test('what is dropped is not shown either', () => {
  const dropped = [
    'script',
    'style',
    'iframe',
    'noscript',
    'template',
    'svg',
    'math',
    'textarea',
    'select',
    'object',
  ]
  for (const name of dropped) {
    const html = `before<${name}>alert(1) onerror evil.example/x</${name}> after`
    assert.equal(sanitizeHtml(html), 'before after', name)
    assert.equal(htmlToPlainText(html), 'before after', name)
    for (const mark of TEXT_MARKS) assert.ok(!sanitizeHtml(html).includes(mark))
  }
})

/** A generator with a seed, so that a failure can be repeated (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const FRAGMENTS = [
  ...'p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp h1 h3 div table tr td svg math style script'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `<${name}>`, `</${name}>`]),
  ...'template noscript select option textarea title form button small font mtext mglyph foreignObject img hr body html'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `</${name}>`, `<${name}/>`]),
  '<a href="https://a.example/">',
  '<a href="javascript:x">',
  '<span class="mention x">',
  '<ol start=2>',
  '<li value=3>',
  'text',
  ' ',
  '\n',
  '\r\n',
  '&lt;',
  '&amp;',
  '&',
  '<',
  '>',
  '"',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '&#13;',
  '\u0000',
  '😀',
]

test('5,000 random tangles of tags are harmless, stable and read back as written', () => {
  for (let seed = 1; seed <= 5_000; seed += 1) {
    const below = random(seed)
    const length = 2 + below(40)
    let html = ''
    for (let count = 0; count < length; count += 1) html += FRAGMENTS[below(FRAGMENTS.length)] ?? ''
    try {
      assertHarmless(html)
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(html)}`, { cause: error })
    }
  }
})
