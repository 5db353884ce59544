/** What clients really send as `Accept`, and whether they want the object rather than the page. */
export const ACCEPTS: ReadonlyArray<
  readonly [who: string, accept: string | undefined, wantsObject: boolean]
> = [
  ['Mastodon', 'application/activity+json, application/ld+json', true],
  [
    'Misskey',
    'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    true,
  ],
  [
    'GoToSocial',
    'application/activity+json,application/ld+json;profile="https://www.w3.org/ns/activitystreams",application/json',
    true,
  ],
  ['Lemmy', 'application/activity+json', true],
  [
    'Pixelfed',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json',
    true,
  ],
  [
    'a browser',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
    false,
  ],
  ['another browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['curl', '*/*', false],
  [
    'a feed reader',
    'application/atom+xml,application/rss+xml;q=0.9,application/xml;q=0.8,text/xml;q=0.7,text/html;q=0.5,*/*;q=0.1',
    false,
  ],
  ['a program that says nothing', undefined, false],
]
