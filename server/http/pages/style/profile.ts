/** Whose page it is: pictures, name, fields, figures, the tabs below, people in lists. */
export const PROFILE = `
.cover{inline-size:100%;block-size:auto;aspect-ratio:3/1;object-fit:cover;border-radius:.625rem;background:var(--sunken)}
.top{display:flex;align-items:flex-end;justify-content:space-between;gap:1rem;margin-block-start:.5rem}
.cover+.top{margin-block-start:-2.5rem;padding-inline-start:1rem}
.avatar{border-radius:50%;object-fit:cover;background:var(--sunken);flex:none}
.top .avatar{inline-size:6rem;block-size:6rem}
.cover+.top .avatar{border:.25rem solid var(--canvas);inline-size:6.5rem;block-size:6.5rem}
.name{margin-block-start:.75rem;font-size:1.75rem;line-height:2.25rem;letter-spacing:-.01em}
.name a{color:inherit;text-decoration:none}
.handle{color:var(--text-2);user-select:all;-webkit-user-select:all}
.badge{display:inline-block;margin-inline-start:.5rem;padding-inline:.5rem;border:1px solid var(--line);border-radius:.375rem;color:var(--text-2);font-size:.8125rem;line-height:1.25rem}
.bio{margin-block-start:.75rem}
.bio>*+*,.e-content>*+*{margin-block-start:.75rem}
.fields{margin-block-start:1rem;border:1px solid var(--line);border-radius:.625rem;background:var(--surface);overflow:hidden}
.fields div{display:grid;grid-template-columns:minmax(0,9rem) minmax(0,1fr);gap:1rem;padding:.5rem .875rem}
.fields div+div{border-block-start:1px solid var(--line)}
.fields dt{color:var(--text-2);font-size:.875rem}
.fields dd{font-size:.9375rem}
.sure{color:var(--ok);font-weight:600;font-size:.8125rem;white-space:nowrap}
.sure svg{inline-size:.875rem;block-size:.875rem;fill:none;stroke:currentColor;stroke-width:2.5;vertical-align:-.125em;margin-inline-end:.25rem}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-block-start:1rem;padding:0;list-style:none;color:var(--text-2);font-size:.9375rem}
.facts b{color:var(--text);font-weight:600;font-variant-numeric:tabular-nums}
.facts a{color:inherit;text-decoration:none}
.facts a:hover{text-decoration:underline}
.tabs{display:flex;flex-wrap:wrap;gap:0 1.5rem;margin-block-start:1.25rem;border-block-end:1px solid var(--line)}
.tabs a{display:inline-flex;align-items:center;min-block-size:2.75rem;border-block-end:2px solid transparent;margin-block-end:-1px;color:var(--text-2);text-decoration:none;font-weight:600}
.tabs a:hover{color:var(--text)}
.tabs [aria-current]{color:var(--text);border-block-end-color:var(--accent)}
.find{margin-block-start:1rem}
.small{display:flex;align-items:center;gap:.75rem;padding-block:1rem .25rem}
.small .who{flex:1}
.who{display:flex;align-items:center;gap:.75rem;min-inline-size:0;color:inherit;text-decoration:none}
.who .avatar{inline-size:2.5rem;block-size:2.5rem}
.who b,.who span{display:block;font-weight:600}
.who>span{min-inline-size:0;font-weight:400}
.who .at{color:var(--text-3);font-size:.8125rem;font-weight:400;line-height:1.125rem}
.who:hover b{text-decoration:underline}
.back{margin-block:.5rem .75rem;font-size:.875rem}
.back a{color:var(--text-2)}
.top-line{margin-block:.5rem .75rem}
.people{list-style:none;padding:0}
.people li{padding-block:.75rem;border-block-end:1px solid var(--line)}
.people .who .avatar{inline-size:3rem;block-size:3rem}
@media(max-width:30rem){.cover{border-radius:0;inline-size:calc(100% + 2rem);max-inline-size:none;margin-inline:-1rem}.fields div{grid-template-columns:minmax(0,1fr);gap:0}.name{font-size:1.5rem;line-height:2rem}}
`
