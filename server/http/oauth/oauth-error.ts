/** Failures in the words of OAuth. @see RFC 6749 4.1.2.1 and 5.2 */
import { HomebirdError } from '../../core/errors.ts'

export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'

/** Answered as `{ error, error_description }`, 401 for a client that is not who it says, else 400. */
export function oauthError(error: OAuthErrorCode, description: string): HomebirdError {
  const code = error === 'invalid_client' ? 'UNAUTHORIZED' : 'BAD_REQUEST'
  return new HomebirdError(code, `${error}: ${description}`, { safe: error, details: { description } })
}
