// Bars above the data: errors, alerts, and the question for a token. Data stay where they are.

import { byId, element } from './dom.js'

/** Shows errors, each once; none hides the bar. */
export function showErrors(messages) {
  const bar = byId('error')
  const texts = [...new Set(messages)]
  if (bar.dataset.text === texts.join('\n')) return
  bar.dataset.text = texts.join('\n')
  bar.replaceChildren(...texts.map((text) => element('p', {}, text)))
  bar.hidden = texts.length === 0
}

/** Shows alerts that fire. */
export function showAlerts(alerts = []) {
  const bar = byId('alerts')
  const texts = alerts.filter(({ state }) => state === 'firing' || state === 'clearing')
    .map(({ name, subject, message }) => [[name, subject].filter(Boolean).join(' '), message].filter(Boolean).join(': '))
  if (bar.dataset.text === texts.join('\n')) return
  bar.dataset.text = texts.join('\n')
  bar.replaceChildren(...texts.map((text) => element('p', {}, text)))
  bar.hidden = texts.length === 0
}

/** Asks for the token; `use` is called with it. */
export function prepareToken(use) {
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault()
    const input = byId('token')
    const text = input.value.trim()
    input.value = ''
    if (text !== '') use(text)
  })
}

export function askForToken(isAsked) {
  const form = byId('token-form')
  if (form.hidden === !isAsked) return
  form.hidden = !isAsked
  if (isAsked) byId('token').focus()
}
