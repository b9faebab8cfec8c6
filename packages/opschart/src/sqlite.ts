export { sqliteStore, type SqliteStoreOptions } from '@opschart/runtime/sqlite'
