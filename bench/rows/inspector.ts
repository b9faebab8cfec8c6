import type { Row } from '../plan.ts'
import { layout } from './layout.ts'
import { busyPage, update } from './page-follows.ts'
import { firstPicture, millionRows } from './page-opens.ts'

/** The benchmark of the inspector's page, row by row. */
export const inspector: readonly Row[] = [firstPicture, millionRows, update, busyPage, layout]
