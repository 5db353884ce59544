/**
 * The one style sheet of all public pages. It stands in the page itself: whoever follows a link to one post waits for one
 * answer, and a page that something keeps is never without its look. Sides are inline and block, sizes in rem.
 */
import { createHash } from 'node:crypto'
import { FRAME } from './frame.ts'
import { POSTS } from './posts.ts'
import { PROFILE } from './profile.ts'
import { DARK, LIGHT, colours } from './tokens.ts'

const THEMES = `
:root{color-scheme:light dark;${colours(LIGHT)}}
@media(prefers-color-scheme:dark){:root{${colours(DARK)}}}
@media(prefers-contrast:more){:root{--line:var(--control-edge);--text-2:var(--text);--text-3:var(--text)}}
`

const PRINT = `
@media print{
:root{color-scheme:light;${colours(LIGHT)}}
.skip,.tabs,.pager,.site,.act,.find,form{display:none!important}
body,.post,.quote,.card{background:none}
details>summary{list-style:none}
details::details-content{content-visibility:visible;block-size:auto}
.post,figure,.card{break-inside:avoid}
.e-content a[href^="http"]:not(.mention,.hashtag)::after{content:" (" attr(href) ")";font-size:.8125rem;color:var(--text-2)}
}
`

const REST = `
@media(prefers-reduced-motion:reduce){*,::before,::after{transition:none!important;animation:none!important;scroll-behavior:auto!important}}
@media(forced-colors:active){.button,.alt>summary,.tabs [aria-current],.avatar,.cover{border:1px solid}.tabs [aria-current]{text-decoration:underline}.bar rect{fill:Highlight;forced-color-adjust:none}.bar .rail{fill:Canvas;stroke:CanvasText}}
`

/** Blanks that only readers of this file need. */
const squeezed = (css: string): string =>
  css
    .replace(/\n+/g, '')
    .replace(/\s*([{};,])\s*/g, '$1')
    .replace(/;\}/g, '}')

export const STYLE = squeezed(THEMES + FRAME + PROFILE + POSTS + REST + PRINT)

/** For the content policy: this sheet and no other. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`
