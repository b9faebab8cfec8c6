import { harmlessText } from '../shared/harmless.ts'

/**
 * The branches that the title of a merge names, as git, GitHub, GitLab and Bitbucket write it, in the order of the
 * merged parents; empty when it names none. Text from outside: it may claim anything.
 */
export function branchesInMergeMessage(title: string): string[] {
  const pull = /^Merge pull request #\d{1,10} from [^/\s]{1,100}\/(\S{1,200})$/u.exec(title)
  const bitbucket = /^Merged in (\S{1,200}) \(pull request #\d{1,10}\)$/u.exec(title)
  const named = pull?.[1] ?? bitbucket?.[1]
  if (named !== undefined) return [named].filter(isBranchName)
  if (!/^Merge (?:remote-tracking )?branch(?:es)? '/u.test(title)) return []
  const into = title.lastIndexOf("' into ")
  const sources = into < 0 ? title : title.slice(0, into + 1)
  return [...sources.matchAll(/'([^']{1,200})'/gu)]
    .map((found) => (found[1] ?? '').replace(/^origin\//u, ''))
    .filter(isBranchName)
}

/** Whether a text could be a branch's name, and is harmless. */
export function isBranchName(name: string): boolean {
  return (
    name !== '' && !name.startsWith('-') && !/[\s~^:?*[\\]/u.test(name) && harmlessText(name, 200) === name
  )
}

/** The full names of the commits that a message says to revert, at most 10. */
export function revertsInMessage(body: string): string[] {
  const found = [...body.matchAll(/This reverts commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\b/gu)]
  return [...new Set(found.flatMap((match) => match[1] ?? []))].slice(0, 10)
}
