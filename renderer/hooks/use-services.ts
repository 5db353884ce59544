/** Hands the services to the pages. */
import { createContext, use } from 'react'
import type { Services } from '../stores/services.ts'

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = use(ServicesContext)
  if (services === null) throw new Error('useServices outside of ServicesContext')
  return services
}
