// The columns of flows, as the collector lists them: keys to choose, and filters that select one value.

import { condition } from './filter.js'

/** Keys of several columns that are often asked for. */
const pairs = ['src_addr,dst_addr', 'dst_port,proto', 'in_if,out_if', 'src_as,dst_as', 'src_addr/24', 'dst_addr/24']

/** A key's columns: `src_addr/24,proto` to its parts with and without what is behind the slash. */
export function parts(key) {
  return key.split(',').map((text) => text.trim()).filter((text) => text !== '')
    .map((text) => ({ text, column: text.split('/')[0], prefix: text.slice(text.split('/')[0].length) }))
}

export class Fields {
  #columns = new Map()
  #keys = []

  constructor({ columns = [], keys = [], answersNames = false } = {}) {
    for (const column of columns) this.#columns.set(column.name, column)
    this.#keys = keys
    /** Whether names of hosts can be asked for. */
    this.answersNames = answersNames
  }

  /** Keys to choose, in groups. */
  get choices() {
    const groupable = [...this.#columns.values()].filter((column) => column.groupable).map((column) => column.name)
    const combined = pairs.filter((key) => parts(key).every(({ column }) => groupable.includes(column)))
    return [
      { label: 'Columns', keys: groupable }, { label: 'Several', keys: combined },
      { label: 'Either end', keys: this.#keys.filter((key) => key !== 'record') },
      { label: 'All of the flow', keys: this.#keys.filter((key) => key === 'record') },
    ].filter((group) => group.keys.length > 0)
  }

  /** Columns that can be in a key, one each. */
  get single() {
    return [...this.#columns.values()].filter((column) => column.groupable).map((column) => column.name)
  }

  /** The column that an either-end key such as `addr` takes of the source; undefined for other names. */
  #sourceOf(key) {
    if (this.#columns.has(key) || !this.#keys.includes(key)) return undefined
    return this.#columns.get(`src_${key}`) ?? this.#columns.get(`in_${key}`)
  }

  /** Whether a key's column has addresses, and not networks. */
  isAddress(part) {
    const [{ column: name, prefix } = {}] = parts(part)
    return prefix === '' && (this.#columns.get(name) ?? this.#sourceOf(name))?.kind === 'address'
  }

  /** The key for both directions: what to ask by, and whether directions are to be merged; undefined if it has no two. */
  bothDirections(key) {
    const names = parts(key)
    const ends = new Set(names.map(({ text }) => text))
    const hasBoth = names.some(({ column }) => this.#columns.get(column)?.otherEnd) && names.every(({ column, prefix }) => {
      const other = this.#columns.get(column)?.otherEnd
      return !other || ends.has(other + prefix)
    })
    if (key === 'record' || hasBoth) return { by: key, bidirectional: true }
    if (names.length !== 1) return undefined
    const [{ column, prefix }] = names
    if (this.#sourceOf(column)) return { by: key, bidirectional: false }
    const end = this.#columns.get(column)?.otherEnd ? column.replace(/^(src|dst|in|out)_/, '') : undefined
    return end !== undefined && this.#sourceOf(end) ? { by: end + prefix, bidirectional: false } : undefined
  }

  /** Filters that select a value of a key's column and leave it out; undefined where the language has none. */
  filters(part, value) {
    const [{ column: name } = {}] = parts(part)
    const column = this.#columns.get(name)
    if (column) {
      const by = condition(column.filter, value)
      return by && { by, against: condition(column.notFilter, value) ?? `not ${by}` }
    }
    const by = condition(this.#sourceOf(name)?.filter?.replace(/^(src|in) /, ''), value)
    return by && { by, against: `not ${by}` }
  }
}

/** A value with its name, if it has one: `443 https`; null is the group of flows without a value. */
export function label(value, name) {
  if (value === null || value === undefined) return '(none)'
  return name && name !== value ? `${value} ${name}` : String(value)
}

/** The label of a whole key. */
export function keyLabel(key, names = []) {
  return key.map((value, index) => label(value, names?.[index])).join(' · ')
}
