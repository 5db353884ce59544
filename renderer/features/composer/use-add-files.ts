/** Adds files to the draft, as many and as large as the home lets a post have. */
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'

/** Until the home has told its own limit. */
const FIRST_MOST = 4

export function useMostFiles(): number {
  return useInstance().data?.configuration.statuses.max_media_attachments ?? FIRST_MOST
}

export function useAddFiles(): (files: readonly File[]) => void {
  const { uploads } = useServices()
  const limits = useInstance().data?.configuration.media_attachments ?? null
  const most = useMostFiles()
  return (files) => uploads.add(files, most, limits)
}
