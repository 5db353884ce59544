/** Has the window read a home timeline that no home would send: in its own answer and in that of the start. */
import type { Page } from 'playwright-core'
import type { WindowStart } from '../../server/contracts/owner-api.ts'

const TIMELINE = /\/api\/v1\/timelines\/home(?:\?|$)/
const START = /\/api\/homebird\/v1\/start\?/

/** @param posts  a JSON list as it goes over the line, newest first; nothing is older */
export async function answerHomeTimeline(page: Page, posts: string): Promise<void> {
  await page.unrouteAll()
  await page.route(TIMELINE, async (route) => {
    const isMore = /(?:max|min|since)_id=/.test(route.request().url())
    await route.fulfill({ contentType: 'application/json', body: isMore ? '[]' : posts })
  })
  await page.route(START, async (route) => {
    const { answers } = (await (await route.fetch()).json()) as WindowStart
    const told = answers.map(({ address, link, body }) =>
      address.startsWith('/api/v1/timelines/home')
        ? `{"address":${JSON.stringify(address)},"link":null,"body":${posts}}`
        : JSON.stringify({ address, link, body }),
    )
    await route.fulfill({ contentType: 'application/json', body: `{"answers":[${told.join(',')}]}` })
  })
}
