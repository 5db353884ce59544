/** The languages that a post can be marked with, by their shortest tags, named in English. */

/** ISO 639-1, and what is widely spoken or written without a tag there. */
const TAGS =
  `aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cv cy da de dv dz ee el en
  eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
  kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv
  ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
  tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ast chr ckb cnr csb fil gsw hsb jbo kab kmr ldn lfn
  moh nds pdc sco sma smj szl tok vai zba zgh zh-CN zh-HK zh-TW`
    .trim()
    .split(/\s+/)

export interface KnownLanguage {
  readonly code: string
  readonly name: string
}

/** By their names; a tag that nothing here can name is left out. */
export function listKnownLanguages(): KnownLanguage[] {
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })
  return TAGS.flatMap((code) => {
    const name = names.of(code)
    return name === undefined ? [] : [{ code, name }]
  }).toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}
