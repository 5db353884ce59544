/** The body of every answer that is a failure. */
export interface ApiError {
  readonly error: string
  readonly error_description?: string
}
