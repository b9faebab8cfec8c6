import { OperationError } from '@opschart/core'

import type { PlannedFile } from './planned-file.ts'
import type { ProjectFiles } from './project-files.ts'

/**
 * Plans our section of a Markdown file that people write in too. Between our two markers the text is ours; everything
 * else stays to the byte. Without markers the section is added at the end; without a file one is made with `title`.
 *
 * @throws OperationError `damaged_markers` when only one of the two markers is there, they are in the wrong order, or
 * one is there twice: nobody can then say what is ours.
 */
export async function planSection(
  files: ProjectFiles,
  file: string,
  section: { readonly name: string; readonly title: string; readonly body: string },
): Promise<PlannedFile> {
  const present = await files.read(file)
  if (present === undefined) {
    const text = `# ${section.title}\n\n${wrapped(section.name, section.body)}`
    return { path: file, text, status: 'created' }
  }
  const text = replaceSection(present, section.name, section.body, file)
  if (text === present) return { path: file, text, status: 'unchanged' }
  const note = present.includes(begin(section.name))
    ? undefined
    : 'our section was added at the end; what was there is untouched'
  return { path: file, text, status: 'updated', ...(note === undefined ? {} : { note }) }
}

/** The text with the named section put in, or added at the end. `file` is named in errors. */
export function replaceSection(text: string, name: string, body: string, file: string): string {
  const starts = positions(text, begin(name))
  const ends = positions(text, end(name))
  const [start, finish] = [starts[0], ends[0]]
  if (start === undefined && finish === undefined) {
    const gap = text === '' ? '' : text.endsWith('\n\n') ? '' : text.endsWith('\n') ? '\n' : '\n\n'
    return `${text}${gap}${wrapped(name, body)}`
  }
  if (start === undefined || finish === undefined || finish < start || starts.length > 1 || ends.length > 1) {
    throw new OperationError({
      code: 'damaged_markers',
      message: `${file} has the markers ${begin(name)} … ${end(name)} not exactly once in this order; mend or remove them`,
    })
  }
  const after = text.slice(finish + end(name).length)
  return `${text.slice(0, start)}${wrapped(name, body).trimEnd()}${after}`
}

/** What stands between the named markers, without the line breaks around it; undefined without markers. */
export function sectionBody(text: string, name: string): string | undefined {
  const start = text.indexOf(begin(name))
  const finish = text.indexOf(end(name))
  if (start < 0 || finish < start) return undefined
  return text.slice(start + begin(name).length, finish).trim()
}

function wrapped(name: string, body: string): string {
  // A marker inside the body would end the section early on the next run.
  const safe = body.replaceAll('<!-- opschart:', '<! -- opschart:').trim()
  return `${begin(name)}\n\n${safe}\n\n${end(name)}\n`
}

function begin(name: string): string {
  return `<!-- opschart:begin ${name} -->`
}

function end(name: string): string {
  return `<!-- opschart:end ${name} -->`
}

function positions(text: string, part: string): number[] {
  const found: number[] = []
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found.push(at)
  return found
}
