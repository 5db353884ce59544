/** What a push is called: one short sentence for each kind of notification, in the languages of the window. */
import type { NotificationType } from '../../contracts/notification.ts'

type Titles = Readonly<Record<NotificationType, string>>

/** `{name}` is whoever did it. */
const ENGLISH: Titles = {
  mention: '{name} mentioned you',
  status: '{name} posted',
  reblog: '{name} boosted your post',
  follow: '{name} follows you',
  follow_request: '{name} asks to follow you',
  favourite: '{name} favourited your post',
  poll: 'A poll by {name} has ended',
  update: '{name} edited a post',
  quote: '{name} quoted your post',
  quoted_update: '{name} edited a post that you quoted',
  emoji_reaction: '{name} reacted to your post',
  'admin.report': 'A report has come in',
  severed_relationships: 'You have lost connections',
}

const GERMAN: Titles = {
  mention: '{name} hat dich erwähnt',
  status: '{name} hat etwas geschrieben',
  reblog: '{name} hat deinen Beitrag geteilt',
  follow: '{name} folgt dir',
  follow_request: '{name} möchte dir folgen',
  favourite: '{name} mag deinen Beitrag',
  poll: 'Eine Umfrage von {name} ist zu Ende',
  update: '{name} hat einen Beitrag geändert',
  quote: '{name} hat deinen Beitrag zitiert',
  quoted_update: '{name} hat einen Beitrag geändert, den du zitierst',
  emoji_reaction: '{name} hat auf deinen Beitrag reagiert',
  'admin.report': 'Eine Meldung ist eingegangen',
  severed_relationships: 'Du hast Verbindungen verloren',
}

const ARABIC: Titles = {
  mention: 'ذَكَرك {name}',
  status: 'نشر {name} منشورًا',
  reblog: 'أعاد {name} نشر منشورك',
  follow: 'يتابعك {name}',
  follow_request: 'يطلب {name} متابعتك',
  favourite: 'أعجب {name} بمنشورك',
  poll: 'انتهى استطلاع {name}',
  update: 'عدّل {name} منشورًا',
  quote: 'اقتبس {name} منشورك',
  quoted_update: 'عدّل {name} منشورًا اقتبسته',
  emoji_reaction: 'تفاعل {name} مع منشورك',
  'admin.report': 'وصل بلاغ',
  severed_relationships: 'فقدتَ بعض صلاتك',
}

const CATALOGUES: ReadonlyMap<string, Titles> = new Map([
  ['en', ENGLISH],
  ['de', GERMAN],
  ['ar', ARABIC],
])

/** The language of ours that comes nearest to the one in which an identity writes; English where there is none. */
export function pushLocale(language: string | null): string {
  const [base = ''] = (language ?? '').toLowerCase().split('-')
  return CATALOGUES.has(base) ? base : 'en'
}

/** @param name  plain text, ready to stand in a sentence */
export function pushTitle(locale: string, kind: NotificationType, name: string): string {
  const titles = CATALOGUES.get(locale) ?? ENGLISH
  return titles[kind].replace('{name}', () => name)
}

const PRIVATE: ReadonlyMap<string, string> = new Map([
  ['en', 'Something new in your private mentions'],
  ['de', 'Neues in deinen privaten Erwähnungen'],
  ['ar', 'جديد في إشاراتك الخاصة'],
])

/** Says no more than that there is one. */
export const privatePushTitle = (locale: string): string => PRIVATE.get(locale) ?? PRIVATE.get('en') ?? ''
