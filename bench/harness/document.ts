import { judge, spoken, spokenAim, spokenComparison, type Line } from './line.ts'
import type { Report } from './report.ts'

const titles: Readonly<Record<string, string>> = {
  durable: 'Benchmarks',
  inspector: 'Benchmarks of the inspector',
}

const openings: Readonly<Record<string, string>> = {
  durable:
    "Written by the command below, which installs what it needs, measures everything side by side in one run, and checks each engine's results: an event that is lost or done twice makes it fail.",
  inspector:
    'Written by the command below, which measures the page in a real Chromium, on a runtime with its SQLite store in a process of its own, side by side in one run.',
}

/** What holds for all rows of a benchmark. */
const methods: Readonly<Record<string, string>> = {
  durable: `- The chart is the same everywhere (\`bench/chart.ts\`): parallel and nested states, guards, an \`after\` timer that is set or taken back by two of three events, an effect with each fourth event, about 1 KB as it is stored. Each event moves it.
- A closed loop: an actor gets its next event when its last was acknowledged as durable; serial is one actor, concurrent 64. Row 5 alone is an open loop. Every engine runs in a process of its own, with the load in that process; Restate's server and service have processes beside it.
- Durable means flushed with each commit (\`synchronous = FULL\`) wherever a line is judged.`,
  inspector: `- Chromium runs without a window and without a graphics card, in a view of 1500 by 950; each page is opened in a profile of its own, with nothing kept from another.
- The chart is that of the other benchmarks (\`bench/chart.ts\`); 20 actors of it are there. Browser, page, runtime and who drives it share the cores.`,
}

/** How the figures are to be taken. */
const readings: Readonly<Record<string, string>> = {
  durable:
    'The ratios count. The figures themselves are those of this machine: a shared virtual one, whose disk flushes as fast as given above, perhaps into a cache of its host. On a disk that flushes more slowly each commit costs more, on every engine alike, and group commit gains more. The power was not cut. Server, service and client of Restate share the cores that one process has elsewhere; on a larger machine it would do better, and beyond one machine the others do not go at all. Ours knows each signal by its id and chains its journal by hashes; the others were not asked to.',
  inspector:
    'The comparisons count: what a chart costs beside the page without one, a million rows beside a thousand, a thousand signals a second beside none. The figures themselves are those of this machine, a shared virtual one that also draws with its processors; a person’s machine draws with its graphics card.',
}

/** How its rounds went. */
function howOften(report: Report): string {
  const often = `On ${report.day}, in ${report.rounds} ${report.rounds === 1 ? 'round' : 'rounds'}`
  if (report.benchmark === 'inspector')
    return `${often}${report.rounds === 1 ? '' : '; the table shows the median of the rounds, the best in brackets'}. A thousand signals a second went on for 60 s.`
  return `${often} with windows of ${report.seconds} s after a warm-up; before its first window each engine runs one that does not count. In each round every engine has its turn, and each second round goes backwards, so that what happens to the machine happens to all. The table shows the median of the rounds, the best in brackets; what is compared is compared within each round, and judged by the median.`
}

/** The page of a benchmark: the table, how it was measured, and what it does not say. */
export function documentOf(report: Report): string {
  const { machine, others } = report
  const judged = report.rows.flatMap(({ number, lines }) =>
    lines.map((line) => ({ number, line, reached: judge(line).reached })),
  )
  const reached = judged.filter((each) => each.reached === true).length
  const missed = judged.filter((each) => each.reached === false)
  const percent = (share: number) => (Number.isNaN(share) ? '–' : `${Math.round(share * 100)} %`)
  return `# ${titles[report.benchmark] ?? 'Benchmarks'}

${openings[report.benchmark] ?? ''}

<!-- script -->

\`\`\`sh
${report.command} --write
\`\`\`

Of ${reached + missed.length} aims, ${reached} were reached.${missed.length === 0 ? '' : ` Missed: ${missed.map(({ number, line }) => `${line.what} beside ${line.beside || 'the aim'} (row ${number})`).join('; ')}.`}

${report.rows.map(rowText).join('\n')}
## How it was measured

- ${howOften(report)}
- ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.system}; Node ${machine.node}, SQLite ${machine.sqlite}. A flush of 4 KiB to this disk takes ${machine.flush.p50.toFixed(2)} ms (p99 ${machine.flush.p99.toFixed(2)} ms). Before each window the run waits up to 30 s for a quiet machine, five minutes in all; others used ${percent(others.median)} of the cores meanwhile, at worst ${percent(others.worst)}.
- ${Object.entries(report.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
${methods[report.benchmark] ?? ''}

## How to read it

${readings[report.benchmark] ?? ''}
`
}

function rowText({ number, title, reading, cause, lines }: Report['rows'][number]): string {
  const table = [
    '| | ours | | beside it | compared | aim | |',
    '| --- | ---: | --- | ---: | ---: | --- | --- |',
    ...lines.map(lineText),
  ].join('\n')
  const isMissed = lines.some((line) => judge(line).reached === false)
  const why = cause === undefined || !isMissed ? '' : `\nWhat is missed: ${cause}\n`
  return `## ${number}. ${title}\n\n${table}\n\n${reading}\n${why}`
}

function lineText(line: Line): string {
  const judged = judge(line)
  const side = ({ best, median }: { best: number; median: number }) =>
    Number.isNaN(median) ? '–' : `${spoken(median, line.unit)} (${spoken(best)})`
  const outcome = judged.reached === undefined ? '' : judged.reached ? 'reached' : '**missed**'
  const beside = line.beside === '' ? '' : side(judged.theirs)
  return `| ${line.what} | ${side(judged.ours)} | ${line.beside} | ${beside} | ${spokenComparison(line, judged)} | ${spokenAim(line)} | ${outcome} |`
}
