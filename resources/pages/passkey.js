/** Passkeys on the pages of sign-in: the only script there. Without it the password signs in as before. */
'use strict'

const form = document.querySelector('form[data-passkey]')
const button = form?.querySelector('button[data-act]')
const told = form?.querySelector('[role=alert]')

/** Sentences stand in the page, in its language; an answer of the home says which. */
const SAID = { 403: 'usedLink', 409: 'tooMany', 429: 'tooOften' }

class Refusal extends Error {
  constructor(status) {
    super(`the home answered ${status}`)
    this.status = status
  }
}

const ask = async (path, body) => {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Refusal(answer.status)
  return answer.json()
}

/** A passkey signs in; its answer goes the way of the password. */
const use = async () => {
  const options = await ask('/oauth/passkey/use', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = await navigator.credentials.get({ publicKey })
  form.elements.passkey.value = JSON.stringify(credential.toJSON())
  form.submit()
}

/** A passkey is made; the link that brought the person here stands behind the mark of the address. */
const make = async () => {
  const link = location.hash.slice(1)
  const options = await ask('/oauth/passkey/make', { link })
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = await navigator.credentials.create({ publicKey })
  await ask('/oauth/passkey', { link, name: form.elements.name.value, response: credential.toJSON() })
  form.hidden = true
  document.querySelector('[data-done]').hidden = false
}

const saidOf = (error) => {
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return 'quiet'
  if (error.name === 'InvalidStateError') return 'isThere'
  return SAID[error.status] ?? 'failed'
}

const run = async (act) => {
  told.textContent = ''
  button.disabled = true
  try {
    await act()
  } catch (error) {
    told.textContent = form.dataset[saidOf(error)]
  } finally {
    button.disabled = false
  }
}

if (form !== null && window.PublicKeyCredential?.parseCreationOptionsFromJSON !== undefined) {
  const act = form.dataset.passkey === 'make' ? make : use
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void run(act)
  })
} else {
  const sorry = document.querySelector('[data-unable]')
  if (sorry !== null) sorry.hidden = false
}
