// What is shown, as CSV.

import { address, hasToken, request } from './api.js'
import { byId, element } from './dom.js'

const links = { series: 'series-csv', top: 'top-csv', paths: 'paths-csv', flows: 'flows-csv' }

/** @param fail called with an error of a download */
export function prepareDownloads(fail) {
  for (const id of Object.values(links)) {
    byId(id).addEventListener('click', async (event) => {
      // A link cannot carry the token.
      if (!hasToken()) return
      event.preventDefault()
      try {
        await save(event.currentTarget.dataset.path, event.currentTarget.dataset.query)
      } catch (error) {
        fail(error)
      }
    })
  }
}

/** Lets the links lead to the questions' answers. */
export function setDownloads(asked) {
  for (const [name, id] of Object.entries(links)) {
    const [path, parameters] = asked[name]
    const link = byId(id)
    link.href = address(`${path}.csv`, parameters)
    link.dataset.path = `${path}.csv`
    link.dataset.query = JSON.stringify(parameters)
  }
}

async function save(path, query) {
  const response = await request(path, JSON.parse(query))
  const [, name = path] = /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '') ?? []
  const url = URL.createObjectURL(await response.blob())
  element('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
