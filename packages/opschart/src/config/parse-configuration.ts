import { nearestName } from '@opschart/core'

import { checkConfiguration, noExtension } from './check-configuration.ts'
import { codeFrame, type Place } from './code-frame.ts'
import type { Configuration } from './configuration.ts'
import type { KnownOptions } from './known-names.ts'
import { locateInYaml } from './locate-yaml.ts'
import { plainText } from './plain-text.ts'
import { pathText, type Finding, type Problem } from './problem.ts'
import { readYaml, type YamlText } from './read-yaml.ts'

/** Most problems that are told of one configuration, and most that are looked for in its text. */
const maxProblems = 100
const maxLocated = 500

/** A configuration that was read, or why there is none. */
export interface ParsedConfiguration {
  /** Undefined when any problem is an error [R1]. */
  readonly configuration: Configuration | undefined
  /** In the order of the file, at most 100. */
  readonly problems: readonly Problem[]
}

/**
 * Reads the text of `operational.yaml`. Never throws: whatever is wrong is a problem with its place and what would be
 * right. `file` is how the problems call it.
 */
export function parseConfiguration(
  text: string,
  file: string,
  options: KnownOptions = {},
): ParsedConfiguration {
  const yaml = readYaml(text)
  if (yaml.data === undefined) return { configuration: undefined, problems: yamlProblems(yaml, file) }
  const { configuration, findings } = checkConfiguration(yaml.data, options, noExtension)
  const document = yaml.document!
  const located = firstFindings(findings).map((finding) => ({
    finding,
    file,
    text,
    place: locateInYaml(finding, { ...yaml, document }),
  }))
  return { configuration, problems: problemsOf(located) }
}

/** What is wrong with the YAML itself, as problems. */
export function yamlProblems(yaml: YamlText, file: string): Problem[] {
  return problemsOf(
    yaml.mistakes.slice(0, maxLocated).map(({ place, message, expected }) => ({
      finding: { severity: 'error', path: [], message, ...(expected === undefined ? {} : { expected }) },
      file,
      text: yaml.text,
      place,
    })),
  )
}

/** A finding, and where it was found to stand. */
export interface LocatedFinding {
  readonly finding: Finding
  readonly file: string
  readonly text: string
  readonly place: Place
}

/** The findings that are worth locating: all, unless a file is made of mistakes; errors before the rest. */
export function firstFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((one, other) => ranks[one.severity] - ranks[other.severity]).slice(0, maxLocated)
}

/** Findings as problems in the order of their files and places. Of more than a hundred the first are kept, errors before the rest, and a last one says so. */
export function problemsOf(located: readonly LocatedFinding[]): Problem[] {
  const bySeverity = located.toSorted(
    (one, other) => ranks[one.finding.severity] - ranks[other.finding.severity] || inFile(one, other),
  )
  const kept = located.length > maxProblems ? bySeverity.slice(0, maxProblems - 1) : bySeverity
  const problems = kept.toSorted(inFile).map(problemOf)
  const left = located.length - kept.length
  if (left === 0) return problems
  const { file, place, finding } = bySeverity[kept.length]!
  const message = `${left === maxLocated - kept.length ? `${left} or more` : left} further problems are not shown`
  return [...problems, { severity: finding.severity, file, ...place, path: '', message, frame: '' }]
}

function problemOf({ finding, file, text, place }: LocatedFinding): Problem {
  const { severity, path, message, expected, name, candidates } = finding
  const nearest = name === undefined || candidates === undefined ? undefined : nearestName(name, candidates)
  return {
    severity,
    file,
    ...place,
    // Names from the file stand in all of these.
    path: plainText(pathText(path), 300),
    message: plainText(message, 500),
    ...(expected === undefined ? {} : { expected: plainText(expected, 1_000) }),
    ...(nearest === undefined ? {} : { nearest: plainText(nearest, 200) }),
    frame: codeFrame(text, place),
  }
}

const ranks = { error: 0, warning: 1, note: 2 } as const

const inFile = (one: LocatedFinding, other: LocatedFinding) =>
  (one.file < other.file ? -1 : one.file > other.file ? 1 : 0) ||
  one.place.line - other.place.line ||
  one.place.column - other.place.column
