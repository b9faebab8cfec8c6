/** The width of a text in pixels, in one font of that size. */
export type Measure = (text: string, size: number, weight: 'normal' | 'bold') => number

/** The fonts whose widths {@link measureSans} knows: they are all drawn to the same measure. */
export const fontFamily = 'Helvetica, Arial, "Liberation Sans", "Nimbus Sans", sans-serif'

// Widths in thousandths of the size of the printable ASCII characters, from the space on, as Helvetica's metrics give them.
const normal = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]
const bold = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
  556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
  556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
  333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
]

/** Wide scripts and pictures: they take the whole square. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}\uFF00-\uFF60]/u
const without = /\p{Mark}/u
/** A space at which no line breaks. */
const fixedSpace = '\u00A0'

/** Measures by a table, so that Node and every page agree to the pixel; what is not Latin is measured generously. */
export const measureSans: Measure = (text, size, weight) => {
  const table = weight === 'bold' ? bold : normal
  let width = 0
  for (const character of text) width += table[character.codePointAt(0)! - 32] ?? widthOf(character)
  return Math.ceil((width * size) / 100) / 10
}

function widthOf(character: string): number {
  if (character === fixedSpace) return 278
  if (without.test(character)) return 0
  return wide.test(character) ? 1000 : 720
}
