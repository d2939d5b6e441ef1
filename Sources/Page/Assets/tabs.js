// The panels of details, of which one is shown.

import { byId } from './dom.js'

const names = ['paths', 'flows', 'exporters', 'ledger']

/** @param choose called with the name of a panel */
export function prepareTabs(choose) {
  byId('tabs').addEventListener('click', (event) => {
    const { tab } = event.target.dataset
    if (tab) choose(tab)
  })
  byId('tabs').addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    const at = names.indexOf(event.target.dataset.tab)
    const name = names[(at + step + names.length) % names.length]
    choose(name)
    byId(`tab-${name}`).focus()
  })
}

export function showTab(chosen) {
  for (const name of names) {
    const tab = byId(`tab-${name}`)
    tab.setAttribute('aria-selected', String(name === chosen))
    tab.tabIndex = name === chosen ? 0 : -1
    byId(name).hidden = name !== chosen
  }
}
