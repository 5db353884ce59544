/** Posts and all that hangs on them. */
const FOCUS_STEPS = 11

/** Where a picture that is cut keeps what matters: the content policy forbids a style of its own. */
const FOCUS = Array.from(
  { length: FOCUS_STEPS },
  (_, step) => `.fx${step}{--fx:${step * 10}%}.fy${step}{--fy:${step * 10}%}`,
).join('')

export const POSTS = `
.post{padding-block:1.25rem;border-block-end:1px solid var(--line)}
.list>.post:last-child{border-block-end:0}
.list+.pager{margin-block-start:0}
.post>*+*,.boosted>*+*,.cw>*+*{margin-block-start:.625rem}
.post>.who,.boosted>.who{margin-block-end:.625rem}
.mark{display:flex;gap:.5rem;color:var(--text-2);font-size:.8125rem;line-height:1.25rem}
.mark span{min-inline-size:0}
.mark time{color:var(--text-3)}
.mark svg{inline-size:1rem;block-size:1.25rem;fill:none;stroke:currentColor;stroke-width:2;flex:none}
.mark a{color:inherit}
.section{margin-block-start:1.25rem;font-size:.8125rem;color:var(--text-3)}
.e-content ul,.e-content ol{padding-inline-start:1.5rem}
.e-content blockquote{margin-block:.75rem;padding-inline-start:.875rem;border-inline-start:3px solid var(--line);color:var(--text-2)}
.quoting .quote-inline{display:none}.quoting .quote-inline+*{margin-block-start:0}.e-content p,.e-content li,.bio p{unicode-bidi:plaintext}
.e-content pre{overflow-x:auto;padding:.75rem;background:var(--sunken);border-radius:.375rem;font-size:.875rem}
.e-content code{font-size:.9em}
.e-content h1,.e-content h2,.e-content h3,.e-content h4,.e-content h5,.e-content h6{font-size:1.0625rem;line-height:1.5rem;font-weight:600;margin-block:.75rem .25rem}
.e-content .mention,.e-content .hashtag{text-decoration-color:var(--control-edge)}
.invisible{font-size:0;line-height:0;display:inline-block;inline-size:0;block-size:0;position:absolute}
.ellipsis::after{content:"…"}
.main .e-content{font-size:1.1875rem;line-height:1.75rem}
.main{padding-block-end:1rem}
.main>.meta{font-size:.875rem;line-height:1.375rem}
.tally{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:.75rem 0 0;border-block-start:1px solid var(--line);list-style:none;color:var(--text-2);font-size:.9375rem}
.tally b{color:var(--text);font-variant-numeric:tabular-nums}
.tally a{color:inherit;text-decoration:none}
.tally a:hover{text-decoration:underline}
.thread .post{position:relative}
.above .post,.below .post{padding-block:1rem}
.below .post{border-block-end:0}
.below .post:not(.deep,:first-of-type){border-block-start:1px solid var(--line)}
.below .deep{margin-block-end:.5rem;padding-block:.5rem}
.above .post{border-block-end:0;padding-block-end:.25rem}
.above .post>*:not(.who,.mark){margin-inline-start:3.25rem}
.above .post::after{content:"";position:absolute;inset-block:4rem -.5rem;inset-inline-start:1.25rem;inline-size:2px;margin-inline-start:-1px;background:var(--line)}
.deep{margin-inline-start:clamp(0rem,calc(var(--deep)*3vw),calc(var(--deep)*1.25rem));padding-inline-start:.875rem;border-inline-start:2px solid var(--line)}
.d1{--deep:1}.d2{--deep:2}.d3{--deep:3}.d4{--deep:4}
.cw>summary,.veil>summary{display:flex;align-items:center;gap:.75rem;justify-content:space-between;padding:.625rem .875rem;background:var(--sunken);border:1px solid var(--line);border-radius:.625rem;cursor:pointer;list-style:none;min-block-size:2.75rem}
.cw>summary::-webkit-details-marker,.veil>summary::-webkit-details-marker,.alt>summary::-webkit-details-marker{display:none}
.cw>summary bdi{font-weight:600}
.cw>summary::after,.veil>summary::after{content:attr(data-show);color:var(--accent);font-weight:600;font-size:.875rem;flex:none}
.cw[open]>summary::after,.veil[open]>summary::after{content:attr(data-hide)}
.veil:not([open])>summary{min-block-size:10rem;flex-direction:column;justify-content:center;gap:.25rem;text-align:center;color:var(--text-2)}
.veil[open]>summary{margin-block-end:.5rem}
.media{display:grid;gap:.5rem}
.media.m2,.media.m3,.media.m4{grid-template-columns:repeat(2,minmax(0,1fr))}
.shot{position:relative;min-inline-size:0}
.shot>a{display:block;border-radius:.625rem}
.shot img,.shot video{border-radius:.625rem;background:var(--sunken)}
.m1 .shot img{inline-size:100%;block-size:auto;max-block-size:34rem;object-fit:contain}
.m1 .shot>a{background:var(--sunken)}
.m2 .shot img,.m3 .shot img,.m4 .shot img{inline-size:100%;block-size:100%;aspect-ratio:1/1;object-fit:cover;object-position:var(--fx,50%) var(--fy,50%)}
.m3 .shot:first-child{grid-row:span 2}
.m3 .shot:first-child img{aspect-ratio:auto;position:absolute;inset:0}
.shot video{inline-size:100%;block-size:auto;max-block-size:34rem}
.shot audio{inline-size:100%;display:block}
.clip{grid-column:1/-1}
.alt{position:absolute;inset-block-end:.5rem;inset-inline-start:.5rem;max-inline-size:calc(100% - 1rem);font-size:.875rem;line-height:1.25rem}
.alt>summary{display:inline-block;list-style:none;padding:.125rem .5rem;min-block-size:1.5rem;background:var(--surface);color:var(--text);border-radius:.375rem;font-weight:600;font-size:.75rem;cursor:pointer;box-shadow:0 0 0 1px var(--line)}
.alt[open]{background:var(--surface);border-radius:.375rem;box-shadow:0 0 0 1px var(--line);max-block-size:calc(100% - 1rem);overflow:auto}
.alt[open]>summary{box-shadow:none}
.alt p{padding:0 .625rem .5rem;white-space:pre-wrap}
.clip .alt{position:static;margin-block-start:.375rem;max-inline-size:100%}
.file{display:inline-flex;min-block-size:2.25rem;align-items:center}
.poll{list-style:none;padding:0}
.poll li{padding-block:.25rem}
.poll div{display:flex;justify-content:space-between;gap:1rem}
.poll span{color:var(--text-2);font-variant-numeric:tabular-nums;flex:none}
.bar{display:block;inline-size:100%;block-size:.5rem;margin-block:.25rem}
.bar .rail{fill:var(--sunken)}
.bar rect{fill:var(--text-3)}
.bar .best{fill:var(--accent)}
.quote{border:1px solid var(--line);border-radius:.625rem;padding:.875rem;background:var(--surface)}
.quote>*+*{margin-block-start:.5rem}
.quote .who .avatar{inline-size:1.75rem;block-size:1.75rem}
.quote.none{color:var(--text-2);background:none}
.card{display:flex;min-block-size:5rem;border:1px solid var(--line);border-radius:.625rem;background:var(--surface);color:inherit;text-decoration:none;overflow:hidden}
.card img{inline-size:7.5rem;block-size:auto;object-fit:cover;flex:none;background:var(--sunken)}
.card>span{padding:.625rem .875rem;min-inline-size:0;align-self:center}
.card b,.card i,.card small{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;font-style:normal;line-height:1.375rem}
.card b{font-weight:600}
.card i{color:var(--text-2);font-size:.875rem;line-height:1.25rem}
.card small{color:var(--text-3);font-size:.8125rem}
.card:hover b{text-decoration:underline}
.wide{flex-direction:column}
.wide img{inline-size:100%;block-size:auto;aspect-ratio:1.91/1}
.wide>span{align-self:stretch}
.gallery{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.375rem;padding:1rem 0;list-style:none}
.gallery a{display:block;position:relative;text-decoration:none;border-radius:.375rem}
.gallery img,.gallery .tile{inline-size:100%;block-size:auto;aspect-ratio:1/1;object-fit:cover;object-position:var(--fx,50%) var(--fy,50%);border-radius:.375rem;background:var(--sunken)}
.gallery .tile{display:flex;align-items:center;justify-content:center;padding:.5rem;color:var(--text-2);font-size:.875rem;text-align:center;border:1px solid var(--line)}
.gallery .kind{position:absolute;inset-block-end:.375rem;inset-inline-start:.375rem;padding-inline:.375rem;background:var(--surface);color:var(--text);border-radius:.25rem;font-size:.75rem;font-weight:600}
@media(max-width:30rem){.above .post>*:not(.who,.mark){margin-inline-start:0}.above .post::after{content:none}.card img{inline-size:5.5rem}.wide img{inline-size:100%}.main .e-content{font-size:1.125rem}}
${FOCUS}
`
