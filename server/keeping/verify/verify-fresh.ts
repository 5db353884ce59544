/** The proof of a backup that was made just now. */
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { removeBackup } from '../tidy-place.ts'
import { type VerifiedBackup, type VerifyNeeds, verifyBackup } from './verify-backup.ts'

/**
 * What is refuted is taken away: the keep rule would count it as the newest of its day, and let a good one go for it.
 * @throws as `verifyBackup` does
 * @see security rule 119
 */
export async function verifyFresh(needs: VerifyNeeds): Promise<VerifiedBackup> {
  try {
    return await verifyBackup(needs)
  } catch (error) {
    if (!isHomebirdError(error, 'DOCUMENT_INVALID') || needs.signal.aborted) throw error
    await removeBackup(needs.place, needs.name, needs.signal)
    const text = `${error.message}; it was taken away, and those before it stay`
    throw new HomebirdError('DOCUMENT_INVALID', text, { cause: error })
  }
}
