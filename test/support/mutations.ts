/** Documents made wrong in every way that JSON allows, from a seed, so that a failure can be repeated. */

export type Random = (below: number) => number

/** @param seed  the same gives the same (mulberry32) */
export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Holder = Record<string, unknown>
interface Place {
  readonly holder: Holder
  readonly key: string
}

const ODD_TEXTS = [
  '',
  ' ',
  'null',
  'undefined',
  '\u0000',
  '\ud800',
  '\u202e\u2066text',
  'a\u0300'.repeat(500),
  '<p>&lt;b&gt;&amp;amp;</p>',
  '<'.repeat(2_000),
  '&#x0;&#xd800;&nbsp',
  '@'.repeat(300),
  '#'.repeat(300),
  ':'.repeat(300),
  'https://',
  'http://friend.example/insecure',
  'https://friend.example/',
  'https://home.example/ap/posts/1',
  'https://home.example/ap/actors/1',
  'https://user:pass@friend.example/',
  'https://friend.example:99999/',
  `https://friend.example/${'x'.repeat(3_000)}`,
  'acct:friend@friend.example',
  'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  'as:Public',
  'Public',
  '2026-02-30T25:61:61Z',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  'P99999999Y',
  'PT1e308S',
  'image/svg+xml',
  'zz-Latn-XX-u-ca-invalid-x-y',
]
const ODD_NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324]

/** One to six changes anywhere but at the top-level keys that are `kept`. */
export function mutated<T extends object>(document: T, random: Random, kept: readonly string[] = []): T {
  const copy = structuredClone(document)
  for (let changes = 1 + random(6); changes > 0; changes -= 1) {
    const places = placesOf(copy as Holder, kept)
    const place = places[random(places.length)]
    if (place !== undefined) change(place, random, places)
  }
  return copy
}

function placesOf(root: Holder, kept: readonly string[]): Place[] {
  const places: Place[] = []
  const walk = (holder: Holder, isRoot: boolean): void => {
    for (const key of Object.keys(holder)) {
      if (isRoot && kept.includes(key)) continue
      places.push({ holder, key })
      const value = holder[key]
      if (typeof value === 'object' && value !== null && places.length < 2_000) walk(value as Holder, false)
    }
  }
  walk(root, true)
  return places
}

function change({ holder, key }: Place, random: Random, places: readonly Place[]): void {
  const value = holder[key]
  const changes: (() => void)[] = [
    () => void delete holder[key],
    () => void (holder[key] = null),
    () => void (holder[key] = random(2) === 0),
    () => void (holder[key] = ODD_NUMBERS[random(ODD_NUMBERS.length)]),
    () => void (holder[key] = ODD_TEXTS[random(ODD_TEXTS.length)]),
    () => void (holder[key] = ODD_TEXTS[random(ODD_TEXTS.length)]),
    () => void (holder[key] = []),
    () => void (holder[key] = {}),
    () => void (holder[key] = [value]),
    () => void (holder[key] = [value, value, null, 1, 'x']),
    () => void (holder[key] = { '@value': value, '@language': 'en' }),
    () => void (holder[key] = { id: value, type: value }),
    () => void (holder[key] = Array.from({ length: random(200) }, () => value)),
    () => void (holder[key] = nested(value, random(28))),
    () => void (holder[key] = String(value).repeat(1 + random(40))),
    () => void (holder[`${key} `] = value),
    () => void (holder[key.toUpperCase()] = value),
    () => {
      const other = places[random(places.length)]
      if (other !== undefined) holder[key] = structuredClone(other.holder[other.key])
    },
  ]
  changes[random(changes.length)]?.()
}

function nested(value: unknown, levels: number): unknown {
  let nest = value
  for (let level = 0; level < levels; level += 1) nest = level % 2 === 0 ? [nest] : { object: nest }
  return nest
}
