/** What no shell takes for anything but itself; `{name}` stands for what whoever copies it puts there. */
const plain = /^(?:[\w./:@%+=,-]|(?!^)~|\{\w*\})+$/

/** A text as one word of a command that people copy: in quotes where a shell would otherwise see more in it. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
