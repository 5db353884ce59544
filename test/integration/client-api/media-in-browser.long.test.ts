/** Files of others in a real browser: a film that plays and seeks at first sight, and what stands for a picture that is not there. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { BufferSource, BufferTarget, Conversion, Input, Mp4OutputFormat, Output, WEBM } from 'mediabunny'
import type { Page } from 'playwright-core'
import { type TestBrowser, noBrowser, openBrowser } from '../../support/browser.ts'
import { openMediaScene } from '../../support/media-scene.ts'
import { pngOf } from '../../support/pictures.ts'

const BYTES_PER_PIECE = 60_000

let browser: TestBrowser | null = null
after(async () => browser?.close())

/** Runs in the page: what a canvas shows for some seconds, as the browser itself writes it. */
const RECORD = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
  const context = canvas.getContext('2d')
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8', videoBitsPerSecond: 4e6 })
  const parts = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const ended = new Promise((resolve) => { recorder.onstop = resolve })
  recorder.start()
  const begun = performance.now()
  await new Promise((resolve) => {
    const draw = () => {
      for (let n = 0; n < 400; n += 1) {
        context.fillStyle = 'hsl(' + Math.random() * 360 + ' 80% 50%)'
        context.fillRect(Math.random() * 320, Math.random() * 240, 20, 20)
      }
      if (performance.now() - begun < 5000) requestAnimationFrame(draw)
      else resolve()
    }
    draw()
  })
  recorder.stop()
  await ended
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
})()`

/** A film of five seconds that says how long it is and where its pictures stand: at its end, as cameras do. */
async function recordFilm(page: Page): Promise<Buffer> {
  const raw = Buffer.from(await page.evaluate<string>(RECORD), 'base64')
  const target = new BufferTarget()
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: false }), target })
  const input = new Input({ formats: [WEBM], source: new BufferSource(new Uint8Array(raw).buffer) })
  const conversion = await Conversion.init({ input, output })
  await conversion.execute()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

const SEEK = `(async () => {
  const video = document.querySelector('video')
  const until = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, { once: true })
    video.addEventListener('error', () => reject(new Error('video: ' + video.error?.message)), { once: true })
  })
  video.muted = true
  if (video.readyState < 1) await until('loadedmetadata')
  const seeked = until('seeked')
  video.currentTime = 4
  await seeked
  const late = video.currentTime
  const back = until('seeked')
  video.currentTime = 0.5
  await back
  const playing = until('timeupdate')
  await video.play()
  await playing
  return { duration: video.duration, width: video.videoWidth, late, isPlaying: !video.paused }
})()`

test(
  'a film of elsewhere plays and seeks in a browser while it is still on its way',
  { skip: noBrowser },
  async () => {
    browser = await openBrowser()
    const scene = await openMediaScene({ domain: null })
    const { page } = await browser.openPage()
    const film = await recordFilm(page)
    assert.ok(film.length > 4 * BYTES_PER_PIECE, String(film.length))
    const url = await scene.filmAt('/film.mp4', () => ({
      headers: { 'content-type': 'video/mp4', 'content-length': String(film.length) },
      write: (response) => {
        let at = 0
        const pouring = setInterval(() => {
          response.write(film.subarray(at, at + BYTES_PER_PIECE))
          at += BYTES_PER_PIECE
          if (at < film.length) return
          clearInterval(pouring)
          response.end()
        }, 100)
      },
    }))
    const address = `http://127.0.0.1:${scene.home.publicPort}${new URL(url).pathname}`
    const answers: number[] = []
    page.on('response', (response) => {
      if (response.url() === address) answers.push(response.status())
    })
    for (const _visit of ['at first sight', 'from the cache']) {
      await page.setContent(`<video src="${address}" preload="metadata"></video>`)
      const seen = await page.evaluate<{ duration: number; width: number; late: number; isPlaying: boolean }>(
        SEEK,
      )
      assert.ok(Math.abs(seen.duration - 5) < 1.5, String(seen.duration))
      assert.deepEqual([seen.width, seen.late, seen.isPlaying], [320, 4, true])
    }
    assert.ok(answers.length > 1 && answers.every((status) => status === 206), String(answers))
    assert.equal(scene.asked('/film.mp4'), 1)
  },
)

test('where a picture cannot be had the browser shows the placeholder', { skip: noBrowser }, async () => {
  browser ??= await openBrowser()
  const scene = await openMediaScene({ domain: null })
  scene.peer.answers('/gone.png', () => ({ status: 404 }))
  const gone = await scene.avatarAt('/gone.png')
  const there = await scene.avatarOf('there', pngOf(500, 500, [9, 9, 9], [99, 99, 99]))
  const { page } = await browser.openPage()
  const sizeOf = async (url: string): Promise<number> => {
    await page.setContent(`<img src="http://127.0.0.1:${scene.home.publicPort}${new URL(url).pathname}">`)
    return page.evaluate<number>(
      `new Promise((resolve) => {
         const image = document.querySelector('img')
         const tell = () => resolve(image.naturalWidth)
         if (image.complete) tell()
         else image.onload = image.onerror = tell
       })`,
    )
  }
  assert.deepEqual([await sizeOf(there), await sizeOf(gone)], [400, 160])
})
