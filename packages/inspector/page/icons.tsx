const shapes = {
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  follow: 'M8 1v3M8 12v3M1 8h3M12 8h3M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
  right: 'M2 8h11M9 4l4 4-4 4',
  down: 'M8 2v11M4 9l4 4 4-4',
  fold: 'M4 2l4 4 4-4M4 14l4-4 4 4',
  unfold: 'M4 6l4-4 4 4M4 10l4 4 4-4',
  detail: 'M2 3.5h12M2 8h12M2 12.5h7',
  first: 'M4 3v10M13 3L7 8l6 5z',
  previous: 'M11 3L5 8l6 5z',
  next: 'M5 3l6 5-6 5z',
  last: 'M12 3v10M3 3l6 5-6 5z',
  search: 'M7 2a5 5 0 1 0 0 10a5 5 0 1 0 0-10M11 11l3.5 3.5',
  sun: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 10A6 6 0 0 1 6 3a5.5 5.5 0 1 0 7 7z',
  half: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  save: 'M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11',
  heat: 'M3 14V9M8 14V2M13 14V6',
  fleet: 'M2 2h3v12H2zM6.5 2h3v7h-3zM11 2h3v9.5h-3z',
  versions:
    'M4 5.5v5M4 2a1.75 1.75 0 1 0 0 3.5a1.75 1.75 0 1 0 0-3.5M4 10.5a1.75 1.75 0 1 0 0 3.5a1.75 1.75 0 1 0 0-3.5M12 2a1.75 1.75 0 1 0 0 3.5a1.75 1.75 0 1 0 0-3.5M12 5.5c0 3-4 3-7 5',
  help: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.1 8 10M8 12.7v.3',
  cross: 'M4 4l8 8M12 4l-8 8',
} as const

/** A drawn sign of 16 by 16; what it means is said by what holds it. */
export function Icon({ name }: { name: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}
