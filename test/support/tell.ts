/** Notifications, made and told as the inbox makes and tells them. */
import { inTransaction } from '../../server/db/transaction.ts'
import type { NotificationDraft } from '../../server/domain/notifications/create-notifications.ts'
import { tellIdentities } from '../../server/domain/posts/local-effects.ts'
import type { ApiHome } from './api-home.ts'

export async function tell(home: ApiHome, ...drafts: readonly NotificationDraft[]): Promise<void> {
  await inTransaction(home.db, async (tx) => tellIdentities(tx, drafts))
}
