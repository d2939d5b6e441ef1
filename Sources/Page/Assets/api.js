// The collector's API: one function to ask it, the token, and errors as it gives them.

const tokenKey = 'sagflow-token'
let token = read()

function read() {
  try {
    return sessionStorage.getItem(tokenKey)
  } catch {
    return null
  }
}

/** Keeps the token for this tab. */
export function setToken(text) {
  token = text
  try {
    sessionStorage.setItem(tokenKey, text)
  } catch {
    // Without storage it is kept as long as the page.
  }
}

export const hasToken = () => token !== null

/** What the server, or the way to it, had against a question. */
export class ApiError extends Error {
  constructor(status, message, { parameter, column, retryAfter } = {}) {
    super(message)
    /** 0: there was no answer. */
    this.status = status
    this.parameter = parameter
    /** Of the filter, in characters from 1. */
    this.column = column
    /** Seconds. */
    this.retryAfter = retryAfter
  }
}

/** Path and query of a question; values that are undefined or empty are left out, lists are repeated. */
export function address(path, parameters = {}) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== '' && item !== false) query.append(name, item === true ? '1' : item)
    }
  }
  const text = query.toString()
  return `api/v1/${path}${text ? `?${text}` : ''}`
}

/** Asks, and throws `ApiError`, or `AbortError` if the signal was given. */
export async function request(path, parameters, signal) {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` }
  let response
  try {
    response = await fetch(address(path, parameters), { headers, signal, cache: 'no-store', credentials: 'same-origin' })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new ApiError(0, 'The collector does not answer; check that it is running')
  }
  if (!response.ok) throw await failure(response)
  return response
}

/** Asks for JSON. With it comes how late it is there, by the server's clock: milliseconds since 1970 UTC. */
export async function get(path, parameters, signal) {
  const response = await request(path, parameters, signal)
  const date = Date.parse(response.headers.get('Date') ?? '')
  try {
    return { answer: await response.json(), serverTime: Number.isFinite(date) ? date : Date.now() }
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new ApiError(0, `The answer of ${path} is truncated or not JSON`)
  }
}

async function failure(response) {
  let error = {}
  try {
    error = (await response.json()).error ?? {}
  } catch {
    // A proxy's answer, perhaps.
  }
  const message = typeof error.message === 'string' ? error.message : `HTTP ${response.status} ${response.statusText}`.trim()
  return new ApiError(response.status, message, {
    parameter: error.parameter, column: error.column,
    retryAfter: Number(response.headers.get('Retry-After')) || undefined,
  })
}
