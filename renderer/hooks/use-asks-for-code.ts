/** Whether what cannot be undone takes the code of an authenticator beside the password. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getSignInFacts } from '../api/sign-in.ts'
import { useServices } from './use-services.ts'

/** Where the home has not said whether it asks for codes, a refusal may be for want of one: from then on it is asked for. */
export function useAsksForCode(isRefused: boolean): boolean {
  const { api } = useServices()
  const { data } = useQuery({ queryKey: ['sign-in-facts'], queryFn: async () => getSignInFacts(api) })
  const [wasRefused, setWasRefused] = useState(false)
  if (isRefused && !wasRefused) setWasRefused(true)
  return data === undefined ? wasRefused : data.codesSince !== null
}
