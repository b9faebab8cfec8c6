/** One commit of the second release: its message, and for each file what is replaced by what (absent: the file is new). */
export interface PlannedCommit {
  readonly title: string
  readonly edits: readonly { readonly path: string; readonly find?: string; readonly replace: string }[]
}

/** A defect that the second release brings: eight commits, one of them guilty. */
export interface Defect {
  readonly kind: string
  /** What a person would say of it. */
  readonly title: string
  readonly commits: readonly PlannedCommit[]
  /** The title of the guilty one. */
  readonly guilty: string
  /** An innocent that touches a file of the stack trace. */
  readonly innocent: string
}

const add = (path: string, replace: string) => ({ path, replace })
const edit = (path: string, find: string, replace: string) => ({ path, find, replace })

const guide = {
  title: 'Describe the endpoints for new colleagues',
  edits: [add('docs/guide.md', '# Orders\n\nHow to read an order, a quote and an invoice.\n')],
}
const lint = {
  title: 'Keep editors to two spaces',
  edits: [add('.editorconfig', 'root = true\n\n[*]\nindent_style = space\nindent_size = 2\n')],
}
const tidy = {
  title: 'Name the rounding for what it is',
  edits: [
    edit(
      'src/pricing.mjs',
      'function round(value) {\n  return Math.round(value * 100) / 100\n}',
      '/** To whole cents. */\nfunction round(value) {\n  return Math.round(value * 100) / 100\n}',
    ),
  ],
}
const fourth = {
  title: 'Add a fourth order to the samples',
  edits: [
    edit(
      'src/orders.mjs',
      "  { id: '3',",
      "  { id: '4', customer: { name: 'fourth', address: { zip: '8001', country: 'CH' } }, amount: 5 },\n  { id: '3',",
    ),
  ],
}
const counted = {
  title: 'Expect the fourth sample order',
  edits: [edit('test/service.test.mjs', 'orders.length, 3', 'orders.length, 4')],
}
const robots = {
  title: 'Tell crawlers to stay away',
  edits: [add('public/robots.txt', 'User-agent: *\nDisallow: /\n')],
}
const comment = {
  title: 'Say what shipping is counted in',
  edits: [
    edit(
      'src/shipping.mjs',
      '/** What sending an order to a country costs, in cents. */',
      '// All amounts are in cents.\n/** What sending an order to a country costs. */',
    ),
  ],
}
const invoiceNote = {
  title: 'Explain the address line',
  edits: [
    edit(
      'src/invoice.mjs',
      "/** The address line of an order's invoice. */",
      "/** The address line of an order's invoice: country first, as the post asks for. */",
    ),
  ],
}

/** The defects that the demo can plant: `--defect 1`, `2`, `3`. */
export const defects: readonly Defect[] = [
  {
    kind: 'code',
    title: 'a guard was lost: unknown coupons break the quote',
    guilty: 'Take the coupon off before tax',
    innocent: tidy.title,
    commits: [
      guide,
      lint,
      {
        title: 'Take the coupon off before tax',
        edits: [
          edit(
            'src/pricing.mjs',
            '  const percent = coupon === undefined ? 0 : coupon.percent\n  return round(amount * 1.19 * (1 - percent / 100))',
            '  if (code === null) return round(amount * 1.19)\n  return round(amount * (1 - coupon.percent / 100) * 1.19)',
          ),
        ],
      },
      fourth,
      counted,
      tidy,
      robots,
      comment,
    ],
  },
  {
    kind: 'configuration',
    title: 'a configuration lost its fallback: other countries have no zone',
    guilty: 'Set the prices for Norway and Ireland',
    innocent: comment.title,
    commits: [
      guide,
      {
        title: 'Set the prices for Norway and Ireland',
        edits: [
          edit(
            'config/shipping.json',
            '"NO": { "base": 900, "handling": 150 },\n    "other": { "base": 1500, "handling": 200 }',
            '"NO": { "base": 950, "handling": 150 },\n    "IE": { "base": 1100, "handling": 150 }',
          ),
        ],
      },
      lint,
      fourth,
      counted,
      comment,
      tidy,
      robots,
    ],
  },
  {
    kind: 'contract',
    title: 'a clean-up in one file breaks another: addresses without a postal code',
    guilty: 'Postal codes are always texts',
    innocent: 'Answer 404 in the common words',
    commits: [
      fourth,
      counted,
      {
        title: 'Postal codes are always texts',
        edits: [edit('src/invoice.mjs', "(zip ?? '').trim()", 'zip.trim()')],
      },
      guide,
      invoiceNote,
      lint,
      robots,
      {
        title: 'Answer 404 in the common words',
        edits: [edit('src/routes.mjs', "error: 'no such order'", "error: 'order not found'")],
      },
    ],
  },
]
