/**
 * What the public pages say, in one place. They are in English for everybody: a page that is kept for all readers cannot
 * depend on the language that one of them asks for.
 */
const LOCALE = 'en-GB'
const PAGES_LANGUAGE = 'en'

const numbers = new Intl.NumberFormat(LOCALE)
const shortNumbers = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 })
const plurals = new Intl.PluralRules(LOCALE)
const months = new Intl.DateTimeFormat(LOCALE, { month: 'long', year: 'numeric', timeZone: 'UTC' })
const days = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeZone: 'UTC' })
const moments = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

const SHORT_FROM = 10_000

/** `12,345` is told as `12.3K`. */
export const numberWord = (count: number): string =>
  count < SHORT_FROM ? numbers.format(count) : shortNumbers.format(count)

export const monthWord = (moment: string): string => months.format(new Date(moment))
export const dayWord = (moment: string): string => days.format(new Date(moment))
/** To the minute; readers are everywhere, so the zone is named. */
export const momentWord = (moment: string): string => `${moments.format(new Date(moment))} UTC`

const plural =
  (one: string, other: string) =>
  (count: number): string =>
    plurals.select(count) === 'one' ? one : other

export const WORDS = {
  language: PAGES_LANGUAGE,
  skip: 'Skip to content',
  software: 'Homebird',
  home: 'Home',
  // At the bottom of every page
  footer: {
    label: 'About this home',
    about: 'About',
    privacy: 'Privacy',
    terms: 'Terms',
    source: 'Source code',
  },
  paging: { label: 'Pages', newer: 'Newer', older: 'Older', first: 'Back to the newest' },
  tabs: { label: 'Views', posts: 'Posts', replies: 'Posts and replies', media: 'Media' },
  search: {
    label: 'Search these posts',
    act: 'Search',
    hint: 'Write a word, a “phrase” or a #hashtag. Public posts are searched, and nothing else.',
    none: 'No public post has all of that.',
  },
  people: {
    following: { title: 'Following', none: 'Nobody is followed from here yet.' },
    followers: { title: 'Followers', none: 'Nobody follows yet.' },
    reblogs: { title: 'Boosted by', none: 'Nobody has boosted it yet.' },
    favourites: { title: 'Favourited by', none: 'Nobody has favourited it yet.' },
    post: 'The post',
    here: 'Who lives here',
    hidden: (name: string) => `${name} does not show this list.`,
  },
  about: {
    title: 'About this home',
    privacy: 'Privacy',
    terms: 'Terms of service',
    contact: 'Contact',
    software: 'Software',
    runs: 'This home runs on',
    version: (version: string) => `version ${version}, free software.`,
    source: 'Its source code is open to everybody.',
  },
  visit: {
    follow: (name: string) => `Follow ${name}`,
    act: (name: string) => `Answer ${name} from your own server`,
    hint: 'If you have an account somewhere in the fediverse, write its address. Your server then asks you what to do.',
    label: 'Your address',
    example: 'you@your.server',
    goOn: 'Go on',
    otherwise: 'Or by hand',
    paste: 'Copy this and paste it into the search of your app:',
    noAccount: 'Your address is looked up once and not kept.',
    back: 'Back',
    another: 'Another address',
    lead: 'Your server takes it from here.',
    leadHint: 'The link opens a page of that server, where you may have to sign in.',
    goTo: 'Continue at',
    unreadable: 'An address has a name and a server, as in you@your.server.',
    own: 'That address is of this home. Its owner follows and answers in their own window or app.',
    unknown: (host: string) =>
      `${host} did not answer for that address, or takes no such visits. Look at the spelling, or copy what stands below.`,
  },
  profile: {
    follow: 'Follow',
    joined: 'Joined',
    confirmed: (day: string) => `Confirmed on ${day}`,
    bot: 'Automated',
    group: 'Group',
    memorial: 'In memory',
    pinned: 'Pinned',
    newest: 'Newest posts',
    none: 'There are no public posts here yet.',
    noneOlder: 'There is nothing further here.',
    noMedia: 'There are no pictures or recordings here yet.',
    movedTo: 'Lives elsewhere now:',
    fields: 'Details',
    avatarOf: (name: string) => `Picture of ${name}`,
    postsCount: plural('post', 'posts'),
    following: 'following',
    followers: plural('follower', 'followers'),
  },
  post: {
    by: (name: string) => `A post by ${name}`,
    boosted: 'boosted',
    pinned: 'Pinned',
    edited: 'edited',
    answering: 'In reply to',
    answersAbove: 'What this answers',
    answers: 'Replies',
    thread: 'Thread',
    show: 'Show',
    hide: 'Hide',
    sensitive: 'Sensitive media',
    sensitiveHint: 'It may not be for everybody.',
    replies: plural('reply', 'replies'),
    boosts: plural('boost', 'boosts'),
    favourites: plural('favourite', 'favourites'),
    quotes: plural('quote', 'quotes'),
    act: 'Reply, boost or favourite',
    moreAnswers: 'Further replies are on the servers of those who wrote them.',
    original: 'Read it where it was written',
  },
  media: {
    alt: 'ALT',
    picture: 'Picture',
    video: 'Video',
    audio: 'Recording',
    file: 'Attached file',
    openPicture: 'Open the picture',
  },
  poll: {
    votes: plural('vote', 'votes'),
    voters: plural('person voted', 'people voted'),
    ended: 'The poll has ended',
    until: 'Open until',
    open: 'An open poll',
  },
  quote: {
    label: 'Quoted post',
    pending: 'A post is quoted here; its author has not agreed to that yet.',
    hidden: 'A post was quoted here. It is gone, or its author does not want it shown here.',
    more: 'This post quotes another.',
  },
  card: { label: 'Link' },
  preview: {
    postsBy: (handle: string) => `Public posts by ${handle}`,
    warning: (words: string) => `Content warning: ${words}`,
  },
  embed: {
    title: (handle: string) => `A post by ${handle}`,
    open: 'Open the post',
  },
  message: {
    missing: 'There is nothing here',
    missingText: 'The page was removed, was never here, or is not public.',
    gone: 'This post was deleted',
    goneText: 'Its author took it back.',
    closed: 'This is not open to everybody',
    tooMany: 'Too many requests at once',
    tooManyText: 'The home needs a moment. It answers again in a few minutes.',
    away: 'The home cannot answer right now',
    awayText: 'It should be back in a moment. Nothing is lost.',
    failed: 'This did not work',
    failedText: 'Something went wrong on this side. It was noted for the owner of the home.',
    toHome: 'Go to the front page',
  },
} as const
