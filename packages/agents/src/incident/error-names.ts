import { firstLine } from './message-template.ts'

/** What an error message names: where to look for it among the changes. */
export interface ErrorNames {
  /** Things that it says are missing or wrong: a property, a column, a table, a setting, a route, a package. Most telling first. */
  readonly named: readonly string[]
  /** The property whose access failed ("reading 'x'", "x is not a function"); null when it says nothing of that kind. */
  readonly property: string | null
  /** A column, table or other object of a data base that it does not find. */
  readonly databaseObjects: readonly string[]
  /** A package or module that it does not find. */
  readonly modules: readonly string[]
  /** Hosts, `host:port`, ports, and other numbers of two digits or more: values of a configuration. */
  readonly values: readonly string[]
}

/** A sign that what failed lies outside the service: no connection, no answer, an upstream's own error. */
export interface OutsideSign {
  /** `ECONNREFUSED`, `ETIMEDOUT`, `upstream 503`, ... */
  readonly code: string
  readonly host: string | null
  readonly port: string | null
}

const databasePatterns: readonly RegExp[] = [
  /no such (?:column|table):? ["'`]?([\w.]{1,100})/gi,
  /no column named ["'`]?([\w.]{1,100})/gi,
  /(?:column|relation|table|constraint) ["'`]([\w.]{1,100})["'`][^\n]{0,120}?(?:does not exist|doesn't exist)/gi,
  /column ([\w.]{1,100}) does not exist/gi,
  /unknown column ["'`]([\w.]{1,100})/gi,
  /null value in column ["'`]([\w.]{1,100})/gi,
  /constraint failed: ([\w.]{1,100})/gi,
]
const propertyPatterns: readonly RegExp[] = [
  /\(reading ['"]([^'"]{1,80})['"]\)/,
  /\(setting ['"]([^'"]{1,80})['"]\)/,
  /(?:^|[\s.:])([A-Za-z_$][\w$]{0,80}) is not (?:a function|a constructor|iterable|defined)/,
  /has no attribute ['"]([^'"]{1,80})['"]/,
  /Cannot read property ['"]([^'"]{1,80})['"]/,
]
const modulePatterns: readonly RegExp[] = [
  /Cannot find (?:module|package) ['"]([^'"]{1,200})['"]/g,
  /No module named ['"]?([\w.]{1,100})/g,
]

// Words that stand in error messages of every kind, or in every line of code.
const common = new Set(
  (
    'undefined null object function property properties reading setting error type cannot read of is not a an the with ' +
    'string number boolean value values array status code message request response failed data result name id key then ' +
    'map get set length constructor prototype default index main module node http https localhost json'
  ).split(' '),
)

/** The names and values that an error message (with its causes) mentions. */
export function errorNames(detail: string): ErrorNames {
  const text = detail.slice(0, 3000)
  const databaseObjects = all(text, databasePatterns).flatMap((name) => [name, ...name.split('.')])
  const modules = all(text, modulePatterns)
  const property = propertyPatterns
    .map((pattern) => pattern.exec(text)?.[1])
    .find((found) => found !== undefined)
  const quoted = matches(text, /["'`]([^"'`\n]{1,80})["'`]/g)
  // camelCase, snake_case, dotted names, UPPER_CASE, paths: no words of a sentence.
  const written = matches(
    text,
    /((?:\/[\w.{}:-]{1,60}){1,8}|[A-Za-z_$][\w$]{0,80}(?:\.[A-Za-z_$][\w$]{0,80}){0,5})/g,
  ).filter((word) => /[_./$\d]|[a-z][A-Z]|^[A-Z]{3,}$/.test(word))
  const named = [
    ...databaseObjects,
    ...modules,
    ...(property === undefined ? [] : [property]),
    ...quoted,
    ...written,
  ]
  return {
    named: unique(
      named.flatMap((name) => [name, ...name.split(/[./]/).filter((part) => part.length > 2)]),
    ).filter(
      (name) =>
        name.length > 1 &&
        !common.has(name.toLowerCase()) &&
        !/^(?:E[A-Z]{4,20}|[A-Z]\w{0,30}Error)$/.test(name),
    ),
    property: property ?? null,
    databaseObjects: unique(databaseObjects),
    modules: unique(modules.map((name) => name.replace(/^node:/, ''))),
    values: unique([
      ...matches(text, /\b((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,20}(?::\d{2,5})?)\b/gi),
      ...matches(text, /\b(\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5})?)\b/g),
      ...matches(text, /(?:^|[^\d.])(\d{2,9})(?![\d.])/g),
    ]),
  }
}

const connection =
  /\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR_CONNECT_TIMEOUT|UND_ERR_SOCKET)\b/
const worded =
  /(socket hang up|connection terminated|connection refused|connection reset|server closed the connection|getaddrinfo|connect timeout|no route to host)/i
const upstream =
  /\b(?:upstream|gateway|provider|service|responded|returned|answered|status)\b[^\n]{0,60}?\b(50[234]|429)\b/i

/** Whether an error tells of something outside of the service; null when it does not. */
export function outsideSign(detail: string): OutsideSign | null {
  const text = detail.slice(0, 3000)
  const answered = upstream.exec(text)?.[1]
  const code =
    connection.exec(text)?.[1] ??
    worded.exec(text)?.[1]?.toLowerCase() ??
    (answered && `upstream ${answered}`)
  if (code === undefined) return null
  const address = /\b(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?/.exec(text)
  const named = /\b((?:[a-z0-9_-]{1,63}\.){1,6}[a-z][a-z0-9-]{1,20}|localhost)(?::(\d{1,5}))?/i.exec(
    text.replace(/\b[\w/-]{1,100}\.[cm]?[jt]s\b/g, ' '),
  )
  const short = /(?:ENOTFOUND|EAI_AGAIN) ([a-z0-9_-]{1,63})/i.exec(text)
  const found = address ?? named ?? short
  return { code, host: found?.[1] ?? null, port: found?.[2] ?? null }
}

/** A short name for an error, for titles: "TypeError in priceOf" needs no more than the message's beginning. */
export function errorTitle(message: string): string {
  return firstLine(message).slice(0, 80)
}

function all(text: string, patterns: readonly RegExp[]): string[] {
  return patterns.flatMap((pattern) => matches(text, pattern))
}

function matches(text: string, pattern: RegExp): string[] {
  const found: string[] = []
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) found.push(match[1])
    if (found.length >= 40) break
  }
  return found
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].slice(0, 60)
}
