/** How each kind of notification looks and what it says. */
import {
  ArrowUpRight,
  AtSign,
  Bell,
  ChartBarBig,
  Flag,
  Heart,
  type LucideIcon,
  Mail,
  Pencil,
  Quote,
  Repeat2,
  Reply,
  SmilePlus,
  Unlink,
  UserPlus,
} from 'lucide-react'
import type { NotificationType } from '../../../server/contracts/notification.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { MessageId } from '../../i18n/i18n.ts'

interface NoticeLook {
  readonly icon: LucideIcon
  readonly words: MessageId
  readonly tone?: 'favourite' | 'boost' | 'accent' | 'warn'
}

const LOOKS: Readonly<Record<NotificationType, NoticeLook>> = {
  mention: { icon: AtSign, words: 'notice.mention', tone: 'accent' },
  status: { icon: Bell, words: 'notice.status' },
  reblog: { icon: Repeat2, words: 'notice.reblog', tone: 'boost' },
  follow: { icon: UserPlus, words: 'notice.follow', tone: 'accent' },
  follow_request: { icon: UserPlus, words: 'notice.follow_request', tone: 'accent' },
  favourite: { icon: Heart, words: 'notice.favourite', tone: 'favourite' },
  poll: { icon: ChartBarBig, words: 'notice.poll' },
  update: { icon: Pencil, words: 'notice.update' },
  quote: { icon: Quote, words: 'notice.quote', tone: 'accent' },
  quoted_update: { icon: Pencil, words: 'notice.quoted_update' },
  emoji_reaction: { icon: SmilePlus, words: 'notice.emoji_reaction', tone: 'favourite' },
  'admin.report': { icon: Flag, words: 'notice.report', tone: 'warn' },
  severed_relationships: { icon: Unlink, words: 'notice.severed', tone: 'warn' },
}

/** What a later home may tell of: shown as what it is, somebody's notification. */
const UNKNOWN: NoticeLook = { icon: ArrowUpRight, words: 'notice.status' }

export function lookOf(
  type: NotificationType,
  post: Pick<Status, 'visibility' | 'in_reply_to_account_id' | 'account'> | undefined,
  ownId: string | undefined,
): NoticeLook {
  if (type === 'mention' && post?.visibility === 'direct') {
    return { icon: Mail, words: 'notice.private', tone: 'accent' }
  }
  if (type === 'mention' && ownId !== undefined && post?.in_reply_to_account_id === ownId) {
    return { icon: Reply, words: 'notice.reply', tone: 'accent' }
  }
  if (type === 'poll' && ownId !== undefined && post?.account.id === ownId) {
    return { icon: ChartBarBig, words: 'notice.own_poll' }
  }
  return Object.hasOwn(LOOKS, type) ? LOOKS[type] : UNKNOWN
}

/** The post itself stands below the sentence, with its deeds; elsewhere its first lines are enough. */
export const SHOWS_POST: ReadonlySet<NotificationType> = new Set<NotificationType>([
  'mention',
  'status',
  'quote',
  'poll',
  'update',
  'quoted_update',
])
