/** The four reaches of a post: picture, name, and what it means. */
import { AtSign, Globe, type LucideIcon, Moon, Users } from 'lucide-react'
import type { StatusVisibility } from '../../server/contracts/account.ts'
import type { MessageId } from '../i18n/i18n.ts'

export interface VisibilityLook {
  readonly icon: LucideIcon
  readonly name: MessageId
  readonly help: MessageId
}

export const VISIBILITIES: Readonly<Record<StatusVisibility, VisibilityLook>> = {
  public: { icon: Globe, name: 'visibility.public', help: 'visibility.public_help' },
  unlisted: { icon: Moon, name: 'visibility.unlisted', help: 'visibility.unlisted_help' },
  private: { icon: Users, name: 'visibility.private', help: 'visibility.private_help' },
  direct: { icon: AtSign, name: 'visibility.direct', help: 'visibility.direct_help' },
}

/** What a later home may say is taken for the narrowest. @see security rule 24 */
export const lookOfVisibility = (visibility: StatusVisibility): VisibilityLook =>
  Object.hasOwn(VISIBILITIES, visibility) ? VISIBILITIES[visibility] : VISIBILITIES.direct

export const VISIBILITY_ORDER: readonly StatusVisibility[] = ['public', 'unlisted', 'private', 'direct']
