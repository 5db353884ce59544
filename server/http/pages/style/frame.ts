/** Ground, type, the line on top and at the bottom, buttons, fields, messages. */
export const FRAME = `
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;min-block-size:100vh;min-block-size:100dvh;display:flex;flex-direction:column;background:var(--canvas);color:var(--text);font:400 1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic","Helvetica Neue",sans-serif;overflow-wrap:anywhere;text-rendering:optimizeLegibility}
h1,h2,h3,p,dl,dd,ul,ol,figure,blockquote{margin:0}
h1{font-size:1.25rem;line-height:1.75rem;font-weight:600;text-wrap:balance}
h2{font-size:1rem;font-weight:600;line-height:1.5rem}
img,video{display:block;max-inline-size:100%}
a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:.06em;transition:color 120ms ease-out}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:.25rem}
.hidden,.skip:not(:focus){position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:focus{position:fixed;inset-block-start:.5rem;inset-inline-start:.5rem;z-index:9;padding:.5rem 1rem;background:var(--surface);border:1px solid var(--control-edge);border-radius:.375rem}
.site,.end,main{inline-size:100%;max-inline-size:42rem;margin-inline:auto;padding-inline:1rem}
.site{display:flex;align-items:center;gap:.5rem;padding-block:.75rem;min-block-size:3rem;font-weight:600}
.site a{color:var(--text);text-decoration:none;display:inline-flex;align-items:center;gap:.5rem;min-block-size:1.5rem}
.site a:hover{text-decoration:underline}
.bird{inline-size:1.375rem;block-size:1.375rem;fill:var(--accent);flex:none}
main{flex:1;padding-block-end:2rem;min-inline-size:0}
.end nav{padding-block:1.5rem 2rem;border-block-start:1px solid var(--line)}
.end{color:var(--text-3);font-size:.8125rem;line-height:1.5rem}
.end ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.end a{color:var(--text-2)}
.meta{color:var(--text-3);font-size:.8125rem;line-height:1.25rem}
.meta a{color:inherit;text-decoration:none}
.meta a:hover{text-decoration:underline}
.emoji{display:inline-block;inline-size:auto;max-inline-size:4em;block-size:1.25em;object-fit:contain;vertical-align:-.25em}
.button{display:inline-flex;align-items:center;justify-content:center;min-block-size:2.25rem;padding:.25rem 1.125rem;border:1px solid var(--accent);border-radius:.375rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;font-size:.9375rem;line-height:1.5rem;text-decoration:none;cursor:pointer;white-space:nowrap}
.button:hover{text-decoration:underline}
.button.plain{background:none;color:var(--accent)}
.note,.sheet{margin-block-start:1rem;padding:1.25rem;background:var(--surface);border:1px solid var(--line);border-radius:.625rem}
.note{padding:.75rem 1rem;background:var(--accent-soft);border-color:transparent}
.sheet>*+*{margin-block-start:.75rem}
.sheet h1{font-size:1.5rem;line-height:2rem}
.sheet h2{margin-block-start:1.5rem}
.sheet ul,.sheet ol{padding-inline-start:1.25rem}
.prose>*+*{margin-block-start:.75rem}
form label{display:block;font-weight:600;margin-block-end:.25rem}
input[type=text],input[type=search]{inline-size:100%;min-block-size:2.25rem;padding:.25rem .75rem;border:1px solid var(--control-edge);border-radius:.375rem;background:var(--surface);color:var(--text);font:inherit}
input::placeholder{color:var(--text-3);opacity:1}
.row{display:flex;flex-wrap:wrap;gap:.5rem}
.row>input{flex:1 1 9rem;inline-size:auto;min-inline-size:0}
.wrong{color:var(--text);border-inline-start:3px solid var(--control-edge);padding-inline-start:.75rem}
.empty{padding-block:2rem;color:var(--text-2);text-align:center}
.code{font-family:ui-monospace,"SF Mono","Cascadia Code","Noto Sans Mono","DejaVu Sans Mono",monospace;font-size:.9375rem;user-select:all;-webkit-user-select:all}
.pager{display:flex;justify-content:space-between;gap:1rem;padding-block:1.25rem;border-block-start:1px solid var(--line);font-weight:600}
.pager a{display:inline-flex;align-items:center;min-block-size:2.25rem}
.pager [rel=next]{margin-inline-start:auto}
@media(min-width:45rem){.site,main{padding-inline:1.5rem}.end{padding-inline:1.5rem}}
`
