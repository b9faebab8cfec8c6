/** Hashes and randomness, passed in so that core stays pure and tests stay repeatable. */
export interface Crypto {
  /** SHA-256 of the UTF-8 text, as 64 lower-case hexadecimal digits. */
  sha256(text: string): string
  /** A new id, unguessable and unique: at least 122 random bits, of the characters `A-Za-z0-9_-`. */
  randomId(): string
}
