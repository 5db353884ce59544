/** Adds files to the draft, as many as the home lets a post have. */
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'

/** Until the home has told its own limit. */
const FIRST_MOST = 4

export function useAddFiles(): (files: readonly File[]) => void {
  const { uploads } = useServices()
  const { data } = useInstance()
  const most = data?.configuration.statuses.max_media_attachments ?? FIRST_MOST
  return (files) => uploads.add(files, most)
}
