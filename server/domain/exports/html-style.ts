/** How the pages of a copy look: plain, light or dark as the reader's system is, and fit to be printed. */
export const HTML_STYLE = `:root{color-scheme:light dark;--ground:#fbfaf8;--paper:#fff;--line:#dedbd5;--text:#1d2026;--soft:#555b66;--link:#005a8f}
@media (prefers-color-scheme:dark){:root{--ground:#15171b;--paper:#1c1f24;--line:#3a3e46;--text:#eeece8;--soft:#b4b8c0;--link:#7cc4f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-inline-size:42rem;margin-inline:auto;padding:1rem}
a{color:var(--link)}
h1{font-size:1.5rem;line-height:1.25;margin:0}
h2{font-size:1.125rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0}
img,video{max-inline-size:100%;block-size:auto;border-radius:.375rem}
audio{inline-size:100%}
.banner{inline-size:100%;max-block-size:14rem;object-fit:cover}
.face{inline-size:5rem;block-size:5rem;object-fit:cover}
.soft,.soft a{color:var(--soft)}
.soft{font-size:.875rem}
article{padding:1rem;margin-block:1rem;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
article:target{outline:2px solid var(--link)}
figure{margin:.75rem 0}
figcaption{color:var(--soft);font-size:.875rem}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1rem}
dt{color:var(--soft)}
dd{margin:0}
.months{columns:12rem;padding-inline-start:1.25rem}
.months li{padding-block:.25rem}
.pager{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;justify-content:space-between}
.pager a,summary{display:inline-block;padding-block:.25rem}
pre{overflow-x:auto}
blockquote{margin-inline:0;padding-inline-start:.875rem;border-inline-start:3px solid var(--line)}
.invisible{display:none}
.ellipsis::after{content:"…"}
@media print{article{break-inside:avoid;border:0}}
`
