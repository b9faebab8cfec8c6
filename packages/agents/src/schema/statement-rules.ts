import { finding, type ChangeFinding, type RuleScope } from './change-finding.ts'
import { droppedNames, inner, list, qualified, relationName, strings, text } from './sql-names.ts'
import type { SqlNode, SqlReading, SqlStatement } from './sql-statements.ts'
import { tableFindings } from './table-rules.ts'
import { upkeepFinding } from './upkeep-rules.ts'

/** What a statement does to those who use the schema: at least one finding. */
export function statementFindings(
  reading: SqlReading,
  statement: SqlStatement,
  scope: RuleScope,
): ChangeFinding[] {
  const { node } = statement
  switch (statement.kind) {
    case 'AlterTableStmt':
      return text(node, 'objtype') === 'OBJECT_TABLE'
        ? tableFindings(reading, statement, scope)
        : [finding('safe', 'other', 'changes no table')]
    case 'CreateStmt':
    case 'CreateTableAsStmt':
      return [finding('safe', 'create-table', 'nobody uses it yet')]
    case 'RenameStmt':
      return [renameFinding(node, scope)]
    case 'DropStmt':
      return droppedNames(node).map((name) => dropFinding(node, name, scope))
    case 'IndexStmt':
      return [indexFinding(node, scope)]
    case 'AlterEnumStmt':
      return [enumFinding(node)]
    case 'AlterObjectSchemaStmt': {
      const table = relationName(inner(node, 'relation'))
      const safer = 'leave a view of the old name behind until no code uses it'
      return [
        finding('breaking', 'set-schema', `${table} is no longer found under its name`, safer, { table }),
      ]
    }
    case 'TruncateStmt':
      return list(node, 'relations').map((relation) => {
        const table = relationName(inner(relation, 'RangeVar'))
        return scope.created.has(table)
          ? finding('safe', 'truncate', `${table} was created in the same file`, '', { table })
          : finding(
              'breaking',
              'truncate',
              `all rows of ${table} go`,
              'delete in batches what is proved unused',
              { table },
            )
      })
    case 'DeleteStmt':
    case 'UpdateStmt':
      return [rowsFinding(statement.kind === 'DeleteStmt' ? 'delete' : 'update', node, scope)]
    default:
      return [upkeepFinding(statement, scope)]
  }
}

function renameFinding(node: SqlNode, scope: RuleScope): ChangeFinding {
  const table = relationName(inner(node, 'relation'))
  const [from, to] = [text(node, 'subname'), text(node, 'newname')]
  if (scope.created.has(table))
    return finding('safe', 'new-table', `${table} is created in the same file`, '', { table })
  switch (text(node, 'renameType')) {
    case 'OBJECT_COLUMN':
      return finding(
        'breaking',
        'rename-column',
        `code that runs during and after the deployment still names ${table}.${from}`,
        `add ${to}, write both, fill it, read it, and drop ${from} in a later migration`,
        { table, column: from },
      )
    case 'OBJECT_TABLE':
      return finding(
        'breaking',
        'rename-table',
        `code that runs during and after the deployment still names ${table}`,
        `rename, and create a view ${table} over ${to} in the same transaction until no code uses it`,
        { table },
      )
    case 'OBJECT_INDEX':
    case 'OBJECT_TABCONSTRAINT':
      return finding('safe', 'rename-index', 'code does not name it', '', { table })
    default:
      return finding(
        'breaking',
        'rename',
        'what uses the old name fails',
        'make the new one beside the old one first',
      )
  }
}

function dropFinding(node: SqlNode, name: string, scope: RuleScope): ChangeFinding {
  const cascades = text(node, 'behavior') === 'DROP_CASCADE'
  const more = cascades ? '; CASCADE takes with it what nobody listed' : ''
  switch (text(node, 'removeType')) {
    case 'OBJECT_TABLE':
      if (scope.created.has(name))
        return finding('safe', 'new-table', `${name} is created in the same file`, '', { table: name })
      return finding(
        'breaking',
        'drop-table',
        `${name} and its rows go${more}`,
        'stop using it, deploy that, keep a copy, then drop it in a later migration',
        { table: name },
      )
    case 'OBJECT_INDEX': {
      const index = scope.before.indexes.get(name)
      const about = index === undefined ? {} : { table: index.table }
      if (node['concurrent'] === true || scope.dialect === 'sqlite') {
        return finding('safe', 'drop-index', `queries that used ${name} get slower; nothing fails`, '', about)
      }
      const safer = 'DROP INDEX CONCURRENTLY, once its scans in pg_stat_user_indexes no longer rise'
      return finding(
        'risky',
        'drop-index',
        `locks the table of ${name} against reads and writes`,
        safer,
        about,
      )
    }
    case 'OBJECT_TYPE':
      return finding(
        'breaking',
        'drop-type',
        `columns and code that use ${name} fail${more}`,
        'first change every column that uses it',
      )
    case 'OBJECT_SCHEMA':
      return finding(
        'breaking',
        'drop-schema',
        `${name} and all that is in it go${more}`,
        'empty it step by step',
      )
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
      return finding(
        'breaking',
        'drop-view',
        `code that reads ${name} fails${more}`,
        'first deploy code that does not read it',
        {
          table: name,
        },
      )
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_SEQUENCE':
      return finding(
        'breaking',
        'drop-object',
        `what calls ${name} fails${more}`,
        'first deploy code that does not call it',
      )
    default:
      return cascades
        ? finding(
            'breaking',
            'drop-cascade',
            `CASCADE drops with ${name} what nobody listed`,
            'name each thing that shall go',
          )
        : finding('risky', 'drop-object', `${name} goes`, 'make sure that nothing relies on it')
  }
}

function indexFinding(node: SqlNode, scope: RuleScope): ChangeFinding {
  const table = relationName(inner(node, 'relation'))
  if (scope.created.has(table))
    return finding('safe', 'create-index', `${table} is new and empty`, '', { table })
  const unique = node['unique'] === true
  const concurrent = node['concurrent'] === true
  if (concurrent && scope.inTransaction) {
    const safer = 'put it into a migration of its own that runs outside a transaction'
    return finding(
      'breaking',
      'concurrently-in-transaction',
      'CONCURRENTLY fails inside a transaction',
      safer,
      { table },
    )
  }
  if (unique && scope.dialect === 'sqlite') {
    return finding(
      'risky',
      'unique-index',
      `fails if the rows of ${table} are not unique`,
      'remove duplicates in an earlier migration',
      {
        table,
      },
    )
  }
  if (concurrent || scope.dialect === 'sqlite') {
    return finding('safe', 'create-index', 'others can write while it is built', '', { table })
  }
  return finding(
    'risky',
    unique ? 'unique-index' : 'index-not-concurrent',
    `nobody can write to ${table} while it is built${unique ? ', and it fails if rows are not unique' : ''}`,
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY, outside a transaction`,
    { table },
  )
}

function enumFinding(node: SqlNode): ChangeFinding {
  const name = qualified(strings(list(node, 'typeName')))
  const old = text(node, 'oldVal')
  if (old === '') return finding('safe', 'add-enum-value', `${name} takes one value more`)
  const safer = 'add the new value, write it, change the rows, and keep the old value'
  return finding('breaking', 'rename-enum-value', `code that still writes or compares '${old}' fails`, safer)
}

function rowsFinding(verb: 'delete' | 'update', node: SqlNode, scope: RuleScope): ChangeFinding {
  const table = relationName(inner(node, 'relation'))
  const limited = inner(node, 'whereClause') !== undefined
  if (scope.created.has(table)) return finding('safe', `${verb}-rows`, `${table} is new`, '', { table })
  if (verb === 'delete' && !limited) {
    return finding('breaking', 'delete-all-rows', `all rows of ${table} go`, 'say which rows with WHERE', {
      table,
    })
  }
  if (!limited) {
    return finding(
      'risky',
      'update-all-rows',
      `writes and locks each row of ${table} in one transaction`,
      'fill in batches by key, outside the migration',
      { table },
    )
  }
  return verb === 'delete'
    ? finding(
        'risky',
        'delete-rows',
        `rows of ${table} go, and no way back brings them`,
        'keep a copy of them first',
        { table },
      )
    : finding('safe', 'update-rows', 'changes the rows that its condition names', '', { table })
}
