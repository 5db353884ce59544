/** Holds one request of a page on its way, so that something can be done before its answer comes, without a word about time. */
import type { Page, Route } from 'playwright-core'

export interface HeldRequest {
  /** Until the page has asked. */
  readonly asked: Promise<void>
  readonly letGo: () => void
}

/** @param finish  in place of letting it go on to the home */
export async function holdNext(
  page: Page,
  address: string,
  finish: (route: Route) => Promise<void> = async (route) => route.continue(),
): Promise<HeldRequest> {
  const [asked, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route(
    address,
    async (route) => {
      asked.resolve()
      await gone.promise
      await finish(route)
    },
    { times: 1 },
  )
  return { asked: asked.promise, letGo: gone.resolve }
}
