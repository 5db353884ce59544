/** Brings the picture that was chosen in the second step to the home as soon as there is one. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { useServices } from '../../hooks/use-services.ts'
import { fileOfDataUrl } from './square-picture.ts'

interface PictureUpload {
  readonly failure: ApiFailure | null
  readonly isBusy: boolean
  readonly retry: () => void
}

/** @param onDone  the picture need not be kept in the browser any longer */
export function usePictureUpload(picture: string | null, onDone: () => void): PictureUpload {
  const { api } = useServices()
  const queries = useQueryClient()
  const upload = useMutation({
    mutationFn: async (url: string) => {
      const form = new FormData()
      form.set('avatar', fileOfDataUrl(url), 'avatar')
      await api.patch('/api/v1/accounts/update_credentials', { body: form })
      await queries.invalidateQueries({ queryKey: ['own-account'] })
    },
    onSuccess: onDone,
  })
  const send = useEffectEvent(() => {
    if (picture !== null) upload.mutate(picture)
  })
  useEffect(() => send(), [])
  return {
    failure: upload.error === null ? null : toFailure(upload.error),
    isBusy: upload.isPending,
    retry: () => {
      if (picture !== null) upload.mutate(picture)
    },
  }
}
